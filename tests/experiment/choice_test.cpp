#include "neuronsmith/experiment/internal/choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/neuron/composite.hpp"

namespace neuronsmith::experiment::internal {
namespace {

using formula::Formula;
using search::Candidate;
using search::Score;
using search::TrialSummary;

Formula scalar(const std::string& text) {
  return formula::parse_or_throw(text, formula::Shape::Scalar, "test");
}

Score scored(double criterion, double test = 1.0) {
  return {criterion, 2.0, criterion, TrialSummary{.test = test, .cost = 1.0, .trainings = 3}};
}

/// Scores nothing itself.
class NoObjective final : public search::Objective {
 public:
  std::uint64_t key(const Formula& formula) const override { return formula.hash(); }
  std::vector<Score> score(std::span<const Formula>, const Executor&) const override { return {}; }
  Formula fitted(const Formula& formula) const override { return formula; }
};

/// Every formula is an activation; holdout scores are those of a list, none without one.
class Listed final : public Pursuit {
 public:
  explicit Listed(std::map<std::string, Score> anew) : anew_(std::move(anew)) {}

  search::InputSpace inputs() const override { return formula::Shape::Scalar; }
  const search::Objective& objective() const override { return objective_; }
  std::vector<Score> holdout_scores(std::span<const Formula> formulas,
                                    const Executor&) const override {
    std::vector<Score> scores;
    if (anew_.empty()) return scores;
    for (const Formula& f : formulas) scores.push_back(anew_.at(formula::to_infix(f)));
    return scores;
  }
  std::variant<Found, std::string> neuron_of(const Formula& formula) const override {
    return Found{.neuron = neuron::ordinary_neuron(neuron::Activation(formula)), .columns = {}};
  }

 private:
  std::map<std::string, Score> anew_;
  NoObjective objective_;
};

/// Of candidates with these criteria in the search and these scores anew.
class Choosing : public ::testing::Test {
 protected:
  [[nodiscard]] DiscoveryResult chosen_of(std::map<std::string, Score> anew) const {
    DiscoveryResult result;
    Pool pool;
    for (const auto& [text, criterion] :
         std::map<std::string, double>{{"tanh(x)", 0.5}, {"sin(x)", 0.6}, {"relu(x)", 0.7}}) {
      pool.best.push_back({scalar(text), scored(criterion)});
      result.search.archive.add(pool.best.back());
    }
    conclude(std::move(pool), recipe_, "test", Listed(std::move(anew)), Executor(1), result);
    return result;
  }
  [[nodiscard]] static std::string text_of(const DiscoveryResult& result) {
    return formula::to_infix(result.neuron.activation->formula);
  }

  search::Recipe recipe_ = search::find_recipe("mine");
};

TEST_F(Choosing, TheLeastCriterionAnewIsTaken) {
  const DiscoveryResult result =
      chosen_of({{"tanh(x)", scored(0.9)}, {"sin(x)", scored(0.8)}, {"relu(x)", scored(1.0)}});
  EXPECT_EQ(text_of(result), "sin(x)");
  EXPECT_FALSE(result.search.interrupted);
  ASSERT_EQ(result.finalists.size(), 3U);
  EXPECT_TRUE(result.finalists[0].is_chosen);
}

TEST_F(Choosing, WhatDivergesAnewIsPassedOverAndStandsLast) {
  const DiscoveryResult result =
      chosen_of({{"tanh(x)", Score{}}, {"sin(x)", scored(2.0)}, {"relu(x)", scored(1.0)}});
  EXPECT_EQ(text_of(result), "relu(x)");
  ASSERT_EQ(result.finalists.size(), 3U);
  EXPECT_EQ(formula::to_infix(result.finalists[2].formula), "tanh(x)");
  ASSERT_EQ(result.rejected.size(), 1U);
  EXPECT_EQ(result.rejected[0].reason, "diverges when it is trained anew");
  try {
    static_cast<void>(chosen_of({{"tanh(x)", Score{}}, {"sin(x)", Score{}}, {"relu(x)", Score{}}}));
    FAIL() << "nothing can be chosen";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("diverges when it is trained anew"), std::string::npos)
        << error.what();
  }
}

TEST_F(Choosing, AStopAmongFinalistsIsAnInterruptionAndTheSearchsOrderStands) {
  const DiscoveryResult result = chosen_of({});
  EXPECT_EQ(text_of(result), "tanh(x)");
  EXPECT_TRUE(result.search.interrupted);
  EXPECT_TRUE(result.finalists.empty());
}

TEST_F(Choosing, TradeOffsAreOfAllObjectivesTheFrontOfErrorAndComplexity) {
  DiscoveryResult result;
  Pool pool;
  const auto add = [&](const std::string& text, const Score& score) {
    pool.best.push_back({scalar(text), score});
    result.search.archive.add(pool.best.back());
  };
  add("tanh(x)", scored(0.5, 0.9));
  add("sin(x)", scored(0.6, 0.2));
  add("relu(x)", scored(0.7, 0.3));
  conclude(std::move(pool), recipe_, "test", Listed({}), Executor(1), result);
  const auto texts = [](const std::vector<FrontEntry>& entries) {
    std::vector<std::string> list;
    for (const FrontEntry& entry : entries) list.push_back(formula::to_infix(entry.formula));
    std::ranges::sort(list);
    return list;
  };
  EXPECT_EQ(texts(result.front), (std::vector<std::string>{"tanh(x)"}));
  EXPECT_EQ(texts(result.tradeoffs), (std::vector<std::string>{"sin(x)", "tanh(x)"}));
}

}  // namespace
}  // namespace neuronsmith::experiment::internal
