#include "neuronsmith/report/internal/predictions.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace neuronsmith::report::internal {
namespace {

using Fields = std::vector<std::string>;

/// Reads lines of comma-separated fields, quoted as RFC 4180 has it.
class CsvLines {
 public:
  explicit CsvLines(std::string_view csv) : rest_(csv) {}

  std::optional<Fields> next() {
    if (rest_.empty()) return std::nullopt;
    Fields fields(1);
    while (!rest_.empty()) {
      const char c = taken();
      if (is_quoted_) {
        take_quoted(c, fields.back());
      } else if (c == '"') {
        is_quoted_ = true;
      } else if (c == ',') {
        fields.emplace_back();
      } else if (c == '\n') {
        break;
      } else if (c != '\r') {
        fields.back() += c;
      }
    }
    return fields;
  }

 private:
  char taken() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void take_quoted(char c, std::string& field) {
    const bool is_doubled = c == '"' && rest_.starts_with('"');
    is_quoted_ = c != '"' || is_doubled;
    if (is_doubled) taken();
    if (is_quoted_) field += c;
  }

  std::string_view rest_;
  bool is_quoted_ = false;
};

std::optional<std::size_t> position_of(const Fields& header, std::string_view name) {
  const auto found = std::ranges::find(header, name);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

}  // namespace

std::optional<std::vector<LabelPair>> read_predictions(std::string_view csv) {
  CsvLines lines(csv);
  const Fields header = lines.next().value_or(Fields());
  const auto truth = position_of(header, "true");
  const auto prediction = position_of(header, "prediction");
  if (!truth || !prediction) return std::nullopt;
  std::vector<LabelPair> pairs;
  while (auto fields = lines.next()) {
    if (std::max(*truth, *prediction) >= fields->size()) continue;
    pairs.emplace_back((*fields)[*truth], (*fields)[*prediction]);
  }
  return pairs;
}

std::optional<double> number_of(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return is_number && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace neuronsmith::report::internal
