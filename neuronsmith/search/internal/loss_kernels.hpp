#pragma once

#include <span>

namespace neuronsmith::search::internal {

/// Sums over rows, by SIMD. Blocks of 16 rows a lane are added up in float32, the blocks in
/// float64. A row of `values` that is not finite makes the sum NaN.

/// value = scale * f + offset.
struct LinearScale {
  double scale = 1.0;
  double offset = 0.0;
};

/// Sum of -log of the probability that the sigmoid of the scaled values gives to the class of each
/// row, none below 1e-15 (gplearn's and scikit-learn's clip). `signs`: -1 for the class of that
/// probability, 1 for the other.
[[nodiscard]] double log_loss_sum(std::span<const float> values,
                                  std::span<const float> signs,
                                  LinearScale by = {});

/// First and second derivatives of that sum by scale and offset (without the clip).
struct LogLossSlopes {
  double by_scale = 0.0;
  double by_offset = 0.0;
  double by_scale_scale = 0.0;
  double by_scale_offset = 0.0;
  double by_offset_offset = 0.0;
};

[[nodiscard]] LogLossSlopes log_loss_slopes(std::span<const float> values,
                                            std::span<const float> signs,
                                            LinearScale by);

/// Sum of (value - target)^2.
[[nodiscard]] double squared_error_sum(std::span<const float> values,
                                       std::span<const float> targets);

}  // namespace neuronsmith::search::internal
