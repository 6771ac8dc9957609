#include "neuronsmith/network/layer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "reference.hpp"

namespace neuronsmith::network {
namespace {

using reference::normal_features;
using reference::scalar;
using reference::term;

neuron::Aggregation powers_up_to(int k) {
  neuron::Aggregation aggregation;
  for (int i = 1; i <= k; ++i) {
    aggregation.terms.push_back(term({i == 1 ? "x" : "x^" + std::to_string(i)}));
  }
  return aggregation;
}

// Weights of a layer and what it makes of standard normal inputs.
struct Initialised {
  explicit Initialised(LayerOptions options, std::size_t n_rows = 1000)
      : layer(std::move(options)),
        parameters(layer.parameter_count()),
        statistics(layer.statistics_count()),
        workspace(layer, n_rows, WorkspaceUse::Training),
        output(layer.n_outputs() * n_rows) {
    workspace.resize(n_rows);
    Random rows(11, Purpose::Test);
    for (float& value : workspace.input()) value = static_cast<float>(rows.normal());
    Random random(3, Purpose::Initialisation);
    layer.initialise(parameters, statistics, workspace, random);
  }

  // Mean over the units of the variance over the rows, and the greatest mean of a unit.
  void expect_unit_variance() {
    layer.predict(parameters, statistics, workspace, output);
    const std::size_t n = workspace.n_rows();
    double variance = 0.0;
    for (std::size_t o = 0; o < layer.n_outputs(); ++o) {
      double mean = 0.0;
      double square = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        mean += output[o * n + i] / static_cast<double>(n);
        square += output[o * n + i] * output[o * n + i] / static_cast<double>(n);
      }
      EXPECT_NEAR(mean, 0.0, 1e-4);
      variance += (square - mean * mean) / static_cast<double>(layer.n_outputs());
    }
    // Terms correlate (x with x^3), so the sum of their shares is not exact.
    EXPECT_GT(variance, 0.6);
    EXPECT_LT(variance, 1.6);
  }

  DenseLayer layer;
  std::vector<float> parameters;
  std::vector<float> statistics;
  LayerWorkspace workspace;
  std::vector<float> output;
};

TEST(DenseLayer, InitialVarianceIsAboutOneForPowers) {
  for (int k = 1; k <= 5; ++k) {
    SCOPED_TRACE(k);
    Initialised({.n_inputs = 8, .n_outputs = 64, .aggregation = powers_up_to(k), .activation = {}})
        .expect_unit_variance();
  }
}

// Rounding must not pass for variance: weights scaled by it would be enormous.
TEST(DenseLayer, WhatIsConstantOnTheRowsStartsWithOrdinaryWeights) {
  const auto greatest_weight = [](std::size_t n_rows, const std::vector<float>& values) {
    const DenseLayer layer({.n_inputs = 2,
                            .n_outputs = 8,
                            .aggregation = {.terms = {term({"x^2"}), term({"x", "x^3"}, 2)}},
                            .activation = {}});
    LayerWorkspace workspace(layer, n_rows, WorkspaceUse::Inference);
    workspace.resize(n_rows);
    for (std::size_t i = 0; i < 2 * n_rows; ++i) workspace.input()[i] = values[i % values.size()];
    std::vector<float> parameters(layer.parameter_count());
    Random random(3, Purpose::Initialisation);
    layer.initialise(parameters, {}, workspace, random);
    float greatest = 0.0F;
    for (const float p : parameters) greatest = std::max(greatest, std::abs(p));
    return greatest;
  };
  EXPECT_LT(greatest_weight(1, {0.7F}), 10.0F);
  EXPECT_LT(greatest_weight(200, {0.3F}), 100.0F);              // a constant input
  EXPECT_LT(greatest_weight(200, {1.0000001F, -0.9999999F}), 10.0F);  // x^2 is 1 but for rounding
}

TEST(DenseLayer, InitialVarianceIsAboutOneForInteractions) {
  const neuron::Aggregation aggregation{
      .terms = {term({"x"}), term({"x", "x"}, 3), term({"x", "x^3", "x"}, 2)}};
  Initialised({.n_inputs = 8, .n_outputs = 64, .aggregation = aggregation, .activation = {}})
      .expect_unit_variance();
}

TEST(DenseLayer, TermsGetEqualShares) {
  const neuron::Aggregation aggregation{.terms = {term({"x"}), term({"100*x"})}};
  const Initialised it(
      {.n_inputs = 8, .n_outputs = 64, .aggregation = aggregation, .activation = {}});
  double first = 0.0;
  double second = 0.0;
  for (std::size_t i = 0; i < 8 * 64; ++i) {
    first += std::pow(it.parameters[64 + i], 2);
    second += std::pow(100.0 * it.parameters[64 + 8 * 64 + i], 2);
  }
  EXPECT_NEAR(first / second, 1.0, 0.1);
}

TEST(DenseLayer, ConstantAndInfiniteTermsGetFiniteWeights) {
  const neuron::Aggregation aggregation{.terms = {term({"x-x"}), term({"log(x-x)"}), term({"x"})}};
  const Initialised it(
      {.n_inputs = 3, .n_outputs = 4, .aggregation = aggregation, .activation = {}});
  for (const float parameter : it.parameters) EXPECT_TRUE(std::isfinite(parameter));
}

TEST(DenseLayer, CountsByHand) {
  const auto layer = [](neuron::Aggregation aggregation, bool batch_norm = false) {
    return DenseLayer({.n_inputs = 5,
                       .n_outputs = 3,
                       .aggregation = std::move(aggregation),
                       .activation = {},
                       .batch_norm = batch_norm});
  };
  const DenseLayer linear = layer(neuron::linear_aggregation());
  EXPECT_EQ(linear.parameter_count(), 3 + 15);
  EXPECT_EQ(linear.multiply_adds(), 15);
  EXPECT_EQ(linear.statistics_count(), 0);

  const DenseLayer normalised = layer(neuron::linear_aggregation(), true);
  EXPECT_EQ(normalised.parameter_count(), 3 + 15 + 6);
  EXPECT_EQ(normalised.multiply_adds(), 15 + 3);
  EXPECT_EQ(normalised.statistics_count(), 6);

  // x, x^2, x^3: three matrices, two multiplications for the powers of each input.
  const DenseLayer powers = layer(powers_up_to(3));
  EXPECT_EQ(powers.parameter_count(), 3 + 45);
  EXPECT_EQ(powers.multiply_adds(), 45 + 2 * 5);

  // Order 2, rank 4: 8 projections of each unit, and 4 products.
  const DenseLayer quadratic = layer({.terms = {term({"x", "x"}, 4)}});
  EXPECT_EQ(quadratic.parameter_count(), 3 + 8 * 15);
  EXPECT_EQ(quadratic.multiply_adds(), 8 * 15 + 4 * 3);

  // x^4 shared by both terms: computed once.
  const DenseLayer mixed = layer({.terms = {term({"x^4"}), term({"x^4", "x", "sin(x)"}, 2)}});
  EXPECT_EQ(mixed.parameter_count(), 3 + 15 + 6 * 15);
  EXPECT_EQ(mixed.multiply_adds(), 15 + 6 * 15 + 2 * 2 * 3 + 3 * 5);
}

TEST(DenseLayer, CountsAgreeWithTheAggregation) {
  const neuron::Aggregation aggregation{
      .terms = {term({"x"}), term({"x", "x"}, 2), term({"sin(x)", "x"}, 3)}};
  const DenseLayer layer({.n_inputs = 7, .n_outputs = 6, .aggregation = aggregation, .activation = {}});
  EXPECT_EQ(layer.parameter_count(), 6 * aggregation.parameters_per_output(7));
}

TEST(DenseLayer, DropoutKeepsTheMeanAndScalesWhatItKeeps) {
  constexpr std::size_t kRows = 1000;
  Initialised it({.n_inputs = 2,
                  .n_outputs = 10,
                  .aggregation = neuron::linear_aggregation(),
                  .activation = {},
                  .dropout = 0.25},
                 kRows);
  std::fill(it.parameters.begin(), it.parameters.end(), 0.0F);
  std::fill_n(it.parameters.begin(), 10, 3.0F);  // biases
  it.layer.forward(it.parameters, it.statistics, {1, 2, 3}, it.workspace, it.output);
  std::size_t kept = 0;
  for (const float value : it.output) {
    if (value == 0.0F) continue;
    ++kept;
    EXPECT_FLOAT_EQ(value, 4.0F);
  }
  EXPECT_NEAR(static_cast<double>(kept), 7500.0, 200.0);
  const auto first = it.output;
  it.layer.forward(it.parameters, it.statistics, {1, 2, 3}, it.workspace, it.output);
  EXPECT_EQ(first, it.output) << "same key, other mask";
  it.layer.forward(it.parameters, it.statistics, {1, 3, 3}, it.workspace, it.output);
  EXPECT_NE(first, it.output) << "another step, same mask";
  it.layer.predict(it.parameters, it.statistics, it.workspace, it.output);
  for (const float value : it.output) EXPECT_EQ(value, 3.0F);
}

TEST(DenseLayer, RunningStatisticsFollowPyTorch) {
  Initialised it({.n_inputs = 1,
                  .n_outputs = 1,
                  .aggregation = neuron::linear_aggregation(),
                  .activation = {},
                  .batch_norm = true},
                 4);
  it.parameters = {0.0F, 1.0F, 1.0F, 0.0F};  // bias, weight, scale, shift
  const std::vector<float> x = {1.0F, 2.0F, 3.0F, 6.0F};
  std::copy(x.begin(), x.end(), it.workspace.input().begin());
  it.layer.forward(it.parameters, it.statistics, {}, it.workspace, it.output);
  EXPECT_FLOAT_EQ(it.statistics[0], 0.1F * 3.0F);
  EXPECT_FLOAT_EQ(it.statistics[1], 0.9F + 0.1F * 14.0F / 3.0F);
  EXPECT_NEAR(it.output[3], 3.0 / std::sqrt(3.5 + 1e-5), 1e-6);
  it.layer.predict(it.parameters, it.statistics, it.workspace, it.output);
  EXPECT_NEAR(it.output[3], (6.0 - 0.3) / std::sqrt(it.statistics[1] + 1e-5), 1e-5);
}

TEST(DenseLayer, ABatchOfOneRowIsNormalisedToTheShift) {
  Initialised it({.n_inputs = 2,
                  .n_outputs = 2,
                  .aggregation = neuron::linear_aggregation(),
                  .activation = {},
                  .batch_norm = true},
                 1);
  const auto before = it.statistics;
  it.layer.forward(it.parameters, it.statistics, {}, it.workspace, it.output);
  EXPECT_NEAR(it.output[0], 0.0, 1e-4);
  EXPECT_EQ(it.statistics, before);
}

// torch.nn.Linear: weights and bias uniform in +-1 / sqrt(inputs), whatever the rows.
TEST(DenseLayer, LikeTorchDrawsUniformWeightsAndBiases) {
  const DenseLayer layer({.n_inputs = 16,
                          .n_outputs = 500,
                          .aggregation = {.terms = {term({"x"}), term({"x", "x^2"}, 2)}},
                          .activation = {},
                          .batch_norm = true});
  std::vector<float> parameters(layer.parameter_count(), NAN);
  std::vector<float> statistics(layer.statistics_count(), NAN);
  Random random(5, Purpose::Initialisation);
  layer.initialise_like_torch(parameters, statistics, random);
  const std::size_t n_weights = parameters.size() - 1000;
  double square = 0.0;
  float greatest = 0.0F;
  for (std::size_t i = 0; i < n_weights; ++i) {
    square += parameters[i] * parameters[i] / static_cast<double>(n_weights);
    greatest = std::max(greatest, std::abs(parameters[i]));
  }
  EXPECT_LE(greatest, 0.25F);
  EXPECT_GT(greatest, 0.2499F);
  EXPECT_NEAR(square, 0.25 * 0.25 / 3.0, 2e-4);
  double bias = 0.0;
  for (std::size_t o = 0; o < 500; ++o) bias += parameters[o] * parameters[o] / 500.0;
  EXPECT_NEAR(bias, 0.25 * 0.25 / 3.0, 2e-3);
  EXPECT_EQ(parameters[n_weights], 1.0F);
  EXPECT_EQ(parameters[n_weights + 500], 0.0F);
  EXPECT_EQ(statistics[0], 0.0F);
  EXPECT_EQ(statistics[500], 1.0F);
}

// Linear, batch normalisation, activation, dropout, as a torch.nn.Sequential of these; by hand.
TEST(DenseLayer, ABlockIsInTheOrderOfPyTorchsModules) {
  Initialised it({.n_inputs = 1,
                  .n_outputs = 1,
                  .aggregation = neuron::linear_aggregation(),
                  .activation = scalar("relu(x)"),
                  .batch_norm = true,
                  .dropout = 0.5},
                 4);
  it.parameters = {5.0F, 2.0F, 3.0F, 1.0F};  // bias, weight, scale, shift
  const std::vector<float> x = {1.0F, 2.0F, 3.0F, 6.0F};
  std::copy(x.begin(), x.end(), it.workspace.input().begin());
  it.layer.forward(it.parameters, it.statistics, {7, 0, 0}, it.workspace, it.output);
  EXPECT_FLOAT_EQ(it.statistics[0], 0.1F * 11.0F);
  EXPECT_FLOAT_EQ(it.statistics[1], 0.9F + 0.1F * 14.0F * 4.0F / 3.0F);
  std::size_t kept = 0;
  for (std::uint32_t step = 0; step < 8; ++step) {
    it.layer.forward(it.parameters, it.statistics, {7, step, 0}, it.workspace, it.output);
    for (std::size_t i = 0; i < 4; ++i) {
      // z = 5 + 2 x has mean 11 and variance 14.
      const double u = 3.0 * (5.0 + 2.0 * x[i] - 11.0) / std::sqrt(14.0 + 1e-5) + 1.0;
      if (it.output[i] == 0.0F) continue;
      EXPECT_NEAR(it.output[i], 2.0 * std::max(0.0, u), 1e-5);
      ++kept;
    }
  }
  EXPECT_GT(kept, 0U);
}

TEST(DenseLayer, LearnableActivationsAndStatisticsAreCountedAndStart) {
  const neuron::Activation activation =
      neuron::with_learnable_literals(scalar("0.3*zscore(x) + x"), neuron::Learnable::Channel);
  Initialised it({.n_inputs = 4,
                  .n_outputs = 8,
                  .aggregation = neuron::linear_aggregation(),
                  .activation = activation,
                  .batch_norm = true});
  ASSERT_EQ(it.layer.parameter_count(), 5 * 8 + 2 * 8 + 8);
  ASSERT_EQ(it.layer.statistics_count(), 4 * 8);
  for (std::size_t o = 0; o < 8; ++o) {
    EXPECT_EQ(it.parameters[it.parameters.size() - 1 - o], 0.3F);
    EXPECT_EQ(it.statistics[16 + o], 0.0F);
    EXPECT_EQ(it.statistics[24 + o], 1.0F);
  }
}

TEST(DenseLayer, RejectsWhatIsNoLayer) {
  const auto linear = neuron::linear_aggregation();
  EXPECT_THROW(DenseLayer({.n_inputs = 0, .n_outputs = 1, .aggregation = linear, .activation = {}}),
               InternalError);
  EXPECT_THROW(DenseLayer({.n_inputs = 1, .n_outputs = 1, .aggregation = {}, .activation = {}}),
               InternalError);
  const DenseLayer layer(
      {.n_inputs = 1, .n_outputs = 1, .aggregation = linear, .activation = {}});
  LayerWorkspace workspace(layer, 4, WorkspaceUse::Inference);
  EXPECT_THROW(workspace.resize(5), InternalError);
  EXPECT_THROW(workspace.resize(0), InternalError);
}

}  // namespace
}  // namespace neuronsmith::network
