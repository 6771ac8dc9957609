#include "neuronsmith/network/trainer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <thread>

#include "neuronsmith/core/error.hpp"
#include "reference.hpp"

namespace neuronsmith::network {
namespace {

using reference::normal_features;
using reference::scalar;
using reference::term;

struct Table {
  FeatureMatrix features;
  std::vector<float> target;
  std::vector<std::uint32_t> classes;

  [[nodiscard]] Part part() const { return {features.view(), target, classes}; }
};

// y = 2 x0 - x1 + 0.5 + noise * normal.
Table linear_table(std::size_t n_rows, double noise, std::uint64_t seed) {
  Table table{normal_features(n_rows, 2, seed), {}, {}};
  Random random(seed, Purpose::Noise);
  for (std::size_t i = 0; i < n_rows; ++i) {
    const double y = 2.0 * table.features.column(0)[i] - table.features.column(1)[i] + 0.5;
    table.target.push_back(static_cast<float>(y + noise * random.normal()));
  }
  return table;
}

// Class 1 where x0 and x1 differ in sign.
Table xor_table(std::size_t n_rows, std::uint64_t seed) {
  Table table{normal_features(n_rows, 2, seed), {}, {}};
  for (std::size_t i = 0; i < n_rows; ++i) {
    table.classes.push_back(table.features.column(0)[i] * table.features.column(1)[i] < 0.0F);
  }
  return table;
}

Network initialised(const Architecture& architecture, const Table& table, std::uint64_t seed = 1) {
  Network network(architecture);
  network.initialise(table.features.view(), seed);
  return network;
}

Architecture small_architecture() {
  return {.n_inputs = 2, .n_outputs = 1, .hidden = {6}, .activation = scalar("tanh(x)")};
}

double accuracy(const Network& network, const Table& table) {
  std::vector<float> logits(table.classes.size());
  network.predict(table.features.view(), logits);
  double correct = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    correct += (logits[i] > 0.0F) == (table.classes[i] == 1);
  }
  return correct / static_cast<double>(logits.size());
}

std::vector<float> parameters_of(const Network& network) {
  return {network.parameters().begin(), network.parameters().end()};
}

TEST(Train, ALinearNetworkReachesLeastSquares) {
  const Table table = linear_table(500, 0.0, 3);
  Network network = initialised({.n_inputs = 2, .n_outputs = 1, .activation = {}}, table);
  const auto result = train(network, table.part(), {}, Loss::MeanSquaredError, {.learning_rate = 0.03});
  EXPECT_EQ(result.end, TrainingEnd::AllEpochs);
  EXPECT_EQ(result.epochs, 200);
  EXPECT_EQ(result.best_epoch, 200);
  EXPECT_EQ(result.steps, 200 * 8);
  EXPECT_TRUE(result.validation_loss.empty());
  EXPECT_NEAR(network.parameters()[0], 0.5, 1e-4);
  EXPECT_NEAR(network.parameters()[1], 2.0, 1e-4);
  EXPECT_NEAR(network.parameters()[2], -1.0, 1e-4);
}

TEST(Train, EveryOptimiserAndScheduleLearns) {
  const Table table = linear_table(300, 0.1, 3);
  for (const auto kind : {OptimiserKind::Sgd,
                          OptimiserKind::RmsProp,
                          OptimiserKind::Adam,
                          OptimiserKind::AdamW}) {
    for (const auto schedule : {Schedule::Constant, Schedule::Cosine, Schedule::Step}) {
      TrainOptions options;
      options.optimiser.kind = kind;
      options.schedule = schedule;
      Network network = initialised(small_architecture(), table);
      train(network, table.part(), {}, Loss::MeanSquaredError, options);
      EXPECT_LT(mean_loss(network, table.part(), Loss::MeanSquaredError), 0.2)
          << name(kind) << " " << name(schedule);
    }
  }
}

TEST(Train, AQuadraticNeuronSolvesXorALinearOneDoesNot) {
  const Table table = xor_table(400, 1);
  Architecture a{.n_inputs = 2, .n_outputs = 1, .activation = {}, .task_based_output = true};
  Network linear = initialised(a, table);
  train(linear, table.part(), {}, Loss::BinaryCrossEntropy, {});
  EXPECT_LT(accuracy(linear, table), 0.7);

  a.aggregation = {.terms = {term({"x", "x"})}};
  Network quadratic = initialised(a, table);
  train(quadratic, table.part(), {}, Loss::BinaryCrossEntropy, {});
  EXPECT_GT(accuracy(quadratic, table), 0.95);
}

TEST(Train, BatchNormalisationAndDropoutLearnToo) {
  const Table table = xor_table(600, 1);
  auto a = small_architecture();
  a.hidden = {16, 16};
  a.batch_norm = true;
  a.dropout = 0.1;
  Network network = initialised(a, table);
  train(network, table.part(), {}, Loss::BinaryCrossEntropy, {});
  EXPECT_GT(accuracy(network, table), 0.9);
}

TEST(Train, LearnableActivationsAndStatisticsLearnToo) {
  const Table table = xor_table(600, 1);
  for (const auto kind : {neuron::Learnable::Layer, neuron::Learnable::Channel}) {
    auto a = small_architecture();
    a.hidden = {16};
    a.activation = neuron::with_learnable_literals(
        scalar("sign(x)*log(1 + 0.5*abs(x)) + 0.2*exp(-zscore(x)^2/2)*sin(2*x)"), kind);
    Network network = initialised(a, table);
    const std::size_t at = 2 * 16 + 16;
    const float before = network.parameters()[at];
    train(network, table.part(), {}, Loss::BinaryCrossEntropy, {});
    EXPECT_NE(network.parameters()[at], before);
    EXPECT_GT(accuracy(network, table), 0.9);
  }
}

// One unit whose only wrong part is the frequency in its activation.
TEST(Train, AFrequencyIsLearnt) {
  Table table{normal_features(500, 1, 3), {}, {}};
  for (const float x : table.features.column(0)) table.target.push_back(std::sin(1.5F * x));
  Network network({.n_inputs = 1,
                   .n_outputs = 1,
                   .hidden = {1},
                   .activation = neuron::with_learnable_literals(scalar("sin(1.2*x)"),
                                                                 neuron::Learnable::Layer)});
  network.initialise(table.features.view(), 1);
  train(network, table.part(), {}, Loss::MeanSquaredError, {.learning_rate = 0.01});
  // Weight and frequency are one number.
  EXPECT_NEAR(std::abs(network.parameters()[1] * network.parameters()[2]), 1.5, 0.02);
  EXPECT_NE(network.parameters()[2], 1.2F);
}

TEST(Train, EarlyStoppingKeepsTheBestWeights) {
  const Table training = linear_table(20, 2.0, 3);
  const Table validation = linear_table(200, 0.0, 4);
  TrainOptions options{.epochs = 400, .patience = 7, .minutes = {}};
  Network network = initialised({.n_inputs = 2,
                                 .n_outputs = 1,
                                 .hidden = {20},
                                 .activation = scalar("tanh(x)")},
                                training);
  const auto result =
      train(network, training.part(), validation.part(), Loss::MeanSquaredError, options);
  EXPECT_EQ(result.end, TrainingEnd::Patience);
  EXPECT_EQ(result.epochs, result.best_epoch + 7);
  ASSERT_EQ(result.validation_loss.size(), result.epochs);
  const auto best = std::min_element(result.validation_loss.begin(), result.validation_loss.end());
  EXPECT_EQ(static_cast<std::size_t>(best - result.validation_loss.begin()) + 1,
            result.best_epoch);
  EXPECT_DOUBLE_EQ(mean_loss(network, validation.part(), Loss::MeanSquaredError), *best);
}

TEST(Train, SameSeedSameBytesOnAnyThread) {
  const Table training = xor_table(150, 1);
  const Table validation = xor_table(50, 2);
  const auto weights = [&](std::uint64_t seed) {
    auto a = small_architecture();
    a.dropout = 0.2;
    Network network = initialised(a, training, seed);
    train(network,
          training.part(),
          validation.part(),
          Loss::BinaryCrossEntropy,
          {.epochs = 20, .seed = seed, .minutes = {}});
    return parameters_of(network);
  };
  const auto expected = weights(8);
  std::vector<float> first;
  std::vector<float> second;
  {
    const std::jthread one([&] { first = weights(8); });
    const std::jthread two([&] { second = weights(8); });
  }
  EXPECT_EQ(first, expected);
  EXPECT_EQ(second, expected);
  EXPECT_NE(weights(9), expected);
}

TEST(Train, ANanTargetDivergesAndLeavesTheFirstWeights) {
  Table table = linear_table(100, 0.1, 3);
  table.target[50] = NAN;
  Network network = initialised(small_architecture(), table);
  const auto before = parameters_of(network);
  const auto result = train(network, table.part(), {}, Loss::MeanSquaredError, {});
  EXPECT_TRUE(result.diverged);
  EXPECT_EQ(result.end, TrainingEnd::Diverged);
  EXPECT_EQ(result.best_epoch, 0);
  EXPECT_TRUE(result.train_loss.empty());
  EXPECT_EQ(parameters_of(network), before);
}

TEST(Train, AnInfiniteInputDiverges) {
  Table table = linear_table(100, 0.1, 3);
  table.features.column(1)[10] = INFINITY;
  for (const bool batch_norm : {false, true}) {
    auto a = small_architecture();
    a.activation = scalar("relu(x)");
    a.batch_norm = batch_norm;
    Network network = initialised(a, table);
    EXPECT_TRUE(train(network, table.part(), {}, Loss::MeanSquaredError, {}).diverged);
    for (const float parameter : network.parameters()) EXPECT_TRUE(std::isfinite(parameter));
    for (const float statistic : network.statistics()) EXPECT_TRUE(std::isfinite(statistic));
  }
}

TEST(Train, AnAbsurdLearningRateDivergesAndKeepsTheBestWeights) {
  const Table table = linear_table(100, 0.1, 3);
  TrainOptions options{.learning_rate = 1e6, .minutes = {}};
  options.optimiser.kind = OptimiserKind::Sgd;
  Network network = initialised({.n_inputs = 2, .n_outputs = 1, .activation = {}}, table);
  const auto result = train(network, table.part(), table.part(), Loss::MeanSquaredError, options);
  EXPECT_TRUE(result.diverged);
  for (const float parameter : network.parameters()) EXPECT_TRUE(std::isfinite(parameter));
}

TEST(Train, OneRowAndBatchesThatDoNotDivide) {
  for (const std::size_t n_rows : {1U, 2U, 65U}) {
    const Table table = linear_table(n_rows, 0.1, 3);
    Network network = initialised(small_architecture(), table);
    const auto result = train(
        network, table.part(), table.part(), Loss::MeanSquaredError, {.epochs = 3, .minutes = {}});
    EXPECT_FALSE(result.diverged);
    EXPECT_EQ(result.steps, 3 * ((n_rows + 63) / 64));
  }
}

class CountingSink : public ProgressSink {
 public:
  explicit CountingSink(std::stop_source source) : source_(std::move(source)) {}
  void report(const ProgressEvent& event) override {
    EXPECT_EQ(event.phase, "train");
    EXPECT_EQ(event.done, ++n_);
    ASSERT_EQ(event.measures.size(), 1u);  // no validation part
    EXPECT_EQ(event.measures[0].name, "training loss");
    EXPECT_EQ(event.measures[0].value, event.best);
    if (n_ == 5) source_.request_stop();
  }

 private:
  std::stop_source source_;
  std::uint64_t n_ = 0;
};

TEST(Train, ReportsEachEpochAndStopsOnRequest) {
  const Table table = linear_table(100, 0.1, 3);
  Network network = initialised(small_architecture(), table);
  std::stop_source source;
  CountingSink sink(source);
  const auto result =
      train(network, table.part(), {}, Loss::MeanSquaredError, {}, &sink, source.get_token());
  EXPECT_EQ(result.end, TrainingEnd::Stopped);
  EXPECT_EQ(result.epochs, 5);
}

TEST(Train, KeepsTheTimeLimit) {
  const Table table = linear_table(5000, 0.1, 3);
  Network network = initialised(small_architecture(), table);
  const auto result = train(network,
                            table.part(),
                            {},
                            Loss::MeanSquaredError,
                            {.epochs = 1000000, .minutes = 0.1 / 60.0});
  EXPECT_EQ(result.end, TrainingEnd::TimeLimit);
  EXPECT_LT(result.seconds, 5.0);
}

TEST(TrainOptions, SchedulesFollowPyTorch) {
  TrainOptions options{.learning_rate = 0.1, .epochs = 10, .minutes = {}};
  EXPECT_DOUBLE_EQ(options.learning_rate_at(0), 0.1);
  EXPECT_NEAR(options.learning_rate_at(5), 0.05, 1e-15);
  EXPECT_NEAR(options.learning_rate_at(9), 0.05 * (1.0 + std::cos(0.9 * M_PI)), 1e-15);
  options.schedule = Schedule::Step;
  options.step_epochs = 3;
  EXPECT_DOUBLE_EQ(options.learning_rate_at(2), 0.1);
  EXPECT_NEAR(options.learning_rate_at(3), 0.01, 1e-15);
  options.schedule = Schedule::Constant;
  EXPECT_DOUBLE_EQ(options.learning_rate_at(9), 0.1);
}

TEST(TrainOptions, RejectsByTheNameOnTheCommandLine) {
  const auto expect_rejected = [](const char* option, auto change) {
    TrainOptions options;
    change(options);
    try {
      options.validate();
      FAIL() << option << " accepted";
    } catch (const ConfigError& error) {
      EXPECT_EQ(std::string(error.what()).rfind(std::string(option) + ":", 0), 0) << error.what();
    }
  };
  EXPECT_NO_THROW(TrainOptions{}.validate());
  expect_rejected("--learning-rate", [](auto& o) { o.learning_rate = 0.0; });
  expect_rejected("--learning-rate", [](auto& o) { o.learning_rate = NAN; });
  expect_rejected("--batch", [](auto& o) { o.batch = 0; });
  expect_rejected("--epochs", [](auto& o) { o.epochs = 0; });
  expect_rejected("--weight-decay", [](auto& o) { o.optimiser.weight_decay = -1.0; });
  expect_rejected("--clip-norm", [](auto& o) { o.optimiser.clip_norm = 0.0; });
  expect_rejected("--momentum", [](auto& o) { o.optimiser.momentum = 1.0; });
  expect_rejected("--minutes", [](auto& o) { o.minutes = -1.0; });
  expect_rejected("--step-factor", [](auto& o) { o.step_factor = 2.0; });
}

}  // namespace
}  // namespace neuronsmith::network
