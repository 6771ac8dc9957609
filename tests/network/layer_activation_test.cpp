#include "neuronsmith/network/layer_activation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "reference.hpp"

namespace neuronsmith::network {
namespace {

using neuron::Learnable;
using reference::scalar;

neuron::Activation learnable(const std::string& text, Learnable kind) {
  return neuron::with_learnable_literals(scalar(text), kind);
}

TEST(LayerActivation, ParametersStartAsTheLiteralsWereAndLieParameterByParameter) {
  const LayerActivation channel(learnable("tanh(2*x) + 0.5", Learnable::Channel), 3);
  ASSERT_EQ(channel.parameter_count(), 6);
  std::vector<float> parameters(6);
  channel.initialise(parameters, {});
  EXPECT_EQ(parameters, (std::vector<float>{2, 2, 2, 0.5, 0.5, 0.5}));
  const LayerActivation layer(learnable("tanh(2*x) + 0.5", Learnable::Layer), 3);
  ASSERT_EQ(layer.parameter_count(), 2);
  layer.initialise(std::span(parameters).first(2), {});
  EXPECT_EQ(parameters[1], 0.5F);
}

TEST(LayerActivation, EachChannelHasItsOwnParameters) {
  const LayerActivation activation(learnable("2*x + 1", Learnable::Channel), 2);
  LayerActivation::Scratch scratch(activation);
  const std::vector<float> parameters = {2, -1, 0.5, 4};  // slopes, then offsets
  const std::vector<float> u = {1, 2, 3, 1, 2, 3};
  std::vector<float> y(6);
  activation.predict(parameters, {}, scratch, u, y);
  EXPECT_EQ(y, (std::vector<float>{2.5, 4.5, 6.5, 3, 2, 1}));
  activation.predict(parameters, {}, scratch, y, y);
  EXPECT_EQ(y[0], 5.5F) << "in place";
}

TEST(LayerActivation, ZScoreStandardisesEachOutputAndItsStatisticsFollow) {
  const LayerActivation activation(scalar("zscore(x)"), 2);
  ASSERT_EQ(activation.statistics_count(), 4);
  EXPECT_EQ(activation.parameter_count(), 0);
  EXPECT_FALSE(activation.is_pointwise());
  std::vector<float> statistics(4, NAN);
  activation.initialise({}, statistics);
  EXPECT_EQ(statistics, (std::vector<float>{0, 0, 1, 1}));
  LayerActivation::Scratch scratch(activation);
  const std::vector<float> u = {1, 2, 3, 6, -10, -10, 10, 10};
  std::vector<float> y(8);
  std::vector<float> slope(8);
  activation.forward({}, statistics, scratch, u, y, slope);
  EXPECT_NEAR(y[3], 3.0 / (std::sqrt(3.5) + 1e-6), 1e-6);
  EXPECT_NEAR(y[4], -1.0, 1e-6);
  EXPECT_FLOAT_EQ(statistics[0], 0.1F * 3.0F);
  EXPECT_FLOAT_EQ(statistics[2], 0.9F + 0.1F * 14.0F / 3.0F);  // unbiased
  EXPECT_FLOAT_EQ(statistics[3], 0.9F + 0.1F * 400.0F / 3.0F);
  activation.predict({}, statistics, scratch, u, y);
  EXPECT_NEAR(y[3], (6.0 - 0.3) / (std::sqrt(statistics[2]) + 1e-6), 1e-5);
}

TEST(LayerActivation, MeanAndDeviationAreThoseOfEachOutput) {
  const LayerActivation activation(scalar("mean(x) + 100*std(x)"), 2);
  ASSERT_EQ(activation.statistics_count(), 4);
  EXPECT_FALSE(activation.is_pointwise());
  std::vector<float> statistics = {0, 0, 1, 1};
  LayerActivation::Scratch scratch(activation);
  const std::vector<float> u = {1, 2, 3, 6, -10, -10, 10, 10};
  std::vector<float> y(8);
  std::vector<float> slope(8);
  activation.forward({}, statistics, scratch, u, y, slope);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(y[i], 3.0 + 100.0 * std::sqrt(3.5), 1e-4);
    EXPECT_NEAR(y[4 + i], 1000.0, 1e-4);
  }
  EXPECT_FLOAT_EQ(statistics[0], 0.1F * 3.0F);
  activation.predict({}, statistics, scratch, u, y);
  EXPECT_NEAR(y[3], 0.3 + 100.0 * std::sqrt(statistics[2]), 1e-4);
}

// zscore(x) is no more than its definition.
TEST(LayerActivation, ZScoreIsMadeOfMeanAndDeviation) {
  std::vector<std::vector<float>> results;
  for (const char* text : {"zscore(x)*x", "(x - mean(x))/(std(x) + 1e-6)*x"}) {
    const LayerActivation activation(scalar(text), 1);
    LayerActivation::Scratch scratch(activation);
    std::vector<float> statistics = {0, 1};
    const std::vector<float> u = {1, 2, 3, 6, -2};
    std::vector<float> y(5);
    std::vector<float> du(5);
    activation.forward({}, statistics, scratch, u, y, du);
    activation.backward({}, scratch, u, std::vector<float>(5, 1.0F), du, {});
    y.insert(y.end(), du.begin(), du.end());
    results.push_back(y);
  }
  EXPECT_EQ(results[0], results[1]);
}

// One row, or rows that are all the same, have no deviation: finite, and nothing flows back.
TEST(LayerActivation, AConstantOutputHasAZScoreOfZero) {
  const LayerActivation activation(scalar("zscore(x) + x"), 1);
  for (const std::size_t n : {1U, 5U}) {
    std::vector<float> statistics = {0, 1};
    LayerActivation::Scratch scratch(activation);
    const std::vector<float> u(n, 0.75F);
    const std::vector<float> dy(n, 1.0F);
    std::vector<float> y(n);
    std::vector<float> du(n);
    activation.forward({}, statistics, scratch, u, y, du);
    activation.backward({}, scratch, u, dy, du, {});
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_EQ(y[i], 0.75F);
      // The derivative by the mean cancels that of the value to rounding of 1 / 1e-6.
      EXPECT_NEAR(du[i], 1.0, 0.2);
    }
    EXPECT_EQ(statistics[0] == 0.0F, n == 1) << "one row moves no statistics";
  }
}

TEST(LayerActivation, RefusesWhatItCannotCompute) {
  neuron::Activation fixed = learnable("2*x", Learnable::Layer);
  fixed.learnable = Learnable::None;
  EXPECT_THROW(LayerActivation(fixed, 2), InternalError);
  EXPECT_THROW(LayerActivation(scalar("p0*x"), 2), InternalError);
  EXPECT_THROW(LayerActivation(scalar("x0 + x"), 2), InternalError);
}

}  // namespace
}  // namespace neuronsmith::network
