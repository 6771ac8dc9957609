#include "neuronsmith/data/internal/fit_encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/internal/encode.hpp"
#include "neuronsmith/data/internal/scaling.hpp"

namespace neuronsmith::internal {
namespace {

using Rows = std::span<const std::uint32_t>;

/// Of finite values, at least one; in float32, so that it is a value that the column could hold.
float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  const float below = *std::max_element(values.begin(), middle);
  return static_cast<float>(0.5 * (static_cast<double>(below) + static_cast<double>(*middle)));
}

/// Scaling and span of a feature from its training values; false when they are constant.
bool fit_feature(ColumnEncoding& encoding, Scaling scaling, std::span<const float> training) {
  const Span span = span_of(training);
  if (span.empty()) return false;
  encoding.scale = fit_scaling(scaling, training);
  encoding.low = apply(encoding.scale, static_cast<double>(span.low));
  encoding.high = apply(encoding.scale, static_cast<double>(span.high));
  return span.low != span.high;
}

bool fit_numeric(ColumnEncoding& encoding,
                 const Column& column,
                 Rows training_rows,
                 Scaling scaling) {
  std::vector<float> values;
  values.reserve(training_rows.size());
  for (const std::uint32_t row : training_rows) {
    if (!std::isnan(column.numbers[row])) values.push_back(column.numbers[row]);
  }
  if (values.empty()) return false;
  const float fill = median(values);
  encoding.fill = static_cast<double>(fill);
  values.resize(training_rows.size(), fill);  // scaling does not mind the order
  return fit_feature(encoding, scaling, values);
}

/// Values of a text column in training rows.
struct Category {
  std::uint32_t code = kMissingCode;
  std::size_t count = 0;
};

std::vector<Category> count_categories(const Column& column, Rows training_rows) {
  std::vector<Category> categories(column.texts.size() + 1);  // the last for the missing value
  for (std::size_t i = 0; i < column.texts.size(); ++i) {
    categories[i].code = static_cast<std::uint32_t>(i);
  }
  for (const std::uint32_t row : training_rows) {
    const std::uint32_t code = column.codes[row];
    ++(code == kMissingCode ? categories.back() : categories[code]).count;
  }
  std::erase_if(categories, [](const Category& category) { return category.count == 0; });
  return categories;
}

enum class Order : std::uint8_t { Text, Frequency };

/// The missing value goes last.
void sort_categories(std::vector<Category>& categories, const Column& column, Order order) {
  std::ranges::sort(categories, [&](const Category& a, const Category& b) {
    const bool a_missing = a.code == kMissingCode;
    const bool b_missing = b.code == kMissingCode;
    if (a_missing || b_missing) return b_missing && !a_missing;
    if (order == Order::Frequency && a.count != b.count) return a.count > b.count;
    return column.texts[a.code] < column.texts[b.code];
  });
}

bool fit_text(ColumnEncoding& encoding,
              const Column& column,
              Rows training_rows,
              const PreprocessOptions& options) {
  std::vector<Category> categories = count_categories(column, training_rows);
  if (categories.size() <= 1) return false;
  encoding.one_hot = categories.size() <= options.one_hot_limit;
  sort_categories(categories, column, encoding.one_hot ? Order::Text : Order::Frequency);
  encoding.missing_is_category = categories.back().code == kMissingCode;
  for (const Category& category : categories) {
    encoding.categories.push_back(category.code == kMissingCode ? std::string()
                                                                : column.texts[category.code]);
  }
  if (encoding.one_hot) {
    encoding.high = 1.0F;
    return true;
  }
  const CategoryPlaces places(encoding, column);
  std::vector<float> ranks;
  ranks.reserve(training_rows.size());
  for (const std::uint32_t row : training_rows) {
    ranks.push_back(static_cast<float>(places.of(column.codes[row])));
  }
  return fit_feature(encoding, options.scaling, ranks);
}

/// By the values and not by n_missing, which counts rows of the file that may be gone.
bool has_value(const Column& column) {
  const auto is_number = [](float value) { return !std::isnan(value); };
  if (column.kind == ColumnKind::Numeric) return std::ranges::any_of(column.numbers, is_number);
  return std::ranges::any_of(column.codes, [](std::uint32_t code) { return code != kMissingCode; });
}

}  // namespace

std::optional<ColumnEncoding> fit_encoding(const Table& table,
                                           const Column& column,
                                           Rows training_rows,
                                           const PreprocessOptions& options) {
  if (!has_value(column)) {
    throw DataError(
        fmt::format("{}: column \"{}\" has no value in any row; leave it out with --drop {}",
                    table.source,
                    column.name,
                    column.name));
  }
  ColumnEncoding encoding;
  encoding.column = column.name;
  encoding.kind = column.kind;
  const bool varies = column.kind == ColumnKind::Numeric
                          ? fit_numeric(encoding, column, training_rows, options.scaling)
                          : fit_text(encoding, column, training_rows, options);
  const bool keep = options.keep_constants && column.kind == ColumnKind::Numeric;
  return varies || keep ? std::optional(std::move(encoding)) : std::nullopt;
}

}  // namespace neuronsmith::internal
