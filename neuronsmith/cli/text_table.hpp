#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace neuronsmith::cli {

/// Cells for people: the first column is text, the others are numbers and lie to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}

  /// As many cells as the header has.
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  /// Columns of equal width, each line ended.
  [[nodiscard]] std::string aligned() const;
  [[nodiscard]] std::string markdown() const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths() const;

  std::vector<std::vector<std::string>> rows_;
};

}  // namespace neuronsmith::cli
