#include "neuronsmith/network/cohort.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::network {
namespace {

using formula::Shape;

/// y = x0 x1 on a grid, to train within [-1, 1] and to judge there and beyond.
class Products : public ::testing::Test {
 protected:
  static constexpr std::size_t kSide = 16;

  Products() : features_(kSide * kSide, 2), target_(kSide * kSide) {
    for (std::size_t i = 0; i < target_.size(); ++i) {
      const float x = -1.0F + 2.0F * static_cast<float>((i * 37) % kSide) / kSide;
      const float y = -1.0F + 2.0F * static_cast<float>((i * 91 / kSide) % kSide) / kSide;
      features_.column(0)[i] = x;
      features_.column(1)[i] = y;
      target_[i] = x * y;
    }
  }

  [[nodiscard]] Part part(std::size_t first, std::size_t count) const {
    return {features_.view().rows(first, count), std::span(target_).subspan(first, count), {}};
  }
  [[nodiscard]] Problem problem() const {
    return {.name = "products",
            .training = part(0, 128),
            .test = part(128, 64),
            .beyond = part(192, 64)};
  }
  static Member activation(const std::string& text) {
    return {.activation = formula::parse_or_throw(text, Shape::Scalar, "test")};
  }
  static Member aggregation(const std::string& text) {
    const auto made = neuron::to_aggregation(formula::parse_or_throw(text, Shape::Vector, "test"));
    return {.aggregation = std::get<neuron::Aggregation>(made)};
  }

  FeatureMatrix features_;
  std::vector<float> target_;
};

TEST_F(Products, TrialsAreProblemsFirstThenSeeds) {
  const Cohort cohort({problem(), problem(), problem()}, {.seeds = {5, 9}});
  EXPECT_EQ(cohort.n_trials(), 6U);
  EXPECT_EQ(cohort.problem_of(0), 0U);
  EXPECT_EQ(cohort.problem_of(4), 1U);
}

TEST_F(Products, ATrialIsTheTrainingThatTheTrainerDoes) {
  CohortOptions options{.shape = {.hidden = {6}}, .seeds = {3, 8}};
  options.training.epochs = 12;
  const Cohort cohort({problem()}, options);
  const TrialLosses losses = cohort.train(activation("tanh(x)"), 1);
  Network network(cohort.architecture_of(activation("tanh(x)"), 0));
  network.initialise(problem().training.features, 8);
  options.training.seed = 8;
  train(network, problem().training, {}, Loss::MeanSquaredError, options.training);
  EXPECT_EQ(losses.test, mean_loss(network, problem().test, Loss::MeanSquaredError));
  EXPECT_EQ(losses.beyond, mean_loss(network, problem().beyond, Loss::MeanSquaredError));
  EXPECT_EQ(losses, cohort.train(activation("tanh(x)"), 1));
  EXPECT_NE(losses, cohort.train(activation("tanh(x)"), 0));
}

TEST_F(Products, OfSeveralRatesTheOneDecidesThatIsBestWithinTheDistribution) {
  CohortOptions options{.shape = {.hidden = {6}}, .seeds = {3, 8}};
  options.training.epochs = 12;
  std::vector<Cohort> alone;
  for (const double rate : {0.0005, 0.02, 0.3}) {
    options.training.learning_rate = rate;
    alone.emplace_back(std::vector{problem()}, options);
  }
  options.learning_rates = {0.0005, 0.02, 0.3};
  const Cohort together({problem()}, options);
  for (const std::string text : {"tanh(x)", "relu(x)", "x^2"}) {
    for (std::size_t trial = 0; trial < 2; ++trial) {
      TrialLosses best;
      for (const Cohort& cohort : alone) {
        const TrialLosses losses = cohort.train(activation(text), trial);
        if (losses.test < best.test) best = losses;
      }
      EXPECT_EQ(together.train(activation(text), trial), best) << text;
    }
  }
}

TEST_F(Products, NoTwoTrialsShareWhatIsRandom) {
  CohortOptions options{.shape = {.hidden = {6}}, .seeds = {3, 4}};
  options.training.epochs = 2;
  const Cohort cohort({problem(), problem()}, options);
  for (std::size_t trial = 0; trial < cohort.n_trials(); ++trial) {
    for (std::size_t other = 0; other < trial; ++other) {
      EXPECT_NE(cohort.seed_of(trial), cohort.seed_of(other));
      EXPECT_NE(cohort.train(activation("relu(x)"), trial),
                cohort.train(activation("relu(x)"), other));
    }
  }
}

TEST_F(Products, MembersHaveEqualNumbersOfParameters) {
  const Cohort cohort({problem()}, {.shape = {.hidden = {32, 32}}});
  const Architecture ordinary = cohort.architecture_of(activation("relu(x)"), 0);
  EXPECT_EQ(ordinary.hidden, (std::vector<std::size_t>{32, 32}));
  const Architecture quadratic = cohort.architecture_of(aggregation("x^2 + x"), 0);
  EXPECT_LT(quadratic.hidden[0], 32U);
  EXPECT_EQ(quadratic.hidden[0], quadratic.hidden[1]);
  EXPECT_GE(quadratic.parameter_count(), ordinary.parameter_count());
  Architecture narrower = quadratic;
  for (std::size_t& width : narrower.hidden) --width;
  EXPECT_LT(narrower.parameter_count(), ordinary.parameter_count());
}

TEST_F(Products, WhatDivergesOrIsStoppedHasInfiniteLosses) {
  const Cohort cohort({problem()}, {.shape = {.hidden = {6}}});
  EXPECT_EQ(cohort.train(activation("exp(exp(exp(x)))"), 0), TrialLosses{});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(cohort.train(activation("x"), 0, stop.get_token()), TrialLosses{});
}

TEST_F(Products, WithoutRowsBeyondThereIsNoLossBeyond) {
  Problem within = problem();
  within.beyond = {};
  const TrialLosses losses = Cohort({within}, {.shape = {.hidden = {6}}}).train(activation("x"), 0);
  EXPECT_TRUE(std::isfinite(losses.test));
  EXPECT_FALSE(std::isfinite(losses.beyond));
}

TEST_F(Products, OptionsOutOfRangeAreRefused) {
  CohortOptions options;
  options.training.learning_rate = -1.0;
  EXPECT_THROW(Cohort({problem()}, options), ConfigError);
  options = {.shape = {.hidden = {0}}};
  EXPECT_THROW(Cohort({problem()}, options), ConfigError);
}

}  // namespace
}  // namespace neuronsmith::network
