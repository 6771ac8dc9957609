#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/search/tensor/tensor_rows.hpp"

namespace neuronsmith::search::tensor {

/// Normal inputs and a target or classes made of them.
struct Sample {
  FeatureMatrix features;
  std::vector<float> target;
  std::vector<std::uint32_t> classes;

  [[nodiscard]] network::Part part() const { return {features.view(), target, classes}; }
  [[nodiscard]] TensorRows rows(int max_order = 5) const {
    return {part(), network::Loss::MeanSquaredError, 1, max_order};
  }
};

inline Sample draw_sample(std::size_t n_rows,
                          std::size_t n_inputs,
                          std::uint64_t seed,
                          const std::function<double(std::span<const double>)>& law,
                          double noise = 0.0) {
  Sample result{.features = FeatureMatrix(n_rows, n_inputs), .target = {}, .classes = {}};
  Random random(seed, Purpose::Test);
  std::vector<double> x(n_inputs);
  for (std::size_t i = 0; i < n_rows; ++i) {
    for (std::size_t j = 0; j < n_inputs; ++j) {
      result.features.column(j)[i] = static_cast<float>(random.normal());
      x[j] = static_cast<double>(result.features.column(j)[i]);
    }
    result.target.push_back(static_cast<float>(law(x) + noise * random.normal()));
  }
  return result;
}

inline double power_sum(std::span<const double> x, int k) {
  double sum = 0.0;
  for (const double value : x) sum += std::pow(value, k);
  return sum;
}

/// Product of `order` inner products with fixed weights of no special shape.
inline double interaction(std::span<const double> x, int order) {
  double product = 1.0;
  for (int m = 0; m < order; ++m) {
    double sum = 0.0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      sum += std::sin(1.0 + 2.3 * m + 1.7 * static_cast<double>(j)) * x[j];
    }
    product *= sum * std::sqrt(2.0 / static_cast<double>(x.size()));
  }
  return product;
}

}  // namespace neuronsmith::search::tensor
