#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/data/synthetic/laws.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/normal_form.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/search/fit_objective.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NEURONSMITH_TEST_SANITIZED 1
#endif

namespace neuronsmith::search::testing {

#ifdef NEURONSMITH_TEST_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// Rows that own their values.
struct Sample {
  Sample(std::size_t n_rows, std::size_t n_features, std::size_t n_targets = 1)
      : x(n_rows, n_features), y(n_targets, std::vector<float>(n_rows)) {}

  [[nodiscard]] std::size_t n_rows() const { return x.n_rows(); }
  [[nodiscard]] FitData data() const { return {x.view(), {y.begin(), y.end()}}; }
  /// target[i] = f(i).
  void set_target(std::size_t target, const std::function<double(std::size_t)>& f) {
    for (std::size_t i = 0; i < n_rows(); ++i) y[target][i] = static_cast<float>(f(i));
  }

  FeatureMatrix x;
  std::vector<std::vector<float>> y;
};

/// Uniform features in [low, high], targets that depend on them a little.
inline Sample random_sample(std::size_t n_rows,
                            std::size_t n_features,
                            std::size_t n_targets = 1,
                            std::uint32_t stream = 0,
                            double low = -1.5,
                            double high = 1.5) {
  Sample sample(n_rows, n_features, n_targets);
  Random random(11, Purpose::Test, stream);
  for (std::size_t j = 0; j < n_features; ++j) {
    for (float& value : sample.x.column(j)) value = static_cast<float>(random.uniform(low, high));
  }
  for (std::size_t t = 0; t < n_targets; ++t) {
    sample.set_target(t, [&](std::size_t i) {
      double sum = random.normal();
      for (std::size_t j = 0; j < n_features; ++j) {
        const double x = static_cast<double>(sample.x.column(j)[i]);
        sum += x + static_cast<double>(t) * x * x + 0.5 * x * x * x;
      }
      return sum;
    });
  }
  return sample;
}

/// The first n_rows rows of one of the ten laws; 0: all.
inline Sample law_sample(const SyntheticOptions& options, std::size_t n_rows = 0) {
  const Table table = synthesize(options);
  Sample sample(n_rows == 0 ? table.n_rows : n_rows, options.features);
  for (std::size_t j = 0; j < options.features; ++j) {
    for (std::size_t i = 0; i < sample.n_rows(); ++i) {
      sample.x.column(j)[i] = table.columns[j].numbers[i];
    }
  }
  sample.set_target(0, [&](std::size_t i) { return table.columns.back().numbers[i]; });
  return sample;
}

inline formula::Formula vector_formula(std::string_view text) {
  return formula::parse_or_throw(text, formula::Shape::Vector, "test");
}

/// x^k summed over the exponents of a set, bit k for x^k.
inline formula::Formula power_sum(std::uint32_t exponents) {
  std::string text;
  for (int k = 1; k < 32; ++k) {
    if (((exponents >> k) & 1u) == 0) continue;
    text += (text.empty() ? "x^" : " + x^") + std::to_string(k);
  }
  return vector_formula(text);
}

/// Values of the neuron that a formula is, by the evaluator.
inline std::vector<float> values_of(const formula::Formula& f, const Sample& sample) {
  std::vector<float> values(sample.n_rows());
  const formula::Evaluator evaluator(formula::to_formula(formula::reduce(f)));
  evaluator.evaluate({sample.x.view(), {}, {}}, values);
  return values;
}

/// Residual over total sum of squares, in the most naive way.
inline double share(std::span<const float> values, std::span<const float> target) {
  double mean = 0.0;
  for (const float y : target) mean += static_cast<double>(y) / static_cast<double>(target.size());
  double residual = 0.0;
  double total = 0.0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    residual += std::pow(static_cast<double>(target[i]) - static_cast<double>(values[i]), 2);
    total += std::pow(static_cast<double>(target[i]) - mean, 2);
  }
  return residual / total;
}

}  // namespace neuronsmith::search::testing
