#include "neuronsmith/data/internal/world_law.hpp"

#include <fmt/format.h>

#include <cmath>

namespace neuronsmith::internal {

double three_decimals(double value) { return std::round(value * 1000.0) / 1000.0; }

double drawn_constant(Random& random, double low, double high) {
  return three_decimals(random.uniform(low, high));
}

std::vector<WorldInput> equal_inputs(std::size_t n, Interval inner, Interval outer) {
  std::vector<WorldInput> inputs;
  for (std::size_t j = 0; j < n; ++j) inputs.push_back({fmt::format("x{}", j), inner, outer});
  return inputs;
}

}  // namespace neuronsmith::internal
