#pragma once

#include <fast_float/fast_float.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/data/internal/text_set.hpp"
#include "neuronsmith/data/read_table.hpp"
#include "neuronsmith/data/table.hpp"

namespace neuronsmith::internal {

/// What is known of a column before its fields are read.
enum class FieldKind : std::uint8_t {
  Guess,    ///< numeric until a field is text
  Numeric,  ///< a field that is no number is a mistake
  Text,
};

struct ColumnPlan {
  std::string name;
  FieldKind kind = FieldKind::Guess;
  bool keep_labels = false;
};

/// Takes the fields of a file row by row and makes a table of them. A column that was guessed to be
/// numeric and turns out as text has lost its texts by then: the caller reads the file again, with
/// columns_found_text() planned as text.
class TableBuilder {
 public:
  /// `width_from` names, for messages, what says how many fields a row has: "header" or "first
  /// row". `expected_rows` is only a hint; memory is reserved for so many.
  TableBuilder(std::string source,
               std::string_view width_from,
               std::vector<ColumnPlan> plan,
               std::size_t expected_rows);

  void begin_row(std::size_t line);
  /// Throws DataError when the row has not one field for each column.
  void end_row();

  /// The number that begins at `at` and ends at `delimiter` or `end`, when that is what the next
  /// column takes; `at` is then where it ends. Otherwise nothing happens and field() is to be
  /// called.
  bool take_number(const char*& at, const char* end, char delimiter);
  /// A field that may be missing, by what it says.
  void field(std::string_view text);
  /// A field that is there, even when it says "NA".
  void value(std::string_view text);
  void missing();

  [[nodiscard]] std::size_t n_rows() const { return n_rows_; }
  [[nodiscard]] const std::set<std::string>& columns_found_text() const { return found_text_; }
  /// Throws DataError where a number was infinite, or when there is no row.
  [[nodiscard]] Table finish();

 private:
  /// What is done with the fields of a column.
  enum class Mode : std::uint8_t {
    Number,
    LabelledNumber,  ///< the distinct texts are kept too
    Text,
    Skipped,  ///< text was found where numbers were expected: nothing until the next pass
  };
  struct Target {
    FieldKind kind = FieldKind::Guess;
    TextSet texts;
    std::optional<std::string> infinite;  ///< the first such field, an error unless it is text
  };

  void add_column(ColumnPlan& plan, std::size_t expected_rows);
  void number(std::string_view text);
  void not_a_number(std::string_view text);
  void store_number(float value) { row_[column_++] = value; }
  void store_text(std::string_view text);
  void store_label(std::string_view text);
  void drop_labels();
  void flush();
  [[noreturn]] void fail(std::string_view what) const;
  [[nodiscard]] std::string place() const;

  Table table_;
  std::string_view width_from_;
  std::vector<Target> targets_;
  std::set<std::string> found_text_;
  std::vector<Mode> modes_;  // beside targets_, as the innermost loop reads them

  // A tile of rows, row after row; whole tiles go to the columns, so that a wide table does not
  // touch a page of memory for every field.
  std::vector<float> tile_;
  std::size_t tile_rows_ = 0;
  float* row_ = nullptr;
  std::size_t n_columns_ = 0;
  std::size_t column_ = 0;
  std::size_t rows_in_tile_ = 0;
  std::size_t n_rows_ = 0;
  std::size_t line_ = 0;
};

inline bool TableBuilder::take_number(const char*& at, const char* end, char delimiter) {
  if (column_ >= n_columns_ || modes_[column_] != Mode::Number) return false;
  float value = 0.0F;
  const auto [stop, error] = fast_float::from_chars(at, end, value);
  if (error != std::errc{} || !std::isfinite(value)) return false;
  if (stop != end && *stop != delimiter) return false;
  store_number(value);
  at = stop;
  return true;
}

}  // namespace neuronsmith::internal
