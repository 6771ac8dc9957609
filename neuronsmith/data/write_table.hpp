#pragma once

#include <string>
#include <string_view>

#include "neuronsmith/data/table.hpp"

namespace neuronsmith {

/// One field of a CSV row, quoted where RFC 4180 wants it, and where a reader would drop space at
/// its ends or take a ; or a tab for the delimiter.
[[nodiscard]] std::string csv_field(std::string_view text);

/// A table as CSV text with a header: numbers in the shortest form that reads back to the same
/// float32, missing values empty ("" in quotes where the table has one column: an empty line would
/// be no row).
[[nodiscard]] std::string to_csv(const Table& table);

}  // namespace neuronsmith
