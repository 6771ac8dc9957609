#include "neuronsmith/data/write_table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace neuronsmith {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }

bool needs_quotes(std::string_view text) {
  if (text.empty()) return false;
  return is_space(text.front()) || is_space(text.back()) ||
         text.find_first_of(",;\t\"\r\n") != std::string_view::npos;
}

/// A table's column as the fields to write; texts are quoted once and not once a row.
class FieldWriter {
 public:
  FieldWriter(const Column& column, std::string_view missing) : column_(column), missing_(missing) {
    if (column.kind == ColumnKind::Numeric) return;
    for (const std::string& text : column.texts) quoted_.push_back(csv_field(text));
  }

  void append(std::string& out, std::size_t row) const {
    if (column_.kind == ColumnKind::Text) {
      const std::uint32_t code = column_.codes[row];
      out += code == kMissingCode ? missing_ : quoted_[code];
    } else if (std::isnan(column_.numbers[row])) {
      out += missing_;
    } else {
      fmt::format_to(std::back_inserter(out), "{}", column_.numbers[row]);
    }
  }

 private:
  const Column& column_;
  std::string_view missing_;
  std::vector<std::string> quoted_;
};

}  // namespace

std::string csv_field(std::string_view text) {
  if (!needs_quotes(text)) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  quoted += '"';
  return quoted;
}

std::string to_csv(const Table& table) {
  std::string out;
  std::vector<FieldWriter> writers;
  for (const Column& column : table.columns) {
    if (!writers.empty()) out += ',';
    out += csv_field(column.name);
    writers.emplace_back(column, table.columns.size() == 1 ? "\"\"" : "");
  }
  out += '\n';
  for (std::size_t row = 0; row < table.n_rows; ++row) {
    for (std::size_t i = 0; i < writers.size(); ++i) {
      if (i > 0) out += ',';
      writers[i].append(out, row);
    }
    out += '\n';
  }
  return out;
}

}  // namespace neuronsmith
