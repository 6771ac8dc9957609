#include "neuronsmith/data/internal/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/internal/number.hpp"

namespace neuronsmith::internal {
namespace {

constexpr std::size_t kParserBlock = 4096;  // libcsv grows its buffer by so much at a time

void require_usable(char delimiter) {
  if (std::string_view("\"\n\r\0", 4).find(delimiter) == std::string_view::npos) return;
  throw ConfigError("--delimiter: a quote, a line end or a NUL byte cannot be the delimiter");
}

/// Counts outside quotes. The comma wins a tie.
char most_frequent_delimiter(std::string_view line) {
  constexpr std::array<char, 3> kCandidates = {',', ';', '\t'};
  std::array<std::size_t, kCandidates.size()> counts{};
  bool inside = false;
  for (const char c : line) {
    if (c == '"') inside = !inside;
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += !inside && c == kCandidates[i];
  }
  return kCandidates[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

bool only_numbers(const std::vector<std::string>& fields) {
  bool any = false;
  for (const std::string& field : fields) {
    const std::string_view text = trim(field);
    if (is_missing(text)) continue;
    if (parse_number(text).kind == NumberKind::None) return false;
    any = true;
  }
  return any;
}

/// x0, x1, ... and y.
std::vector<std::string> made_up_names(std::size_t n) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i + 1 < n; ++i) names.push_back(fmt::format("x{}", i));
  names.emplace_back("y");
  return names;
}

void add_field(TableBuilder& builder, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  constexpr char kNone = '\0';  // no line holds it
  if (!builder.take_number(at, end, kNone)) builder.field(text);
}

}  // namespace

QuotedRow::QuotedRow(char delimiter) {
  csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
  csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
  csv_set_blk_size(&parser_, kParserBlock);
}

QuotedRow::~QuotedRow() { csv_free(&parser_); }

void QuotedRow::clear() {
  text_.clear();
  ends_.clear();
  complete_ = false;
}

bool QuotedRow::feed(std::string_view raw) {
  const std::size_t used = csv_parse(&parser_, raw.data(), raw.size(), on_field, on_row, this);
  if (csv_error(&parser_) == CSV_ENOMEM) throw std::bad_alloc();
  return used == raw.size();
}

bool QuotedRow::finish() { return csv_fini(&parser_, on_field, on_row, this) == 0; }

std::string_view QuotedRow::field(std::size_t i) const {
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(text_).substr(begin, ends_[i] - begin);
}

void QuotedRow::on_field(void* text, std::size_t size, void* self) noexcept {
  auto& row = *static_cast<QuotedRow*>(self);
  row.text_.append(static_cast<const char*>(text), size);
  row.ends_.push_back(row.text_.size());
}

void QuotedRow::on_row(int, void* self) noexcept {
  static_cast<QuotedRow*>(self)->complete_ = true;
}

CsvReader::CsvReader(ByteSource& source, const ReadOptions& options)
    : options_(options), lines_(source) {
  if (options.delimiter) require_usable(*options.delimiter);
}

std::vector<ColumnPlan> CsvReader::read_header() {
  if (!next_row()) throw DataError(fmt::format("{}: the file is empty", lines_.path()));
  std::vector<ColumnPlan> columns;
  for (std::string& name : header_names()) columns.push_back({.name = std::move(name)});
  require_distinct_names(columns, lines_.path(), row_line_);
  return columns;
}

std::vector<std::string> CsvReader::header_names() {
  std::vector<std::string> fields = fields_of_row();
  if (!options_.has_header) {
    row_is_held_ = true;
    return made_up_names(fields.size());
  }
  if (only_numbers(fields)) {
    throw DataError(fmt::format(
        "{}: line {}: the header holds only numbers; pass --no-header if the file has none",
        lines_.path(),
        row_line_));
  }
  return fields;
}

std::vector<std::string> CsvReader::fields_of_row() const {
  std::vector<std::string> fields;
  if (row_is_quoted_) {
    for (std::size_t i = 0; i < quoted_->n_fields(); ++i) fields.emplace_back(quoted_->field(i));
    return fields;
  }
  std::string_view rest = line_.text;
  for (;;) {
    const std::size_t stop = rest.find(delimiter_);
    fields.emplace_back(trim(rest.substr(0, stop)));
    if (stop == std::string_view::npos) return fields;
    rest.remove_prefix(stop + 1);
  }
}

bool CsvReader::read_rows(TableBuilder& builder, std::size_t max_bytes) {
  if (std::exchange(row_is_held_, false)) add_row(builder);
  while (lines_.bytes_read() <= max_bytes) {
    if (!next_row()) return true;
    add_row(builder);
  }
  return false;
}

void CsvReader::add_row(TableBuilder& builder) {
  builder.begin_row(row_line_);
  if (row_is_quoted_) {
    for (std::size_t i = 0; i < quoted_->n_fields(); ++i) add_field(builder, quoted_->field(i));
  } else {
    add_plain_fields(builder, line_.text, delimiter_);
  }
  builder.end_row();
}

bool CsvReader::next_row() {
  do {
    if (!lines_.next(line_)) return false;
  } while (is_blank(line_.text));
  row_line_ = line_.number;
  if (delimiter_ == '\0') choose_delimiter(line_.text);
  row_is_quoted_ = line_.has_quote && opens_quote(line_.text);
  if (row_is_quoted_) read_quoted_row();
  return true;
}

bool CsvReader::is_blank(std::string_view text) const {
  return std::ranges::all_of(text,
                             [this](char c) { return (c == ' ' || c == '\t') && c != delimiter_; });
}

/// Whether a quote is the first thing in a field. Elsewhere it is a character like any other: 5"
/// pipe.
bool CsvReader::opens_quote(std::string_view text) const {
  const auto is_space = [this](char c) { return (c == ' ' || c == '\t') && c != delimiter_; };
  for (std::size_t quote = text.find('"'); quote != text.npos; quote = text.find('"', quote + 1)) {
    std::size_t before = quote;
    while (before > 0 && is_space(text[before - 1])) --before;
    if (before == 0 || text[before - 1] == delimiter_) return true;
  }
  return false;
}

void CsvReader::read_quoted_row() {
  quoted_->clear();
  bool valid = quoted_->feed(line_.raw);
  while (valid && !quoted_->complete()) {
    if (lines_.next(line_)) {
      valid = quoted_->feed(line_.raw);
    } else if (!quoted_->finish()) {
      throw DataError(
          fmt::format("{}: line {}: a quote is never closed", lines_.path(), row_line_));
    }
  }
  if (valid) return;
  throw DataError(fmt::format(
      "{}: line {}: a quote stands inside a field; put the field in quotes and double those inside",
      lines_.path(),
      row_line_));
}

void CsvReader::choose_delimiter(std::string_view first_line) {
  const std::string& path = lines_.path();
  const bool tabs = has_suffix(path, ".tsv") || has_suffix(path, ".tab");
  delimiter_ = options_.delimiter.value_or(tabs ? '\t' : most_frequent_delimiter(first_line));
  quoted_.emplace(delimiter_);
}

}  // namespace neuronsmith::internal
