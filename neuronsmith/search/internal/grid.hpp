#pragma once

#include <cstddef>
#include <vector>

namespace neuronsmith::search::internal {

/// `n` evenly spaced numbers from -reach to reach, n > 1.
[[nodiscard]] inline std::vector<float> symmetric_grid(float reach, std::size_t n) {
  std::vector<float> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = reach * (2.0F * static_cast<float>(i) / static_cast<float>(n - 1) - 1.0F);
  }
  return x;
}

}  // namespace neuronsmith::search::internal
