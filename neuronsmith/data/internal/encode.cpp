#include "neuronsmith/data/internal/encode.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "neuronsmith/data/internal/scaling.hpp"

namespace neuronsmith::internal {
namespace {

using Rows = std::span<const std::uint32_t>;

void encode_numeric(const ColumnEncoding& encoding,
                    const Column& column,
                    Rows rows,
                    Clipping clipping,
                    std::span<float> out) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const float value = column.numbers[rows[i]];
    out[i] = apply(encoding.scale, std::isnan(value) ? encoding.fill : static_cast<double>(value));
    if (clipping == Clipping::On) out[i] = std::clamp(out[i], encoding.low, encoding.high);
  }
}

void encode_ranks(const ColumnEncoding& encoding,
                  const Column& column,
                  Rows rows,
                  Clipping clipping,
                  std::span<float> out) {
  const CategoryPlaces places(encoding, column);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out[i] = apply(encoding.scale, static_cast<double>(places.of(column.codes[rows[i]])));
    if (clipping == Clipping::On) out[i] = std::clamp(out[i], encoding.low, encoding.high);
  }
}

void encode_one_hot(const ColumnEncoding& encoding,
                    const Column& column,
                    Rows rows,
                    FeatureMatrix& features,
                    std::size_t first) {
  const CategoryPlaces places(encoding, column);
  for (std::size_t k = 0; k < encoding.categories.size(); ++k) {
    const std::span<float> out = features.column(first + k);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out[i] = places.of(column.codes[rows[i]]) == k ? 1.0F : 0.0F;
    }
  }
}

}  // namespace

CategoryPlaces::CategoryPlaces(const ColumnEncoding& encoding, const Column& column) {
  const auto n = static_cast<std::uint32_t>(encoding.categories.size());
  const std::uint32_t n_texts = n - (encoding.missing_is_category ? 1u : 0u);
  std::unordered_map<std::string_view, std::uint32_t> place_of_text;
  for (std::uint32_t i = 0; i < n_texts; ++i) place_of_text.emplace(encoding.categories[i], i);
  for (const std::string& text : column.texts) {
    const auto found = place_of_text.find(text);
    places_.push_back(found == place_of_text.end() ? n : found->second);
  }
  places_.push_back(n_texts);  // equals n, not seen, unless missing is a category
}

void encode(const ColumnEncoding& encoding,
            const Column& column,
            Rows rows,
            Clipping clipping,
            FeatureMatrix& features,
            std::size_t first) {
  if (encoding.kind == ColumnKind::Numeric) {
    encode_numeric(encoding, column, rows, clipping, features.column(first));
  } else if (encoding.one_hot) {
    encode_one_hot(encoding, column, rows, features, first);
  } else {
    encode_ranks(encoding, column, rows, clipping, features.column(first));
  }
}

}  // namespace neuronsmith::internal
