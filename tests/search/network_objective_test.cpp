#include "neuronsmith/search/network_objective.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;

Formula scalar(const std::string& text) {
  return formula::parse_or_throw(text, formula::Shape::Scalar, "test");
}

/// Rows of y = sin(5 x), the first half to train on.
class Wave : public ::testing::Test {
 protected:
  static constexpr std::size_t kRows = 300;

  Wave() : features_(kRows, 1), target_(kRows) {
    for (std::size_t i = 0; i < kRows; ++i) {
      const double x = -1.0 + 2.0 * static_cast<double>((i * 89) % kRows) / kRows;
      features_.column(0)[i] = static_cast<float>(x);
      target_[i] = static_cast<float>(std::sin(5.0 * x));
    }
  }

  [[nodiscard]] network::Part part(std::size_t first, std::size_t count) const {
    return {features_.view().rows(first, count), std::span(target_).subspan(first, count), {}};
  }

  [[nodiscard]] NetworkObjective objective(std::vector<std::uint64_t> seeds) const {
    NetworkTrial trial{
        .training = part(0, kRows / 2), .validation = part(kRows / 2, kRows / 2), .seeds = seeds};
    trial.options.epochs = 40;
    trial.options.patience = 0;
    return NetworkObjective(trial, [](const Formula& f) -> std::optional<network::Architecture> {
      if (!f.uses(formula::Op::Input)) return std::nullopt;
      return network::Architecture{.n_inputs = 1, .n_outputs = 1, .hidden = {8}, .activation = f};
    });
  }

  FeatureMatrix features_;
  std::vector<float> target_;
};

TEST_F(Wave, TheErrorIsTheValidationLossOfATrainedNetwork) {
  const std::vector<Formula> formulas = {scalar("tanh(x)")};
  const Score score = objective({3}).score(formulas, Executor(1))[0];
  network::Network network(
      {.n_inputs = 1, .n_outputs = 1, .hidden = {8}, .activation = formulas[0]});
  network.initialise(part(0, kRows / 2).features, 3);
  network::TrainOptions options;
  options.epochs = 40;
  options.patience = 0;
  options.seed = 3;
  network::train(network, part(0, kRows / 2), {}, network::Loss::MeanSquaredError, options);
  EXPECT_EQ(score.error, network::mean_loss(network, part(kRows / 2, kRows / 2),
                                            network::Loss::MeanSquaredError));
  EXPECT_EQ(score.complexity, 2.0);
  EXPECT_EQ(score.criterion, score.error);
}

TEST_F(Wave, SeveralSeedsGiveTheMeanWhateverTheThreads) {
  const std::vector<Formula> formulas = {scalar("sin(x)"), scalar("relu(x)")};
  const auto both = objective({1, 2}).score(formulas, Executor(3));
  const auto first = objective({1}).score(formulas, Executor(1));
  const auto second = objective({2}).score(formulas, Executor(1));
  for (std::size_t i = 0; i < formulas.size(); ++i) {
    EXPECT_DOUBLE_EQ(both[i].error, 0.5 * (first[i].error + second[i].error));
  }
}

TEST_F(Wave, WhatMakesNoNetworkOrDivergesCannotBeScored) {
  const std::vector<Formula> formulas = {scalar("3"), scalar("exp(exp(exp(9*x)))"), scalar("x")};
  const auto scores = objective({1}).score(formulas, Executor(2));
  EXPECT_FALSE(scores[0].is_valid());
  EXPECT_FALSE(scores[1].is_valid());
  EXPECT_TRUE(scores[2].is_valid());
}

TEST_F(Wave, ASearchBeginsWithGivenFormulasAndIsAtLeastAsGood) {
  const NetworkObjective objective = this->objective({1});
  GeneticOptions options;
  options.population = 8;
  options.tournament = 2;
  options.init_depth_high = 2;
  options.functions = {formula::Op::Sin, formula::Op::Tanh, formula::Op::Add};
  options.fitness = Fitness::Error;
  GeneticSearch strategy(options, formula::Shape::Scalar, 1);
  const std::vector<Formula> known = {scalar("sin(x)"), scalar("relu(x)")};
  strategy.begin_with(known);
  DriverOptions driver;
  driver.budget.generations = 3;
  const Discovery found = run_search(strategy, objective, Executor(2), driver);
  for (const Score& score : objective.score(known, Executor(1))) {
    EXPECT_LE(found.archive.best()->score.error, score.error);
  }
}

}  // namespace
}  // namespace neuronsmith::search
