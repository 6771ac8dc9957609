// Kolmogorov-Arnold networks as networks of neurons of pure terms.
#include "neuronsmith/neuron/baselines.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/network/network.hpp"
#include "reference.hpp"

namespace neuronsmith::network {
namespace {

using reference::normal_features;

Architecture architecture(const neuron::Aggregation& aggregation, std::size_t d, std::size_t c) {
  return {.n_inputs = d,
          .n_outputs = c,
          .hidden = {6, 3},
          .aggregation = aggregation,
          .task_based_output = true};
}

/// Table IV of Fan et al., No One-Size-Fits-All Neurons: parameters of KAN d-6-3-c, where the
/// counts say what d and c were.
struct Published {
  const char* table;
  std::size_t d, c, parameters;
};
constexpr Published kPublished[] = {{"California", 8, 1, 621},
                                    {"House", 21, 1, 1323},
                                    {"Airfoil", 5, 1, 459},
                                    {"Diamonds", 9, 1, 675},
                                    {"Abalone", 8, 1, 621},
                                    {"Bike", 12, 1, 837},
                                    {"Space GA", 6, 1, 513},
                                    {"Airlines", 9, 1, 675},
                                    {"Credit", 20, 2, 1296},
                                    {"Heloc", 22, 2, 1404},
                                    {"Electricity", 8, 2, 648},
                                    {"Phoneme", 5, 2, 486},
                                    {"Magic", 10, 2, 756},
                                    {"Vehicle", 18, 4, 1242},
                                    {"Oranges", 5, 2, 486},
                                    {"Eye", 27, 3, 1701}};

std::size_t edges_of(const Published& p) { return p.d * 6 + 6 * 3 + 3 * p.c; }
std::size_t outputs_of(const Published& p) { return 6 + 3 + p.c; }

TEST(Baselines, KanHasThePublishedParametersAndABiasAnOutput) {
  for (const Published& p : kPublished) {
    const Network network(architecture(neuron::kan_aggregation(), p.d, p.c));
    EXPECT_EQ(network.parameter_count(), p.parameters + outputs_of(p)) << p.table;
    EXPECT_EQ(network.parameter_count(), network.architecture().parameter_count()) << p.table;
  }
}

// The published ChebyKAN has 5 values an edge, T_0 = 1 among them; FourierKAN 10.
TEST(Baselines, OtherKindsHaveTheirValuesAnEdge) {
  for (const Published& p : kPublished) {
    const std::size_t edges = edges_of(p);
    const auto count = [&](const neuron::Aggregation& aggregation) {
      return Network(architecture(aggregation, p.d, p.c)).parameter_count();
    };
    EXPECT_EQ(count(neuron::chebykan_aggregation()), 5 * edges - edges + outputs_of(p));
    EXPECT_EQ(count(neuron::fourierkan_aggregation()), 10 * edges + outputs_of(p));
    EXPECT_EQ(count(neuron::fastkan_aggregation()), 9 * edges + outputs_of(p));
  }
}

TEST(Baselines, OperationsOfTheBasisAreCountedOnceAnInput) {
  const auto count = [](const neuron::Aggregation& aggregation) {
    return Network(architecture(aggregation, 5, 1)).basis_operations();
  };
  const std::size_t inputs = 5 + 6 + 3;
  EXPECT_EQ(count(neuron::linear_aggregation()), 0u);
  // sin and cos have 14 each; kx one more but for k = 1.
  EXPECT_EQ(count(neuron::fourierkan_aggregation()), inputs * (10 * 14 + 8));
  // silu 17; per function kx + c, its square, its sign and exp.
  EXPECT_EQ(count(neuron::fastkan_aggregation()), inputs * (17 + 8 * (2 + 1 + 1 + 12)));
}

/// Variance of what a term brings, mean over the units of the first hidden layer.
double variance_of_term(const Network& network, std::size_t term, const FeatureMatrix& rows) {
  const DenseLayer& layer = network.layers()[0];
  const std::size_t n = rows.view().n_rows;
  std::vector<float> parameters(layer.parameter_count(), 0.0F);
  const std::size_t length = layer.n_inputs() * layer.n_outputs();
  const std::size_t first = layer.n_outputs() + term * length;
  for (std::size_t i = first; i < first + length; ++i) parameters[i] = network.parameters()[i];
  LayerWorkspace workspace(layer, n, WorkspaceUse::Inference);
  workspace.resize(n);
  for (std::size_t j = 0; j < layer.n_inputs(); ++j) {
    std::ranges::copy(rows.view().column(j), workspace.input().begin() + static_cast<long>(j * n));
  }
  std::vector<float> z(layer.n_outputs() * n);
  layer.predict(parameters, {}, workspace, z);
  double sum = 0.0;
  for (std::size_t o = 0; o < layer.n_outputs(); ++o) {
    double mean = 0.0;
    double square = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      mean += z[o * n + i] / static_cast<double>(n);
      square += z[o * n + i] * z[o * n + i] / static_cast<double>(n);
    }
    sum += square - mean * mean;
  }
  return sum / static_cast<double>(layer.n_outputs());
}

TEST(Baselines, StartSmooth) {
  const FeatureMatrix rows = normal_features(1000, 5, 3);
  for (const neuron::Baseline& baseline : neuron::library_baselines()) {
    SCOPED_TRACE(baseline.name);
    const neuron::Aggregation aggregation = baseline.aggregation();
    double shares = 0.0;
    for (const neuron::Term& term : aggregation.terms) shares += term.share;
    Network network(architecture(aggregation, 5, 1));
    network.initialise(rows.view(), 1);
    for (std::size_t t = 0; t < aggregation.terms.size(); ++t) {
      const double share = aggregation.terms[t].share / shares;
      EXPECT_NEAR(variance_of_term(network, t, rows) / share, 1.0, 1e-3) << t;
    }
  }
}

// Splines around 1.4 and -1.4 that no row reaches must not start with ordinary weights.
TEST(Baselines, FunctionsThatNoRowReachesStartSmall) {
  FeatureMatrix rows = normal_features(200, 5, 3);
  for (std::size_t j = 0; j < 5; ++j) {
    for (float& value : rows.column(j)) value = 0.1F * std::tanh(value);
  }
  Network network(architecture(neuron::kan_aggregation(), 5, 1));
  network.initialise(rows.view(), 1);
  const std::size_t length = 5 * 6;
  for (std::size_t i = 6 + length; i < 6 + 2 * length; ++i) {
    EXPECT_LT(std::abs(network.parameters()[i]), 0.1F);
  }
}

TEST(Baselines, NoStepIsEnlarged) {
  const FeatureMatrix rows = normal_features(1000, 5, 3);
  for (const neuron::Baseline& baseline : neuron::library_baselines()) {
    Network network(architecture(baseline.aggregation(), 5, 1));
    network.initialise(rows.view(), 1);
    for (const float scale : network.step_scales(rows.view())) {
      EXPECT_LE(scale, 1.0F) << baseline.name;
      EXPECT_GT(scale, 0.0F) << baseline.name;
    }
  }
}

}  // namespace
}  // namespace neuronsmith::network
