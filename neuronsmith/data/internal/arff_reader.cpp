#include "neuronsmith/data/internal/arff_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/internal/number.hpp"
#include "neuronsmith/data/internal/utf8.hpp"

namespace neuronsmith::internal {
namespace {

bool is_quote(char c) { return c == '\'' || c == '"'; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    default:
      return c;
  }
}

}  // namespace

std::vector<ColumnPlan> ArffReader::read_header() {
  std::vector<ColumnPlan> columns;
  while (next_line()) {
    const std::string keyword = lower(read_word());
    if (keyword == "@attribute") {
      columns.push_back(read_attribute());
    } else if (keyword == "@data") {
      if (columns.empty()) fail("no @attribute stands before @data");
      require_distinct_names(columns, lines_.path(), line_.number);
      return columns;
    } else if (keyword != "@relation") {
      fail(
          fmt::format("expected @relation, @attribute or @data, found \"{}\"", printable(keyword)));
    }
  }
  if (line_.number == 0) throw DataError(fmt::format("{}: the file is empty", lines_.path()));
  throw DataError(fmt::format("{}: there is no @data line", lines_.path()));
}

ColumnPlan ArffReader::read_attribute() {
  ColumnPlan column;
  if (!rest_.empty() && is_quote(rest_.front())) {
    read_quoted();
    column.name = text_;
  } else {
    column.name = read_word();
  }
  column.kind = read_type(column.name);
  return column;
}

FieldKind ArffReader::read_type(const std::string& name) const {
  const std::string_view type = trim(rest_);
  if (type.starts_with('{')) return FieldKind::Text;
  const std::string word = lower(type.substr(0, type.find_first_of(" \t")));
  if (word == "numeric" || word == "real" || word == "integer") return FieldKind::Numeric;
  if (word == "string" || word == "date") return FieldKind::Text;
  fail(
      fmt::format("attribute \"{}\" has the type \"{}\"; read are numeric, real, integer, string, "
                  "date and {{values}}",
                  printable(name),
                  printable(word)));
}

bool ArffReader::read_rows(TableBuilder& builder, std::size_t max_bytes) {
  while (lines_.bytes_read() <= max_bytes) {
    if (!next_line()) return true;
    add_row(builder);
  }
  return false;
}

void ArffReader::add_row(TableBuilder& builder) {
  if (rest_.starts_with('{')) fail("sparse rows are not read; write the rows out in full");
  builder.begin_row(line_.number);
  add_field(builder);
  while (!rest_.empty()) {
    if (rest_.front() != ',') fail("text follows a closing quote");
    rest_.remove_prefix(1);
    add_field(builder);
  }
  builder.end_row();
}

/// Takes a field off the front of rest_. A quoted "?" is a text, a bare ? is missing.
void ArffReader::add_field(TableBuilder& builder) {
  const char* at = rest_.data();
  const char* const end = at + rest_.size();
  if (builder.take_number(at, end, ',')) {
    rest_ = {at, end};
    return;
  }
  rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
  if (!rest_.empty() && is_quote(rest_.front())) {
    read_quoted();
    builder.value(text_);
    return;
  }
  const std::string_view word = rest_.substr(0, rest_.find(','));
  rest_.remove_prefix(word.size());
  const std::string_view text = trim(word);
  if (text.empty() || text == "?") {
    builder.missing();
  } else {
    builder.value(text);
  }
}

void ArffReader::read_quoted() {
  const char quote = rest_.front();
  text_.clear();
  std::size_t i = 1;
  for (; i < rest_.size() && rest_[i] != quote; ++i) {
    const bool escape = rest_[i] == '\\' && i + 1 < rest_.size();
    text_ += escape ? unescaped(rest_[++i]) : rest_[i];
  }
  if (i == rest_.size()) fail("a quote is never closed");
  rest_.remove_prefix(i + 1);
  rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
}

std::string_view ArffReader::read_word() {
  const std::string_view word = rest_.substr(0, rest_.find_first_of(" \t"));
  rest_ = trim(rest_.substr(word.size()));
  return word;
}

bool ArffReader::next_line() {
  do {
    if (!lines_.next(line_)) return false;
    rest_ = trim(line_.text);
  } while (rest_.empty() || rest_.front() == '%');
  return true;
}

void ArffReader::fail(std::string_view what) const {
  throw DataError(fmt::format("{}: line {}: {}", lines_.path(), line_.number, what));
}

}  // namespace neuronsmith::internal
