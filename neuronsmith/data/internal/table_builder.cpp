#include "neuronsmith/data/internal/table_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/internal/number.hpp"
#include "neuronsmith/data/internal/utf8.hpp"

namespace neuronsmith::internal {
namespace {

constexpr std::size_t kTileFloats = 16'384;  // 64 KiB: in the second-level cache
constexpr std::size_t kMaxRows = std::numeric_limits<std::uint32_t>::max();  // as Split counts
constexpr float kMissingNumber = std::numeric_limits<float>::quiet_NaN();

/// Reserved pages cost nothing until they are touched; where the hint is beyond what the machine
/// has, the vector grows instead.
template <typename T>
void reserve_if_possible(std::vector<T>& values, std::size_t n) {
  try {
    values.reserve(n);
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  }
}

}  // namespace

TableBuilder::TableBuilder(std::string source,
                           std::string_view width_from,
                           std::vector<ColumnPlan> plan,
                           std::size_t expected_rows)
    : width_from_(width_from), n_columns_(plan.size()) {
  table_.source = std::move(source);
  for (ColumnPlan& column : plan) add_column(column, expected_rows);
  tile_rows_ = std::max<std::size_t>(1, kTileFloats / std::max<std::size_t>(1, n_columns_));
  tile_.resize(tile_rows_ * n_columns_);
}

void TableBuilder::add_column(ColumnPlan& plan, std::size_t expected_rows) {
  Mode mode = plan.keep_labels ? Mode::LabelledNumber : Mode::Number;
  if (plan.kind == FieldKind::Text) mode = Mode::Text;
  Column& column = table_.columns.emplace_back();
  column.name = std::move(plan.name);
  column.kind = mode == Mode::Text ? ColumnKind::Text : ColumnKind::Numeric;
  if (mode != Mode::Text) reserve_if_possible(column.numbers, expected_rows);
  if (mode != Mode::Number) reserve_if_possible(column.codes, expected_rows);
  modes_.push_back(mode);
  targets_.emplace_back().kind = plan.kind;
}

void TableBuilder::begin_row(std::size_t line) {
  line_ = line;
  column_ = 0;
  row_ = tile_.data() + rows_in_tile_ * n_columns_;
}

void TableBuilder::end_row() {
  if (column_ != n_columns_) {
    throw DataError(fmt::format("{}: line {} has {} field{}, the {} has {}",
                                table_.source,
                                line_,
                                column_,
                                column_ == 1 ? "" : "s",
                                width_from_,
                                n_columns_));
  }
  ++n_rows_;
  if (++rows_in_tile_ == tile_rows_) flush();
}

void TableBuilder::field(std::string_view text) {
  if (is_missing(trim(text))) {
    missing();
  } else {
    value(text);
  }
}

void TableBuilder::value(std::string_view text) {
  if (column_ >= n_columns_) {
    ++column_;  // counted for the message of end_row()
    return;
  }
  switch (modes_[column_]) {
    case Mode::Number:
    case Mode::LabelledNumber:
      number(trim(text));
      break;
    case Mode::Text:
      store_text(text);
      break;
    case Mode::Skipped:
      ++column_;
      break;
  }
}

void TableBuilder::missing() {
  if (column_ < n_columns_) {
    Column& column = table_.columns[column_];
    if (column.n_missing++ == 0) column.first_missing_line = line_;
    if (modes_[column_] == Mode::Text || modes_[column_] == Mode::LabelledNumber) {
      column.codes.push_back(kMissingCode);
    }
    row_[column_] = kMissingNumber;
  }
  ++column_;
}

void TableBuilder::number(std::string_view text) {
  const Number parsed = parse_number(text);
  if (parsed.kind == NumberKind::None) {
    not_a_number(text);
    return;
  }
  if (parsed.kind == NumberKind::Infinite && !targets_[column_].infinite) {
    targets_[column_].infinite =
        fmt::format("{}: \"{}\" is not a finite number in float32", place(), printable(text));
  }
  if (modes_[column_] == Mode::LabelledNumber) store_label(text);
  store_number(parsed.value);
}

void TableBuilder::not_a_number(std::string_view text) {
  if (targets_[column_].kind == FieldKind::Numeric) {
    fail(fmt::format("\"{}\" is not a number", printable(text)));
  }
  modes_[column_] = Mode::Skipped;
  found_text_.insert(table_.columns[column_].name);
  ++column_;
}

void TableBuilder::store_text(std::string_view text) {
  const auto [code, is_new] = targets_[column_].texts.insert(text);
  if (is_new && !is_utf8(text)) fail("the text is not in UTF-8");
  table_.columns[column_].codes.push_back(code);
  ++column_;
}

void TableBuilder::store_label(std::string_view text) {
  Target& target = targets_[column_];
  table_.columns[column_].codes.push_back(target.texts.insert(text).code);
  if (target.texts.size() > kMaxLabels) drop_labels();
}

void TableBuilder::drop_labels() {
  modes_[column_] = Mode::Number;
  targets_[column_].texts = TextSet();
  std::vector<std::uint32_t>().swap(table_.columns[column_].codes);
}

void TableBuilder::flush() {
  const std::size_t n = std::exchange(rows_in_tile_, 0);
  if (!found_text_.empty()) return;  // the next pass stores
  for (std::size_t j = 0; j < n_columns_; ++j) {
    if (modes_[j] != Mode::Number && modes_[j] != Mode::LabelledNumber) continue;
    std::vector<float>& numbers = table_.columns[j].numbers;
    for (std::size_t i = 0; i < n; ++i) numbers.push_back(tile_[i * n_columns_ + j]);
  }
}

Table TableBuilder::finish() {
  NEURONSMITH_CHECK(found_text_.empty(), "the file is to be read again");
  flush();
  if (n_rows_ == 0) throw DataError(fmt::format("{}: there are no rows", table_.source));
  if (n_rows_ > kMaxRows) {
    throw DataError(fmt::format("{}: more than {} rows", table_.source, kMaxRows));
  }
  for (std::size_t j = 0; j < n_columns_; ++j) {
    if (targets_[j].infinite) throw DataError(*targets_[j].infinite);
    table_.columns[j].texts = targets_[j].texts.release();
  }
  table_.n_rows = n_rows_;
  return std::move(table_);
}

void TableBuilder::fail(std::string_view what) const {
  throw DataError(fmt::format("{}: {}", place(), what));
}

std::string TableBuilder::place() const {
  return fmt::format(
      "{}: line {}, column \"{}\"", table_.source, line_, printable(table_.columns[column_].name));
}

}  // namespace neuronsmith::internal
