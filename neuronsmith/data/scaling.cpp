#include "neuronsmith/data/internal/scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/preprocess.hpp"

namespace neuronsmith {
namespace {

using internal::Span;

/// In the order of Scaling.
constexpr std::array<std::string_view, 4> kNames = {"none", "standard", "minmax", "minmax-signed"};
constexpr double kMaxFloat = std::numeric_limits<float>::max();

Affine fit_standard(std::span<const float> values) {
  double sum = 0.0;
  double n = 0.0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    sum += static_cast<double>(value);
    n += 1.0;
  }
  const double mean = sum / n;
  double squares = 0.0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const double distance = static_cast<double>(value) - mean;
    squares += distance * distance;
  }
  return {mean, 1.0 / std::sqrt(squares / n)};
}

}  // namespace

std::string_view name(Scaling scaling) { return kNames[static_cast<std::size_t>(scaling)]; }

Scaling parse_scaling(std::string_view text, std::string_view option) {
  if (const auto scaling = internal::find_scaling(text)) return *scaling;
  throw ConfigError(
      fmt::format("{}: \"{}\" is unknown; known are {}", option, text, fmt::join(kNames, ", ")));
}

Affine fit_scaling(Scaling scaling, std::span<const float> values) {
  const Span span = internal::span_of(values);
  if (scaling == Scaling::None || span.empty()) return {};
  if (span.low == span.high) return {static_cast<double>(span.low), 1.0};
  switch (scaling) {
    case Scaling::MinMax:
      return {static_cast<double>(span.low), 1.0 / span.width()};
    case Scaling::MinMaxSigned:
      return {span.middle(), 2.0 / span.width()};
    default:
      return fit_standard(values);
  }
}

namespace internal {

std::optional<Scaling> find_scaling(std::string_view text) {
  const auto found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Scaling>(found - kNames.begin());
}

Span span_of(std::span<const float> values) {
  Span span;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    span.low = std::min(span.low, value);
    span.high = std::max(span.high, value);
  }
  return span;
}

float apply(const Affine& scale, double value) {
  return static_cast<float>(std::clamp(scale.apply(value), -kMaxFloat, kMaxFloat));
}

}  // namespace internal
}  // namespace neuronsmith
