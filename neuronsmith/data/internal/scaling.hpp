#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "neuronsmith/data/preprocess.hpp"

namespace neuronsmith::internal {

[[nodiscard]] std::optional<Scaling> find_scaling(std::string_view text);

/// The least and the greatest of some values.
struct Span {
  float low = std::numeric_limits<float>::infinity();
  float high = -std::numeric_limits<float>::infinity();

  [[nodiscard]] bool empty() const { return low > high; }
  [[nodiscard]] double middle() const {
    return 0.5 * (static_cast<double>(low) + static_cast<double>(high));
  }
  [[nodiscard]] double width() const {
    return static_cast<double>(high) - static_cast<double>(low);
  }
};

/// By finite values only.
[[nodiscard]] Span span_of(std::span<const float> values);

/// Scaled, and kept within float32.
[[nodiscard]] float apply(const Affine& scale, double value);

}  // namespace neuronsmith::internal
