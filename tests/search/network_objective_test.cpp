#include "neuronsmith/search/network_objective.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"
#include "neuronsmith/search/member.hpp"

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

  [[nodiscard]] network::Cohort cohort(std::vector<std::uint64_t> seeds) const {
    network::CohortOptions options{.shape = {.hidden = {8}}, .seeds = std::move(seeds)};
    options.training.epochs = 40;
    return {{{.name = "wave",
              .family = "waves",
              .training = part(0, kRows / 2),
              .test = part(kRows / 2, kRows / 2)}},
            options};
  }

  [[nodiscard]] NetworkObjective objective(std::vector<std::uint64_t> seeds,
                                           NetworkOptions options = {},
                                           TrialStore* store = nullptr,
                                           std::stop_token stop = {}) const {
    return {cohort(std::move(seeds)),
            std::move(options),
            activation_member,
            Executor(1),
            store,
            std::move(stop)};
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
  options.seed = 3;
  network::train(network, part(0, kRows / 2), {}, network::Loss::MeanSquaredError, options);
  EXPECT_EQ(
      score.error,
      network::mean_loss(network, part(kRows / 2, kRows / 2), network::Loss::MeanSquaredError));
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

network::Member member(const std::string& text) { return {.activation = scalar(text)}; }

TEST_F(Wave, WithAReferenceTheErrorIsTheGeometricMeanOfRatiosOfPairs) {
  const std::vector<std::uint64_t> seeds = {1, 2, 3};
  const std::vector<Formula> formulas = {scalar("tanh(x)"), scalar("relu(x)")};
  const auto scores =
      objective(seeds, {.reference = member("relu(x)")}).score(formulas, Executor(2));
  double sum = 0.0;
  for (std::size_t trial = 0; trial < seeds.size(); ++trial) {
    sum += std::log(cohort(seeds).train(member("tanh(x)"), trial).test /
                    cohort(seeds).train(member("relu(x)"), trial).test);
  }
  EXPECT_NEAR(scores[0].error, std::exp(sum / 3.0), 1e-12);
  ASSERT_TRUE(scores[0].trials);
  EXPECT_EQ(scores[0].trials->trainings, 3U);
  EXPECT_EQ(scores[0].trials->cost, 16.0);
  EXPECT_LT(scores[0].trials->low, scores[0].error);
  EXPECT_GT(scores[0].trials->high, scores[0].error);
  EXPECT_EQ(scores[0].criterion, scores[0].trials->high);
  EXPECT_EQ(scores[1].error, 1.0) << "the reference itself";
  EXPECT_EQ(scores[1].criterion, 1.0);
}

TEST_F(Wave, RowsOutOfTheDistributionDecideWhereThereAreSome) {
  const std::vector<Formula> formulas = {scalar("tanh(x)")};
  const network::Problem within{.name = "p", .training = part(0, 150), .test = part(150, 50)};
  network::Problem beyond = within;
  beyond.beyond = part(200, 100);
  const network::CohortOptions options{.shape = {.hidden = {4}}};
  const auto score_on = [&](const network::Problem& problem) {
    return NetworkObjective({{problem}, options}, {}, activation_member, Executor(1))
        .score(formulas, Executor(1))[0];
  };
  const network::TrialLosses losses =
      network::Cohort({beyond}, options).train(member("tanh(x)"), 0);
  EXPECT_EQ(score_on(within).error, losses.test);
  EXPECT_EQ(score_on(beyond).error, losses.beyond);
  EXPECT_NE(losses.test, losses.beyond);
}

TEST_F(Wave, HalvingTrainsTheBestOnAndHoldsTheOthersBack) {
  const std::vector<Formula> formulas = {
      scalar("sin(x)"), scalar("x"), scalar("tanh(x)"), scalar("0.01*x"), scalar("sqrt(x)")};
  const auto scored = [&](std::vector<std::uint64_t> seeds, std::vector<std::size_t> rungs) {
    return objective(std::move(seeds),
                     {.reference = member("relu(x)"), .rungs = std::move(rungs), .keep = 0.4})
        .score(formulas, Executor(2));
  };
  const auto halved = scored({1, 2, 3, 4, 5, 6}, {4});
  const auto full = scored({1, 2, 3, 4, 5, 6}, {});
  const auto first = scored({1, 2, 3, 4}, {});
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return first[i].error; });
  double worst = 0.0;
  for (const std::size_t i : {order[0], order[1]}) {
    EXPECT_EQ(halved[i], full[i]) << i;
    worst = std::max(worst, full[i].criterion);
  }
  for (const std::size_t i : {order[2], order[3]}) {
    EXPECT_EQ(halved[i].trials, first[i].trials) << i;
    EXPECT_EQ(halved[i].criterion, std::max(worst, first[i].criterion)) << i;
  }
  EXPECT_FALSE(halved[4].is_valid());
}

TEST_F(Wave, ASinkIsToldOfEveryTrainingOfAHalving) {
  struct Last final : ProgressSink {
    void report(const ProgressEvent& event) override {
      done = event.done;
      total = event.total;
    }
    std::uint64_t done = 0;
    std::optional<std::uint64_t> total;
  } last;
  const std::vector<Formula> formulas = {
      scalar("sin(x)"), scalar("tanh(x)"), scalar("relu(x)"), scalar("x"), scalar("x^2")};
  const auto scores =
      objective({1, 2, 3, 4, 5, 6},
                {.reference = member("relu(x)"), .rungs = {2, 3}, .keep = 0.4, .progress = &last})
          .score(formulas, Executor(2));
  EXPECT_EQ(scores.size(), formulas.size());
  EXPECT_EQ(last.total, 5U * 2 + 2 * 1 + 1 * 3);
  EXPECT_EQ(last.done, last.total);
}

TEST_F(Wave, FlatNonFiniteAndCostlyActivationsAreRefusedUntrained) {
  const std::vector<Formula> formulas = {scalar("0.000001*x"),
                                         scalar("sqrt(x)"),
                                         scalar("exp(x^2)*exp(x^2)"),
                                         scalar("tan(x)"),
                                         scalar("tanh(x)")};
  struct NoStore final : TrialStore {
    std::optional<network::TrialLosses> find_trial(std::uint64_t, std::size_t) const override {
      ++asked;
      return std::nullopt;
    }
    void put_trial(std::uint64_t, std::size_t, const network::TrialLosses&) override {}
    mutable std::atomic<int> asked = 0;
  } store;
  const auto scores = objective({1}, {.max_cost = 20.0}, &store).score(formulas, Executor(2));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_FALSE(scores[i].is_valid()) << i;
  EXPECT_TRUE(scores[4].is_valid());
  EXPECT_EQ(store.asked, 1);
}

/// Trainings in memory.
struct Remembered final : TrialStore {
  std::optional<network::TrialLosses> find_trial(std::uint64_t key,
                                                 std::size_t trial) const override {
    const std::lock_guard lock(mutex);
    const auto found = losses.find({key, trial});
    return found == losses.end() ? std::nullopt : std::optional(found->second);
  }
  void put_trial(std::uint64_t key, std::size_t trial, const network::TrialLosses& l) override {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(losses.emplace(std::pair(key, trial), l).second) << "trained twice";
  }
  mutable std::mutex mutex;
  std::map<std::pair<std::uint64_t, std::size_t>, network::TrialLosses> losses;
};

TEST_F(Wave, WhatTheStoreKnowsIsNotTrainedAgain) {
  Remembered store;
  const std::vector<Formula> formulas = {scalar("tanh(x)"), scalar("sin(x)")};
  const auto first = objective({1, 2}, {}, &store).score(formulas, Executor(2));
  EXPECT_EQ(store.losses.size(), 4U);
  const auto again = objective({1, 2}, {}, &store).score(formulas, Executor(1));
  EXPECT_EQ(first, again);
  store.losses.begin()->second.test = 7.0;
  EXPECT_NE(objective({1, 2}, {}, &store).score(formulas, Executor(1)), first);
}

TEST_F(Wave, ObjectivesOfOtherTrialsShareAStoreByNumbersOfTheirOwn) {
  Remembered store;
  const std::vector<Formula> formulas = {scalar("tanh(x)")};
  const auto search = objective({1, 2}, {}, &store).score(formulas, Executor(1));
  const auto finals = objective({3, 4}, {.first_stored = 100}, &store).score(formulas, Executor(1));
  EXPECT_EQ(store.losses.size(), 4U);
  EXPECT_EQ(finals, objective({3, 4}).score(formulas, Executor(1)));
  EXPECT_NE(finals, search);
  EXPECT_EQ(finals, objective({3, 4}, {.first_stored = 100}, &store).score(formulas, Executor(1)))
      << "and nothing is trained twice";
}

TEST_F(Wave, AStopLeavesTheGenerationUnscoredAndNothingWrongInTheStore) {
  Remembered store;
  std::stop_source stop;
  stop.request_stop();
  const NetworkObjective objective = this->objective({1}, {}, &store, stop.get_token());
  const std::vector<Formula> formulas = {scalar("tanh(x)")};
  EXPECT_TRUE(objective.score(formulas, Executor(1)).empty());
  EXPECT_TRUE(store.losses.empty());
}

/// Mean of ln(ratio), and half the width of its 95 % interval with Student's t.
struct Interval {
  Interval(std::span<const double> values, double t) {
    const auto n = static_cast<double>(values.size());
    for (const double v : values) mean += v / n;
    double squares = 0.0;
    for (const double v : values) squares += (v - mean) * (v - mean);
    reach = t * std::sqrt(squares / (n - 1.0) / n);
  }
  double mean = 0.0;
  double reach = 0.0;
};

/// Six problems of two families, and one that is alone in its.
class Families : public Wave {
 protected:
  static constexpr std::size_t kProblems = 7;

  [[nodiscard]] network::Cohort families() const {
    std::vector<network::Problem> problems;
    for (const char* family : {"a", "b", "a", "b", "a", "b", "alone"}) {
      const std::size_t first = 15 * problems.size();
      problems.push_back({.name = "p",
                          .family = family,
                          .training = part(first, 100),
                          .test = part(first + 100, 60)});
    }
    return {std::move(problems), {.shape = {.hidden = {4}}, .seeds = {1, 2}}};
  }

  /// ln(loss of a / loss of b), the mean of both seeds.
  [[nodiscard]] std::vector<double> log_ratios(const std::string& a, const std::string& b) const {
    const network::Cohort cohort = families();
    std::vector<double> logs(kProblems, 0.0);
    for (std::size_t t = 0; t < cohort.n_trials(); ++t) {
      logs[t % kProblems] +=
          0.5 * std::log(cohort.train(member(a), t).test / cohort.train(member(b), t).test);
    }
    return logs;
  }

  [[nodiscard]] static Interval interval(const std::vector<double>& logs) {
    return {logs, 2.446911851144969};  // t of 6 degrees of freedom
  }
};

TEST_F(Families, IntervalsGoByProblemsAndTheCriterionByRivalsAndTheWorstFamily) {
  const std::vector<std::string> rivals = {"sin(x)", "abs(x)^3"};
  const NetworkObjective objective(
      families(),
      {.reference = member("relu(x)"), .rivals = {member(rivals[0]), member(rivals[1])}},
      activation_member,
      Executor(2));
  std::size_t harmed = 0;
  std::size_t decided_by_a_rival = 0;
  for (const std::string text : {"tanh(x)", "0.5*x"}) {
    const std::vector<Formula> formulas = {scalar(text)};
    const Score score = objective.score(formulas, Executor(2))[0];
    const std::vector<double> logs = log_ratios(text, "relu(x)");
    const Interval all = interval(logs);
    EXPECT_NEAR(score.error, std::exp(all.mean), 1e-9 * score.error);
    EXPECT_NEAR(score.trials->low, std::exp(all.mean - all.reach), 1e-9 * score.error);
    EXPECT_NEAR(score.trials->high, std::exp(all.mean + all.reach), 1e-9 * score.trials->high);
    double upper = all.mean + all.reach;
    for (const std::string& rival : rivals) {
      const Interval against = interval(log_ratios(text, rival));
      upper = std::max(upper, against.mean + against.reach);
    }
    const double worst = std::max(logs[0] + logs[2] + logs[4], logs[1] + logs[3] + logs[5]) / 3.0;
    EXPECT_NEAR(score.criterion, std::exp(upper + std::max(worst, 0.0)), 1e-9 * score.criterion);
    harmed += worst > 0.0 ? 1 : 0;
    decided_by_a_rival += upper > all.mean + all.reach ? 1 : 0;
  }
  EXPECT_EQ(harmed, 1U) << "one of each";
  EXPECT_GE(decided_by_a_rival, 1U);
}

TEST_F(Wave, ARivalThatDivergesIsNone) {
  const std::vector<Formula> formulas = {scalar("tanh(x)"), scalar("sin(x)")};
  const auto scored = [&](std::vector<network::Member> rivals) {
    return objective({1, 2}, {.reference = member("relu(x)"), .rivals = std::move(rivals)})
        .score(formulas, Executor(2));
  };
  EXPECT_EQ(scored({member("exp(exp(exp(9*x)))")}), scored({}));
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
