// Derivatives of whole networks against central differences of the float64 reference.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "neuronsmith/neuron/baselines.hpp"
#include "reference.hpp"

namespace neuronsmith::network {
namespace {

using reference::gradient_error;
using reference::normal_features;
using reference::scalar;
using reference::term;

constexpr double kTolerance = 2e-4;  // float32 against float64

struct Case {
  Architecture architecture;
  Loss loss = Loss::MeanSquaredError;
  std::size_t n_rows = 13;
  std::uint64_t seed = 1;
};

struct Outcome {
  std::vector<float> gradient;
  std::vector<double> expected;
  double output_error = 0.0;
  double loss_error = 0.0;
};

Outcome run(const Case& c) {
  const auto features = normal_features(c.n_rows, c.architecture.n_inputs, c.seed);
  const std::size_t n_outputs = c.architecture.n_outputs;
  Random random(c.seed, Purpose::Test, 1);
  std::vector<float> values(n_outputs * c.n_rows);
  for (float& value : values) value = static_cast<float>(random.normal());
  std::vector<std::uint32_t> classes(c.n_rows);
  for (auto& k : classes) {
    k = static_cast<std::uint32_t>(random.below(std::max<std::size_t>(2, n_outputs)));
  }
  const Targets targets{values, classes};

  Network network(c.architecture);
  network.initialise(features.view(), c.seed);
  for (float& p : network.parameters()) p += static_cast<float>(0.1 * random.normal());
  NetworkWorkspace workspace(network, c.n_rows + 3, WorkspaceUse::Training);
  reference::load(features, workspace);
  network.forward(workspace, c.seed, 5);
  const std::vector<float> outputs(workspace.output().begin(), workspace.output().end());
  const double loss =
      evaluate_loss(c.loss, workspace.output(), targets, workspace.output_gradient());
  Outcome outcome;
  outcome.gradient.assign(network.parameter_count(), NAN);
  network.backward(workspace, outcome.gradient);

  const auto x = reference::to_rows(features);
  const auto value = [&](const std::vector<double>& p) {
    return reference::loss_of(
        c.loss, reference::forward(c.architecture, p, x, c.seed, 5), targets);
  };
  const std::vector<double> point(network.parameters().begin(), network.parameters().end());
  outcome.expected = reference::numeric_gradient(value, point);
  outcome.loss_error = std::abs(loss - value(point)) / std::max(1.0, loss);
  const auto expected = reference::forward(c.architecture, point, x, c.seed, 5);
  for (std::size_t k = 0; k < n_outputs; ++k) {
    for (std::size_t i = 0; i < c.n_rows; ++i) {
      outcome.output_error = std::max(
          outcome.output_error, std::abs(outputs[k * c.n_rows + i] - expected[k][i]) /
                                    std::max(1.0, std::abs(expected[k][i])));
    }
  }
  return outcome;
}

void expect_exact(const Case& c) {
  const Outcome outcome = run(c);
  EXPECT_LT(outcome.output_error, kTolerance);
  EXPECT_LT(outcome.loss_error, kTolerance);
  EXPECT_LT(gradient_error(outcome.gradient, outcome.expected), kTolerance);
}

Architecture architecture(neuron::Aggregation aggregation, const std::string& activation) {
  return {.n_inputs = 3,
          .n_outputs = 1,
          .hidden = {4, 5},
          .aggregation = std::move(aggregation),
          .activation = scalar(activation)};
}

neuron::Aggregation terms(std::vector<neuron::Term> list) { return {.terms = std::move(list)}; }

TEST(Gradient, LinearWithEveryActivation) {
  for (const char* activation : {"x",
                                 "tanh(x)",
                                 "relu(x)",
                                 "sigmoid(x)",
                                 "sin(x)",
                                 "0.5*x*(1+erf(x/sqrt(2)))",
                                 "softplus(x)",
                                 "x^2"}) {
    SCOPED_TRACE(activation);
    expect_exact({architecture(neuron::linear_aggregation(), activation)});
  }
}

TEST(Gradient, WithoutHiddenLayer) {
  auto a = architecture(neuron::linear_aggregation(), "x");
  a.hidden.clear();
  expect_exact({a});
}

TEST(Gradient, Powers) {
  expect_exact({architecture(terms({term({"x"}), term({"x^2"}), term({"x^5"})}), "tanh(x)")});
}

TEST(Gradient, PowersWithoutX) {
  expect_exact({architecture(terms({term({"x^3"}), term({"x^2"})}), "tanh(x)")});
}

TEST(Gradient, OtherBasisFunctions) {
  expect_exact({architecture(terms({term({"sin(x)"}), term({"x"}), term({"exp(-x^2)"})}), "x")});
}

TEST(Gradient, TwoTermsOfOnePhi) {
  expect_exact({architecture(terms({term({"x"}), term({"x"}), term({"x^2"}), term({"x^2"})}),
                             "tanh(x)")});
}

TEST(Gradient, InteractionAlone) {
  expect_exact({architecture(terms({term({"x", "x"}, 1)}), "tanh(x)")});
}

TEST(Gradient, InteractionsOfHigherRankAndOrder) {
  expect_exact({architecture(terms({term({"x", "x"}, 3), term({"x", "x", "x"}, 2)}), "tanh(x)")});
}

TEST(Gradient, InteractionsOfSeveralPhis) {
  expect_exact({architecture(
      terms({term({"x", "x^2"}, 2), term({"sin(x)", "x^3", "x"}, 2)}), "tanh(x)")});
}

TEST(Gradient, EverythingAtOnce) {
  auto a = architecture(
      terms({term({"x^2"}), term({"x", "sin(x)"}, 2), term({"x"}), term({"x^2", "x^2"}, 1)}),
      "0.5*x*(1+erf(x/sqrt(2)))");
  a.task_based_output = true;
  a.batch_norm = true;
  a.n_outputs = 3;
  a.dropout = 0.3;
  for (const Loss loss : {Loss::MeanSquaredError, Loss::CrossEntropy}) expect_exact({a, loss, 40});
}

neuron::Activation learnable(const std::string& text, neuron::Learnable kind) {
  return neuron::with_learnable_literals(scalar(text), kind);
}

TEST(Gradient, LearnableActivations) {
  for (const auto kind : {neuron::Learnable::Layer, neuron::Learnable::Channel}) {
    for (const char* text : {"tanh(1.5*x) + 0.1*sin(3*x)", "0.5*x", "0.2 + x^2", "relu(x) - 0.3*relu(-x)"}) {
      SCOPED_TRACE(std::string(text) + " " + std::string(neuron::name(kind)));
      auto a = architecture(neuron::linear_aggregation(), "x");
      a.activation = learnable(text, kind);
      expect_exact({a});
      a.batch_norm = true;
      a.dropout = 0.3;
      for (const std::size_t n_rows : {2U, 13U, 64U, 600U}) {
        SCOPED_TRACE(n_rows);
        expect_exact({a, Loss::MeanSquaredError, n_rows});
      }
    }
  }
}

TEST(Gradient, AParameterThatTheFormulaDoesNotUseHasNone) {
  auto a = architecture(neuron::linear_aggregation(), "x");
  a.activation = learnable("tanh(2*x)", neuron::Learnable::Channel);
  a.activation.parameters.push_back(3.0);
  expect_exact({a});
}

// The base of "turbulent" has a kink at 0 that differences may straddle; this part of it is smooth.
TEST(Gradient, ThroughTheStatisticsOfTheBatch) {
  for (const char* text : {"zscore(x)",
                           "0.2*exp(-zscore(x)^2/2)*sin(2*x) + x",
                           "tanh(zscore(x))*x",
                           "x - mean(x)",
                           "x*sigmoid(x - mean(x)) + sin(std(x))",
                           "(x - mean(x))/(std(x) + 0.5) + zscore(x)"}) {
    for (const bool batch_norm : {false, true}) {
      SCOPED_TRACE(text);
      auto a = architecture(neuron::linear_aggregation(), text);
      a.batch_norm = batch_norm;
      for (const std::size_t n_rows : {3U, 13U, 64U}) {
        SCOPED_TRACE(n_rows);
        expect_exact({a, Loss::MeanSquaredError, n_rows});
      }
      a.dropout = 0.3;
      for (const auto kind : {neuron::Learnable::Layer, neuron::Learnable::Channel}) {
        a.activation = learnable(text, kind);
        expect_exact({a, Loss::MeanSquaredError, 40});
      }
    }
  }
}

TEST(Gradient, BatchNormalisation) {
  for (const char* activation : {"x", "tanh(x)"}) {
    auto a = architecture(neuron::linear_aggregation(), activation);
    a.batch_norm = true;
    expect_exact({a, Loss::MeanSquaredError, 20});
  }
}

TEST(Gradient, Dropout) {
  for (const char* activation : {"x", "tanh(x)"}) {
    auto a = architecture(neuron::linear_aggregation(), activation);
    a.dropout = 0.4;
    expect_exact({a, Loss::MeanSquaredError, 20});
  }
}

TEST(Gradient, TaskBasedOutput) {
  auto a = architecture(terms({term({"x"}), term({"x", "x"}, 2)}), "tanh(x)");
  a.task_based_output = true;
  expect_exact({a});
}

TEST(Gradient, Baselines) {
  for (const neuron::Baseline& baseline : neuron::library_baselines()) {
    SCOPED_TRACE(baseline.name);
    auto a = architecture(baseline.aggregation(), "x");
    a.task_based_output = true;
    expect_exact({a});
    a.n_outputs = 3;
    expect_exact({a, Loss::CrossEntropy, 40});
  }
}

TEST(Gradient, EveryLoss) {
  auto a = architecture(neuron::linear_aggregation(), "tanh(x)");
  expect_exact({a, Loss::BinaryCrossEntropy});
  a.n_outputs = 4;
  expect_exact({a, Loss::CrossEntropy});
  expect_exact({a, Loss::MeanSquaredError});
}

TEST(Gradient, AnyNumberOfRowsAndAnyTerms) {
  EXPECT_TRUE(rc::check("random architectures", [] {
    const std::vector<std::string> phis = {"x", "x^2", "x^3", "sin(x)"};
    Case c;
    c.n_rows = *rc::gen::inRange<std::size_t>(1, 40);
    c.seed = *rc::gen::arbitrary<std::uint32_t>();
    c.architecture.n_inputs = *rc::gen::inRange<std::size_t>(1, 6);
    c.architecture.n_outputs = *rc::gen::inRange<std::size_t>(1, 4);
    c.architecture.hidden = {*rc::gen::inRange<std::size_t>(1, 7)};
    c.architecture.activation = scalar("tanh(x)");
    c.architecture.task_based_output = *rc::gen::arbitrary<bool>();
    c.architecture.aggregation.terms.clear();
    for (int t = *rc::gen::inRange(1, 4); t > 0; --t) {
      neuron::Term next{.factors = {}};
      for (int m = *rc::gen::inRange(1, 4); m > 0; --m) {
        next.factors.push_back(scalar(*rc::gen::elementOf(phis)));
      }
      next.rank = next.is_pure() ? 1 : *rc::gen::inRange<std::size_t>(1, 4);
      c.architecture.aggregation.terms.push_back(next);
    }
    const Outcome outcome = run(c);
    RC_ASSERT(gradient_error(outcome.gradient, outcome.expected) < 2e-3);
  }));
}

TEST(Gradient, TheCheckRejectsAWrongGradient) {
  Outcome outcome =
      run({architecture(terms({term({"x"}), term({"x", "x"}, 2)}), "tanh(x)")});
  const auto largest = std::max_element(
      outcome.expected.begin(), outcome.expected.end(), [](double a, double b) {
        return std::abs(a) < std::abs(b);
      });
  outcome.gradient[static_cast<std::size_t>(largest - outcome.expected.begin())] *= 1.01F;
  EXPECT_GT(gradient_error(outcome.gradient, outcome.expected), kTolerance);
  outcome.gradient.back() = NAN;
  EXPECT_GT(gradient_error(outcome.gradient, outcome.expected), kTolerance);
}

}  // namespace
}  // namespace neuronsmith::network
