#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace neuronsmith::network::internal {

// Kernels of batch normalisation and dropout, dispatched at run time to the widest vectors of the
// processor. Sums are float64, in an order that is fixed for a processor.

struct Moments {
  double mean = 0.0;
  double variance = 0.0;  ///< about the mean, divided by the count
};

/// Mean and variance of x (not empty), in two passes.
[[nodiscard]] Moments moments(std::span<const float> x) noexcept;

/// What the derivatives of a normalised output need of its rows.
struct NormalisationSums {
  double adjoint = 0.0;  ///< sum of du
  double centred = 0.0;  ///< sum of du * (z - mean)
};

/// Of z and du of the same length.
[[nodiscard]] NormalisationSums normalisation_sums(std::span<const float> z,
                                                   double mean,
                                                   std::span<const float> du) noexcept;

/// du = factor * du - shift - slope * (z - mean), in float32.
void normalisation_gradient(std::span<const float> z,
                            float mean,
                            float factor,
                            float shift,
                            float slope,
                            std::span<float> du) noexcept;

/// Whose numbers a dropout mask is: the stream Random(seed, purpose, a, b), one number a value.
struct DropoutDraw {
  std::uint64_t seed = 0;
  std::array<std::uint32_t, 3> stream{};  ///< purpose, a, b
  std::uint32_t threshold = 0;            ///< numbers below it drop a value
  float kept = 1.0F;                      ///< what values that are kept are multiplied by
};

/// mask[i] = 0 or draw.kept, and values *= mask. Both have the same length.
void drop_out(const DropoutDraw& draw, std::span<float> mask, std::span<float> values) noexcept;

}  // namespace neuronsmith::network::internal
