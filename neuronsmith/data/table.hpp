#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/hash.hpp"

namespace neuronsmith {

/// What the fields of a column are read as.
enum class ColumnKind : std::uint8_t { Numeric, Text };

/// Code of a missing text.
inline constexpr std::uint32_t kMissingCode = std::numeric_limits<std::uint32_t>::max();

/// One column of a table as read.
struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::Numeric;
  /// Numeric: [n_rows], NaN where missing, otherwise finite. Text: empty.
  std::vector<float> numbers;
  /// Text: [n_rows], places in `texts`, kMissingCode where missing. Also kept for the numeric
  /// column that ReadOptions::label_column names, while its distinct texts are few; otherwise
  /// empty.
  std::vector<std::uint32_t> codes;
  std::vector<std::string> texts;  ///< distinct, in order of first appearance
  std::size_t n_missing = 0;
  std::size_t first_missing_line = 0;  ///< in the file, from 1; 0 when nothing is missing

  [[nodiscard]] bool has_labels() const { return !texts.empty(); }
};

/// A table in memory: named columns of equal length.
struct Table {
  std::string source;  ///< file name, for messages
  std::vector<Column> columns;
  std::size_t n_rows = 0;

  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
  /// Throws DataError that names `option`, the column wanted and the columns there are.
  [[nodiscard]] std::size_t require(std::string_view name, std::string_view option) const;
  /// Identity of the content: names, kinds and values; not the file name.
  [[nodiscard]] std::string hash() const;
};

/// Names of the columns, for messages; long lists are cut.
[[nodiscard]] std::string list_names(const std::vector<Column>& columns);

}  // namespace neuronsmith
