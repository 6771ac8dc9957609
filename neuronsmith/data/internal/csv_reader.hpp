#pragma once

#include <csv.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/data/internal/line_reader.hpp"
#include "neuronsmith/data/internal/row_reader.hpp"

namespace neuronsmith::internal {

/// A CSV row that holds quotes, parsed by libcsv.
class QuotedRow {
 public:
  explicit QuotedRow(char delimiter);
  QuotedRow(const QuotedRow&) = delete;
  QuotedRow& operator=(const QuotedRow&) = delete;
  ~QuotedRow();

  void clear();
  /// Takes a line with its end. False where a quote stands where none may.
  [[nodiscard]] bool feed(std::string_view raw);
  /// Ends the row with the file. False inside quotes.
  [[nodiscard]] bool finish();

  /// The row has ended; otherwise it goes on in the next line.
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] std::size_t n_fields() const { return ends_.size(); }
  [[nodiscard]] std::string_view field(std::size_t i) const;

 private:
  static void on_field(void* text, std::size_t size, void* self) noexcept;
  static void on_row(int end, void* self) noexcept;

  csv_parser parser_{};
  std::string text_;               // all fields, one after the other
  std::vector<std::size_t> ends_;  // where each of them ends
  bool complete_ = false;
};

/// CSV and TSV. A row without quotes needs no parser: it is cut at its delimiters, and its numbers
/// are read where they stand. A row with quotes goes through libcsv.
class CsvReader final : public RowReader {
 public:
  CsvReader(ByteSource& source, const ReadOptions& options);

  [[nodiscard]] std::vector<ColumnPlan> read_header() override;
  [[nodiscard]] bool read_rows(TableBuilder& builder, std::size_t max_bytes) override;
  [[nodiscard]] std::size_t bytes_read() const override { return lines_.bytes_read(); }

 private:
  /// The next row, in quoted_ when it is set, otherwise in line_.
  [[nodiscard]] bool next_row();
  [[nodiscard]] bool is_blank(std::string_view text) const;
  [[nodiscard]] bool opens_quote(std::string_view text) const;
  void read_quoted_row();
  void choose_delimiter(std::string_view first_line);
  void add_row(TableBuilder& builder);
  [[nodiscard]] std::vector<std::string> fields_of_row() const;
  [[nodiscard]] std::vector<std::string> header_names();

  const ReadOptions& options_;
  LineReader lines_;
  char delimiter_ = '\0';  // until the first line is seen
  Line line_;
  std::size_t row_line_ = 0;  // where the row begins
  std::optional<QuotedRow> quoted_;
  bool row_is_quoted_ = false;
  bool row_is_held_ = false;  // the first row of a file without a header, read for its width
};

}  // namespace neuronsmith::internal
