#include "neuronsmith/search/tensor/gated_sum.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace neuronsmith::search::tensor {
namespace {

constexpr std::size_t kTerms = 3;
constexpr std::size_t kOutputs = 2;
constexpr std::size_t kBatch = 6;

std::vector<float> drawn(std::size_t n, Random& random) {
  std::vector<float> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(static_cast<float>(random.normal()));
  return values;
}

/// What a sum is evaluated on; objective: `slopes` times the outputs.
struct Case {
  explicit Case(bool is_fixed) : sum(kTerms, kOutputs, kBatch) {
    Random random(3, Purpose::Test);
    values = drawn(kTerms * kOutputs * kBatch, random);
    parameters = drawn(sum.parameter_count(), random);
    slopes = drawn(kOutputs * kBatch, random);
    gates = {{1.0F, 0.0F}, {0.4F, 0.7F}, {0.0F, 0.0F}};
    const std::vector<double> means = {0.1, -0.2, 0.3, 0.0, 0.5, 1.0};
    const std::vector<double> variances = {1.0, 2.0, 0.5, 0.0, 1.5, 3.0};
    if (is_fixed) sum.fix(means, variances);
  }

  double objective() {
    std::vector<float> outputs(kOutputs * kBatch);
    sum.forward(values, parameters, gates, outputs);
    double result = 0.0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      result += static_cast<double>(outputs[i]) * static_cast<double>(slopes[i]);
    }
    return result;
  }

  double difference_by(float& place) {
    const float kept = place;
    const float h = 2e-3F;
    place = kept + h;
    const double above = objective();
    place = kept - h;
    const double below = objective();
    place = kept;
    return (above - below) / (2.0 * static_cast<double>(h));
  }

  GatedSum sum;
  std::vector<float> values;
  std::vector<float> parameters;
  std::vector<float> slopes;
  std::vector<GateDraw> gates;
};

TEST(GatedSum, GradientsAreFiniteDifferences) {
  for (const bool is_fixed : {false, true}) {
    Case c(is_fixed);
    static_cast<void>(c.objective());
    std::vector<float> d_values(c.values.size(), 9.0F);
    std::vector<float> gradient(c.parameters.size(), 9.0F);
    std::vector<float> d_gates(kTerms, 9.0F);
    c.sum.backward(c.slopes, c.parameters, c.gates, d_values, gradient, d_gates);
    for (std::size_t i = 0; i < c.values.size(); ++i) {
      const auto got = static_cast<double>(d_values[i]);
      EXPECT_NEAR(got, c.difference_by(c.values[i]), 5e-3 * (1.0 + std::abs(got))) << i;
    }
    for (std::size_t i = 0; i < c.parameters.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(gradient[i]), c.difference_by(c.parameters[i]), 2e-2) << i;
    }
    for (std::size_t t = 0; t < kTerms; ++t) {
      EXPECT_NEAR(static_cast<double>(d_gates[t]), c.difference_by(c.gates[t].value), 2e-2) << t;
    }
  }
}

TEST(GatedSum, NormalisesByTheBatchUntilFixed) {
  GatedSum sum(1, 1, 4);
  std::vector<float> parameters(sum.parameter_count());
  sum.start(parameters);
  const std::vector<float> values = {10.0F, 12.0F, 14.0F, 16.0F};
  const std::vector<GateDraw> open = {{1.0F, 0.0F}};
  std::vector<float> outputs(4);
  sum.forward(values, parameters, open, outputs);
  EXPECT_NEAR(outputs[0], -3.0 / std::sqrt(5.0), 1e-5);
  EXPECT_NEAR(outputs[3], 3.0 / std::sqrt(5.0), 1e-5);
  sum.fix(std::vector{10.0}, std::vector{4.0});
  sum.forward(values, parameters, open, outputs);
  EXPECT_NEAR(outputs[0], 0.0, 1e-6);
  EXPECT_NEAR(outputs[3], 3.0, 1e-4);
}

}  // namespace
}  // namespace neuronsmith::search::tensor
