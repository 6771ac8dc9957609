#include "neuronsmith/cli/text_table.hpp"

#include <algorithm>

namespace neuronsmith::cli {
namespace {

/// Characters, not bytes: "±" is one.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// A formula's | would end the cell.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> result(rows_[0].size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t j = 0; j < row.size(); ++j) result[j] = std::max(result[j], width_of(row[j]));
  }
  return result;
}

std::string TextTable::aligned() const {
  const std::vector<std::size_t> width = widths();
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      const std::string padding(width[j] - width_of(row[j]), ' ');
      if (j > 0) text += "  ";
      text += j == 0 ? row[j] + padding : padding + row[j];
    }
    text += '\n';
  }
  return text;
}

std::string TextTable::markdown() const {
  std::string text;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    for (const std::string& cell : rows_[i]) text += "| " + escaped(cell) + " ";
    text += "|\n";
    if (i > 0) continue;
    for (std::size_t j = 0; j < rows_[0].size(); ++j) text += j == 0 ? "| --- " : "| ---: ";
    text += "|\n";
  }
  return text;
}

}  // namespace neuronsmith::cli
