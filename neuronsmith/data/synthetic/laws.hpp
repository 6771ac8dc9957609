#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "neuronsmith/data/table.hpp"

namespace neuronsmith {

/// coefficient * sum_i x_i^exponent.
struct PowerSum {
  int exponent = 1;
  double coefficient = 0.0;
};

/// The ten laws behind the synthetic data of "No One-Size-Fits-All Neurons" (Fan et al., arXiv
/// 2405.02369), number 1 to 10: sums of power sums, exponents falling.
inline constexpr int kLawCount = 10;
[[nodiscard]] std::span<const PowerSum> law(int number);
/// "2*S4 + 3*S2 + 6*S1".
[[nodiscard]] std::string law_text(int number);

struct SyntheticOptions {
  int law = 1;          ///< 1 to kLawCount
  double noise = 0.0;   ///< standard deviation of normal noise over the root mean square of y, >= 0
  double range = 50.0;  ///< inputs are uniform in [-range, range], > 0
  std::size_t rows = 600;     ///< > 0
  std::size_t features = 10;  ///< > 0; the published data have 10
  std::uint64_t seed = 1;

  /// Throws ConfigError naming the option.
  void validate() const;
};

/// Columns x0 ... and y. Inputs are rounded to float32 before y is computed in float64, so y is the
/// law's value at the numbers that stand in the table, rounded once.
[[nodiscard]] Table synthesize(const SyntheticOptions& options);

}  // namespace neuronsmith
