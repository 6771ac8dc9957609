#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "neuronsmith/data/table.hpp"

namespace neuronsmith::internal {

/// The distinct values of a column as labels: numbers by value, then texts in order.
struct Labels {
  std::vector<std::string> texts;
  std::vector<std::uint32_t> of_row;  ///< places in texts, kMissingCode where missing
};

/// Fields of a numeric column that say the same number (1 and 1.0) share a label, the first such
/// text where the column kept its texts.
[[nodiscard]] Labels find_labels(const Column& column);

}  // namespace neuronsmith::internal
