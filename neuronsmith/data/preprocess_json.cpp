#include <fmt/format.h>

#include <array>
#include <set>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/internal/scaling.hpp"
#include "neuronsmith/data/internal/strict_json.hpp"
#include "neuronsmith/data/preprocess.hpp"

namespace neuronsmith {
namespace {

constexpr std::array<const char*, 2> kKindNames = {"numeric", "text"};

[[noreturn]] void fail(const std::string& source, const std::string& what) {
  throw ParseError(fmt::format("{}: {}", source, what));
}

Json to_json(const ColumnEncoding& encoding) {
  return {{"column", encoding.column},
          {"kind", kKindNames[static_cast<std::size_t>(encoding.kind)]},
          {"one_hot", encoding.one_hot},
          {"categories", encoding.categories},
          {"missing_is_category", encoding.missing_is_category},
          {"fill", encoding.fill},
          {"offset", encoding.scale.offset},
          {"factor", encoding.scale.factor},
          {"low", static_cast<double>(encoding.low)},
          {"high", static_cast<double>(encoding.high)}};
}

ColumnKind kind_from_json(const Json& json, const std::string& source) {
  const auto text = json_get<std::string>(json, "kind", source);
  if (text == kKindNames[0]) return ColumnKind::Numeric;
  if (text == kKindNames[1]) return ColumnKind::Text;
  fail(source, fmt::format("\"kind\" is \"{}\", known are numeric and text", text));
}

void require_distinct(const ColumnEncoding& encoding, const std::string& source) {
  std::set<std::string_view> seen;
  const std::size_t n_texts = encoding.categories.size() - (encoding.missing_is_category ? 1u : 0u);
  for (std::size_t i = 0; i < n_texts; ++i) {
    if (seen.insert(encoding.categories[i]).second) continue;
    fail(source, fmt::format("\"categories\" holds \"{}\" twice", encoding.categories[i]));
  }
}

void require_consistent(const ColumnEncoding& encoding, const std::string& source) {
  const bool text = encoding.kind == ColumnKind::Text;
  if (text && encoding.categories.empty()) fail(source, "\"categories\" of a text column is empty");
  if (!text && !encoding.categories.empty()) {
    fail(source, "\"categories\" of a numeric column is not empty");
  }
  if (!text && encoding.one_hot) fail(source, "\"one_hot\" of a numeric column is true");
  if (!text && encoding.missing_is_category) {
    fail(source, "\"missing_is_category\" of a numeric column is true");
  }
  if (encoding.scale.factor == 0.0) fail(source, "\"factor\" is 0");
  if (encoding.low > encoding.high) fail(source, "\"low\" is above \"high\"");
  require_distinct(encoding, source);
}

ColumnEncoding encoding_from_json(const Json& json, const std::string& source) {
  ColumnEncoding encoding;
  encoding.column = json_get<std::string>(json, "column", source);
  encoding.kind = kind_from_json(json, source);
  encoding.one_hot = json_get<bool>(json, "one_hot", source);
  encoding.categories = json_get<std::vector<std::string>>(json, "categories", source);
  encoding.missing_is_category = json_get<bool>(json, "missing_is_category", source);
  encoding.fill = internal::json_finite(json, "fill", source);
  encoding.scale.offset = internal::json_finite(json, "offset", source);
  encoding.scale.factor = internal::json_finite(json, "factor", source);
  encoding.low = internal::json_float(json, "low", source);
  encoding.high = internal::json_float(json, "high", source);
  require_consistent(encoding, source);
  return encoding;
}

PreprocessOptions options_from_json(const Json& json, const std::string& source) {
  PreprocessOptions options;
  const auto scaling = json_get<std::string>(json, "scaling", source);
  const auto found = internal::find_scaling(scaling);
  if (!found) fail(source, fmt::format("\"scaling\" is \"{}\", which is unknown", scaling));
  options.scaling = *found;
  options.one_hot_limit = internal::json_count(json, "one_hot_limit", source);
  options.clip = json_get<bool>(json, "clip", source);
  return options;
}

}  // namespace

Json to_json(const Preprocessor& preprocessor) {
  Json columns = Json::array();
  for (const ColumnEncoding& encoding : preprocessor.encodings_)
    columns.push_back(to_json(encoding));
  return {{"scaling", name(preprocessor.options_.scaling)},
          {"one_hot_limit", preprocessor.options_.one_hot_limit},
          {"clip", preprocessor.options_.clip},
          {"columns", columns}};
}

Preprocessor preprocessor_from_json(const Json& json, const std::string& source) {
  Preprocessor preprocessor;
  preprocessor.options_ = options_from_json(json, source);
  const Json columns = json_get<Json>(json, "columns", source);
  if (!columns.is_array() || columns.empty()) {
    fail(source, "key \"columns\" must be a list that is not empty");
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string place = fmt::format("{}: columns[{}]", source, i);
    preprocessor.encodings_.push_back(encoding_from_json(columns[i], place));
    const std::string& column = preprocessor.encodings_.back().column;
    if (!names.insert(column).second) {
      fail(place, fmt::format("\"column\" \"{}\" stands twice", column));
    }
  }
  return preprocessor;
}

}  // namespace neuronsmith
