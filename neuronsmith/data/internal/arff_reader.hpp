#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/data/internal/line_reader.hpp"
#include "neuronsmith/data/internal/row_reader.hpp"

namespace neuronsmith::internal {

/// Attribute-Relation File Format, as Weka writes it: dense rows only.
class ArffReader final : public RowReader {
 public:
  explicit ArffReader(ByteSource& source) : lines_(source) {}

  [[nodiscard]] std::vector<ColumnPlan> read_header() override;
  [[nodiscard]] bool read_rows(TableBuilder& builder, std::size_t max_bytes) override;
  [[nodiscard]] std::size_t bytes_read() const override { return lines_.bytes_read(); }

 private:
  /// The next line that is neither empty nor a comment, in line_ and, trimmed, in rest_.
  [[nodiscard]] bool next_line();
  [[nodiscard]] ColumnPlan read_attribute();
  [[nodiscard]] FieldKind read_type(const std::string& name) const;
  void add_row(TableBuilder& builder);
  void add_field(TableBuilder& builder);
  /// Takes a text in ' or " off the front of rest_ into text_.
  void read_quoted();
  [[nodiscard]] std::string_view read_word();
  [[noreturn]] void fail(std::string_view what) const;

  LineReader lines_;
  Line line_;
  std::string_view rest_;
  std::string text_;
};

}  // namespace neuronsmith::internal
