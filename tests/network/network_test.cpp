#include "neuronsmith/network/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "neuronsmith/core/error.hpp"
#include "reference.hpp"

namespace neuronsmith::network {
namespace {

using reference::normal_features;
using reference::scalar;
using reference::term;

Architecture rich_architecture() {
  return {.n_inputs = 4,
          .n_outputs = 2,
          .hidden = {6, 3},
          .aggregation = {.terms = {term({"x"}), term({"x^2"}), term({"x", "sin(x)"}, 2)}},
          .activation = scalar("0.5*x*(1+erf(x/sqrt(2)))"),
          .task_based_output = true,
          .batch_norm = true,
          .dropout = 0.1};
}

Network initialised(const Architecture& architecture, std::uint64_t seed = 1) {
  Network network(architecture);
  network.initialise(normal_features(200, architecture.n_inputs, 5).view(), seed);
  return network;
}

std::vector<float> predictions(const Network& network, std::size_t n_rows) {
  const auto features = normal_features(n_rows, network.architecture().n_inputs, 9);
  std::vector<float> outputs(n_rows * network.architecture().n_outputs);
  network.predict(features.view(), outputs);
  return outputs;
}

TEST(Network, CountsByHand) {
  const Network linear({.n_inputs = 8,
                        .n_outputs = 1,
                        .hidden = {32, 32},
                        .activation = scalar("tanh(x)")});
  EXPECT_EQ(linear.parameter_count(), 8 * 32 + 32 + 32 * 32 + 32 + 32 + 1);
  EXPECT_EQ(linear.multiply_adds(), 8 * 32 + 32 * 32 + 32);

  auto a = rich_architecture();
  const std::size_t hidden1 = 6 * (1 + 4 + 4 + 2 * 2 * 4 + 2);
  const std::size_t hidden2 = 3 * (1 + 6 + 6 + 2 * 2 * 6 + 2);
  EXPECT_EQ(Network(a).parameter_count(), hidden1 + hidden2 + 2 * (1 + 3 + 3 + 2 * 2 * 3));
  const std::size_t products1 = 6 * (6 * 4 + 2 + 1) + 4;  // weights, products, norm; x^2
  const std::size_t products2 = 3 * (6 * 6 + 2 + 1) + 6;
  EXPECT_EQ(Network(a).multiply_adds(), products1 + products2 + 2 * (6 * 3 + 2) + 3);
  EXPECT_EQ(Network(a).statistics().size(), 2 * (6 + 3));
  a.task_based_output = false;
  EXPECT_EQ(Network(a).parameter_count(), hidden1 + hidden2 + 2 * (1 + 3));
}

Architecture learnable_architecture(neuron::Learnable kind) {
  return {.n_inputs = 4,
          .n_outputs = 2,
          .hidden = {6, 3},
          .activation = neuron::with_learnable_literals(
              scalar("0.2*exp(-zscore(x)^2/2)*sin(2*x) + x"), kind),
          .batch_norm = true};
}

TEST(Network, CountsTheParametersOfActivations) {
  const std::size_t fixed = 6 * (5 + 2) + 3 * (7 + 2) + 2 * 4;
  const Architecture layer = learnable_architecture(neuron::Learnable::Layer);
  EXPECT_EQ(layer.parameter_count(), fixed + 2 * 3);
  EXPECT_EQ(Network(layer).parameter_count(), layer.parameter_count());
  const Architecture channel = learnable_architecture(neuron::Learnable::Channel);
  EXPECT_EQ(channel.parameter_count(), fixed + 3 * (6 + 3));
  EXPECT_EQ(Network(channel).parameter_count(), channel.parameter_count());
  EXPECT_EQ(Network(channel).statistics().size(), 4 * (6 + 3));
}

TEST(Network, ACountBeyondAllNumbersIsTheGreatest) {
  Architecture a{.n_inputs = Architecture::kMaxWidth, .n_outputs = 1};
  a.hidden.assign(1 << 10, Architecture::kMaxWidth);
  neuron::Term term = a.aggregation.terms[0];
  term.factors.resize(neuron::kMaxFactors, term.factors[0]);
  term.rank = neuron::kMaxRank;
  a.aggregation.terms.assign(1 << 10, term);
  EXPECT_EQ(a.parameter_count(), std::numeric_limits<std::size_t>::max());
}

TEST(Network, StepScalesAreOneForXAndTheRatioOfSizesForPowers) {
  const Architecture a{.n_inputs = 2,
                       .n_outputs = 1,
                       .hidden = {3},
                       .aggregation = {.terms = {term({"x"}), term({"x^3"})}},
                       .activation = scalar("tanh(x)")};
  const Network network = initialised(a);
  FeatureMatrix rows = normal_features(1000, 2, 5);
  for (float& value : rows.column(1)) value *= 10.0F;
  const auto scales = network.step_scales(rows.view());
  ASSERT_EQ(scales.size(), network.parameter_count());
  for (std::size_t i = 0; i < 3 + 6; ++i) EXPECT_EQ(scales[i], 1.0F);  // bias and x
  // The root mean square of x^3 is sqrt(15) for a normal x.
  for (std::size_t i = 9; i < 12; ++i) EXPECT_NEAR(scales[i], 1.0 / std::sqrt(15.0), 0.05);
  for (std::size_t i = 12; i < 15; ++i) EXPECT_NEAR(scales[i], 0.01 / std::sqrt(15.0), 0.0005);
  EXPECT_EQ(scales.back(), 1.0F);
}

TEST(Network, PredictionsDoNotDependOnTheTiling) {
  const Network network = initialised(rich_architecture());
  const auto features = normal_features(1200, 4, 9);
  std::vector<float> all(2 * 1200);
  network.predict(features.view(), all);
  for (const std::size_t first : {0U, 511U, 512U, 1199U}) {
    std::vector<float> one(2);
    network.predict(features.view().rows(first, 1), one);
    EXPECT_NEAR(one[0], all[first], 1e-5 * std::max(1.0F, std::abs(one[0])));
    EXPECT_NEAR(one[1], all[1200 + first], 1e-5 * std::max(1.0F, std::abs(one[1])));
  }
  network.predict(features.view().rows(0, 0), {});
}

TEST(Network, TheSeedDecidesTheWeights) {
  const Network a = initialised(rich_architecture(), 4);
  const Network b = initialised(rich_architecture(), 4);
  const Network c = initialised(rich_architecture(), 5);
  EXPECT_TRUE(std::equal(a.parameters().begin(), a.parameters().end(), b.parameters().begin()));
  EXPECT_FALSE(std::equal(a.parameters().begin(), a.parameters().end(), c.parameters().begin()));
}

TEST(Network, SignalsKeepTheirSizeThroughManyLayersOfPowers) {
  Architecture a{.n_inputs = 5,
                 .n_outputs = 50,
                 .hidden = {20, 20, 20, 20},
                 .aggregation = {.terms = {term({"x"}), term({"x^2"}), term({"x^3"})}},
                 .activation = scalar("tanh(x)")};
  const Network network = initialised(a);
  double square = 0.0;
  const auto outputs = predictions(network, 400);
  for (const float value : outputs) square += value * value / static_cast<double>(outputs.size());
  EXPECT_GT(square, 0.4);
  EXPECT_LT(square, 2.5);
}

TEST(Network, SignalsKeepTheirSizeThroughLearnableActivationsWithStatistics) {
  Architecture a = learnable_architecture(neuron::Learnable::Channel);
  a.n_outputs = 50;
  a.hidden = {20, 20, 20, 20};
  double square = 0.0;
  const auto outputs = predictions(initialised(a), 400);
  for (const float value : outputs) square += value * value / static_cast<double>(outputs.size());
  EXPECT_GT(square, 0.4);
  EXPECT_LT(square, 2.5);
}

TEST(Network, LikeTorchTheRowsPlayNoPart) {
  Network a(rich_architecture());
  Network b(rich_architecture());
  a.initialise(normal_features(200, 4, 5).view(), 3, Initialisation::Torch);
  b.initialise(normal_features(9, 4, 6).view(), 3, Initialisation::Torch);
  EXPECT_TRUE(std::ranges::equal(a.parameters(), b.parameters()));
  b.initialise(normal_features(9, 4, 6).view(), 4, Initialisation::Torch);
  EXPECT_FALSE(std::ranges::equal(a.parameters(), b.parameters()));
}

TEST(Network, InitialisationsAreFoundByTheirNames) {
  for (const auto kind : {Initialisation::Scaled, Initialisation::Torch}) {
    EXPECT_EQ(find_initialisation(name(kind)), kind);
  }
  EXPECT_FALSE(find_initialisation("keras"));
}

TEST(Network, RejectsOptionsByTheirNames) {
  const auto message = [](Architecture a) -> std::string {
    try {
      const Network network(std::move(a));
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message({.n_inputs = 1, .n_outputs = 1, .hidden = {3, 0}, .activation = {}})
                .find("--hidden"),
            std::string::npos);
  EXPECT_NE(message({.n_inputs = 1, .n_outputs = 1, .hidden = {1000000}, .activation = {}})
                .find("--hidden"),
            std::string::npos);
  for (const double dropout : {-0.1, 1.0, std::nan("")}) {
    EXPECT_NE(message({.n_inputs = 1,
                       .n_outputs = 1,
                       .hidden = {},
                       .activation = {},
                       .dropout = dropout})
                  .find("--dropout"),
              std::string::npos);
  }
}

TEST(NetworkJson, ReadsBackTheSameBytes) {
  Network network = initialised(rich_architecture());
  network.parameters()[0] = 0.1F;
  network.parameters()[1] = std::numeric_limits<float>::denorm_min();
  network.parameters()[2] = -std::numeric_limits<float>::max();
  network.parameters()[3] = -0.0F;
  network.statistics()[0] = 1.0F / 3.0F;
  const std::string text = to_json(network).dump();
  const Network back = network_from_json(Json::parse(text), "model.json");
  EXPECT_TRUE(std::equal(network.parameters().begin(),
                         network.parameters().end(),
                         back.parameters().begin(),
                         back.parameters().end()));
  EXPECT_TRUE(std::signbit(back.parameters()[3]));
  EXPECT_EQ(back.statistics()[0], network.statistics()[0]);
  EXPECT_EQ(to_json(back).dump(), text);
}

TEST(NetworkJson, ATableMayBeWiderThanAnyHiddenLayer) {
  const Network wide({.n_inputs = Architecture::kMaxWidth + 1, .n_outputs = 1, .hidden = {1}});
  const Network back = network_from_json(Json::parse(to_json(wide).dump()), "model.json");
  EXPECT_EQ(back.architecture().n_inputs, Architecture::kMaxWidth + 1);
}

TEST(NetworkJson, LearnableActivationsAndTheirStatisticsPredictTheSame) {
  for (const auto kind : {neuron::Learnable::Layer, neuron::Learnable::Channel}) {
    Network network = initialised(learnable_architecture(kind));
    network.parameters().back() = 0.5F;
    for (float& value : network.statistics()) value += 0.25F;
    const Network back = network_from_json(Json::parse(to_json(network).dump()), "model.json");
    EXPECT_EQ(back.architecture().activation, network.architecture().activation);
    EXPECT_EQ(predictions(network, 77), predictions(back, 77));
  }
}

TEST(NetworkJson, PredictsTheSame) {
  const Network network = initialised(rich_architecture());
  const Network back = network_from_json(Json::parse(to_json(network).dump()), "model.json");
  EXPECT_EQ(predictions(network, 77), predictions(back, 77));
}

TEST(NetworkJson, RejectsBadContentNamingSourceAndKey) {
  const Json good = to_json(initialised(rich_architecture()));
  const auto expect_rejected = [&](const char* key, auto change) {
    SCOPED_TRACE(key);
    Json bad = good;
    change(bad);
    try {
      static_cast<void>(network_from_json(bad, "model.json"));
      FAIL() << "accepted";
    } catch (const ParseError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("model.json"), std::string::npos) << text;
      EXPECT_NE(text.find(key), std::string::npos) << text;
    }
  };
  for (const char* key : {"architecture", "parameters", "statistics"}) {
    expect_rejected(key, [&](Json& j) { j.erase(key); });
    expect_rejected(key, [&](Json& j) { j[key] = "nonsense"; });
  }
  for (const auto& item : good["architecture"].items()) {
    const std::string key = item.key();
    expect_rejected(key.c_str(), [&](Json& j) { j["architecture"].erase(key); });
    expect_rejected(key.c_str(), [&](Json& j) { j["architecture"][key] = Json::object(); });
  }
  expect_rejected("parameters", [](Json& j) { j["parameters"].push_back(1.0); });
  expect_rejected("parameters", [](Json& j) { j["parameters"][3] = nullptr; });
  expect_rejected("parameters", [](Json& j) { j["parameters"][3] = 1e60; });
  expect_rejected("parameters", [](Json& j) { j["parameters"][3] = "1"; });
  expect_rejected("parameters", [](Json& j) { j["architecture"]["hidden"] = {16384, 16384}; });
  expect_rejected("statistics", [](Json& j) { j["statistics"].clear(); });
  expect_rejected("hidden", [](Json& j) { j["architecture"]["hidden"][0] = 0; });
  expect_rejected("hidden", [](Json& j) { j["architecture"]["hidden"][0] = -6; });
  expect_rejected("hidden", [](Json& j) { j["architecture"]["hidden"][0] = 2.5; });
  expect_rejected("n_inputs", [](Json& j) { j["architecture"]["n_inputs"] = 1e18; });
  expect_rejected("dropout", [](Json& j) { j["architecture"]["dropout"] = 1.5; });
  expect_rejected("activation", [](Json& j) { j["architecture"]["activation"] = "x +"; });
  expect_rejected("activation", [](Json& j) { j["architecture"]["activation"] = "x0 + 1"; });
  expect_rejected("architecture", [](Json& j) { j = Json::array(); });
}

}  // namespace
}  // namespace neuronsmith::network
