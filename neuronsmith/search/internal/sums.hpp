#pragma once

#include <span>

namespace neuronsmith::search::internal {

/// In float64; at least one value.
[[nodiscard]] double mean_of(std::span<const float> values);
[[nodiscard]] double sum_of_squares_about_mean(std::span<const float> values);

}  // namespace neuronsmith::search::internal
