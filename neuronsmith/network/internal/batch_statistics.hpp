#pragma once

#include <cstddef>
#include <span>

#include "neuronsmith/network/internal/batch_kernels.hpp"

namespace neuronsmith::network::internal {

inline constexpr double kNormEpsilon = 1e-5;
inline constexpr double kNormMomentum = 0.1;

/// Moves a running mean and variance towards those of a batch, as PyTorch's BatchNorm1d: by
/// kNormMomentum, the variance unbiased. One row has no variance and moves nothing.
inline void follow(const Moments& batch, std::size_t n_rows, float& mean, float& variance) {
  if (n_rows == 1) return;
  const auto n = static_cast<double>(n_rows);
  const auto average = [](float running, double value) {
    return static_cast<float>((1.0 - kNormMomentum) * running + kNormMomentum * value);
  };
  mean = average(mean, batch.mean);
  variance = average(variance, batch.variance * n / (n - 1.0));
}

}  // namespace neuronsmith::network::internal
