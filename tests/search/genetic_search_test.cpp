#include "neuronsmith/search/genetic/genetic_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/print.hpp"
#include "tests/search/samples.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;
using formula::Op;
using formula::Shape;

/// Score by the number of nodes; worst of all what holds no x.
std::vector<Score> scores_by_size(const std::vector<Formula>& formulas) {
  std::vector<Score> scores;
  for (const Formula& f : formulas) {
    const auto size = static_cast<double>(f.size());
    scores.push_back(f.uses(Op::Input) ? Score{size, size, size} : Score{});
  }
  return scores;
}

GeneticOptions small() {
  GeneticOptions options;
  options.population = 100;
  options.tournament = 5;
  return options;
}

/// Nothing but copies, no immigrants.
GeneticOptions copies() {
  GeneticOptions options = small();
  options.crossover = options.subtree_mutation = options.point_mutation = 0.0;
  options.hoist_mutation = options.constant_mutation = options.term_mutation = 0.0;
  options.elite = options.immigration = 0.0;
  return options;
}

TEST(GeneticSearch, TheSeedDecidesEverything) {
  GeneticSearch a(small(), Shape::Vector, 1);
  GeneticSearch b(small(), Shape::Vector, 1);
  GeneticSearch other(small(), Shape::Vector, 2);
  for (int i = 0; i < 5; ++i) {
    const auto proposals = a.ask();
    EXPECT_EQ(proposals, b.ask());
    EXPECT_NE(proposals, other.ask());
    for (GeneticSearch* search : {&a, &b, &other})
      search->tell(proposals, scores_by_size(proposals));
  }
}

TEST(GeneticSearch, EveryGenerationIsWholeAndKeepsTheLimits) {
  GeneticOptions options = small();
  options.max_nodes = 20;
  options.max_depth = 5;
  options.init_depth_high = 5;
  GeneticSearch search(options, Shape::Vector, 1);
  for (int i = 0; i < 20; ++i) {
    auto proposals = search.ask();
    EXPECT_EQ(proposals.size(), 100u);
    std::vector<Score> scores;
    for (const Formula& f : proposals) {
      EXPECT_LE(f.size(), 20u);
      EXPECT_LE(f.depth(), 5);
      const double size =
          static_cast<double>(f.size());  // the larger the better: against the limit
      scores.push_back(
          {100.0 - size, size, 100.0 - size + 1e-9 * static_cast<double>(scores.size())});
    }
    search.tell(std::move(proposals), scores);
  }
}

TEST(GeneticSearch, TheEliteSurvivesUnchangedAndInOrder) {
  GeneticOptions options = small();
  options.elite = 0.1;
  GeneticSearch search(options, Shape::Vector, 1);
  auto proposals = search.ask();
  std::vector<Score> scores;
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    const double rank = static_cast<double>((i * 37) % 100);
    scores.push_back({rank, 1.0, rank});
  }
  std::map<double, Formula> by_rank;
  for (std::size_t i = 0; i < proposals.size(); ++i) by_rank[scores[i].criterion] = proposals[i];
  search.tell(std::move(proposals), scores);
  const auto next = search.ask();
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(next[i], by_rank[static_cast<double>(i)]) << i;
}

TEST(GeneticSearch, OfEqualScoresTheShortestIsKept) {
  GeneticOptions options = copies();
  options.elite = 1.0;
  GeneticSearch search(options, Shape::Vector, 1);
  auto proposals = search.ask();
  const std::size_t shortest = std::ranges::min(proposals, {}, &Formula::size).size();
  const std::vector<Score> equal(proposals.size(), Score{1.0, 1.0, 1.0});
  search.tell(std::move(proposals), equal);
  for (const Formula& f : search.ask()) EXPECT_EQ(f.size(), shortest);
}

TEST(GeneticSearch, ATournamentIsWonAsOftenAsItsContestantsSay) {
  // Copies only: the share of the best tenth is 1 - 0.9^5, as its five contestants are drawn at
  // random from one hundred.
  GeneticSearch search(copies(), Shape::Vector, 3);
  auto proposals = search.ask();
  // Distinct formulas, so that a copy tells its parent.
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    proposals[i] = testing::vector_formula("x + " + std::to_string(i));
  }
  std::vector<Score> scores;
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    // Ranks fall with the place: fitness read by a wrong index would choose the worst.
    const double rank = static_cast<double>(proposals.size() - 1 - i);
    scores.push_back({rank, 1.0, rank});
  }
  int wins = 0;
  int draws = 0;
  for (int generation = 0; generation < 50; ++generation) {
    search.tell(proposals, scores);
    for (const Formula& f : search.ask()) {
      wins += f.nodes()[1].value >= 90.0 ? 1 : 0;
      ++draws;
    }
  }
  EXPECT_NEAR(static_cast<double>(wins) / draws, 1.0 - std::pow(0.9, 5), 0.025);
}

TEST(GeneticSearch, WhatCannotBeScoredHasNoOffspring) {
  GeneticSearch search(copies(), Shape::Vector, 1);
  auto proposals = search.ask();
  std::vector<Score> scores(proposals.size());
  scores[40] = {1.0, 1.0, 1.0};
  scores[41] = {2.0, 1.0, std::numeric_limits<double>::max()};
  const Formula good = proposals[40];
  const Formula poor = proposals[41];
  search.tell(std::move(proposals), scores);
  for (const Formula& f : search.ask()) EXPECT_TRUE(f == good || f == poor);
}

TEST(GeneticSearch, NaNScoresNeverSpread) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  GeneticSearch search(copies(), Shape::Vector, 1);
  auto proposals = search.ask();
  std::vector<Score> scores(proposals.size(), Score{kNaN, 1.0, kNaN});
  scores[7] = {1.0, 1.0, 1.0};
  scores[8] = {0.5, 1.0, kNaN};
  const Formula good = proposals[7];
  search.tell(std::move(proposals), scores);
  for (const Formula& f : search.ask()) EXPECT_EQ(f, good);
}

TEST(GeneticSearch, WithNothingValidItBeginsAnew) {
  GeneticSearch search(small(), Shape::Vector, 1);
  auto first = search.ask();
  const std::vector<Score> invalid(first.size());
  search.tell(first, invalid);
  const auto second = search.ask();
  EXPECT_EQ(second.size(), first.size());
  EXPECT_NE(second, first);
}

TEST(GeneticSearch, ImmigrantsAreFreshInEveryGeneration) {
  GeneticOptions options = copies();
  options.immigration = 0.2;
  GeneticSearch search(options, Shape::Vector, 1);
  auto proposals = search.ask();
  std::vector<Score> scores(proposals.size());
  scores[0] = {1.0, 1.0, 1.0};
  const Formula only = proposals[0];
  search.tell(std::move(proposals), scores);
  const auto next = search.ask();
  for (std::size_t i = 0; i < 80; ++i) EXPECT_EQ(next[i], only);
  int fresh = 0;
  for (std::size_t i = 80; i < 100; ++i) fresh += next[i] == only ? 0 : 1;
  EXPECT_GE(fresh, 19);
}

TEST(GeneticSearch, FitnessErrorWeighsTheSize) {
  GeneticOptions options = copies();
  options.elite = 1.0;
  options.fitness = Fitness::Error;
  options.parsimony = 0.1;
  GeneticSearch search(options, Shape::Vector, 1);
  auto proposals = search.ask();
  std::vector<Score> scores(proposals.size());
  scores[3] = {1.0, 20.0, -5.0};
  scores[5] = {1.5, 4.0, 0.0};
  const Formula expected = proposals[5];
  search.tell(std::move(proposals), scores);
  EXPECT_EQ(search.ask()[0], expected);
}

TEST(GeneticSearch, ASavedStateGoesOnAlike) {
  GeneticSearch search(small(), Shape::Vector, 4);
  for (int i = 0; i < 3; ++i) {
    auto proposals = search.ask();
    const auto scores = scores_by_size(proposals);
    search.tell(std::move(proposals), scores);
  }
  GeneticSearch resumed(small(), Shape::Vector, 4);
  resumed.load(Json::parse(search.save().dump()), "test");
  EXPECT_EQ(resumed.ask(), search.ask());
  EXPECT_EQ(resumed.save(), search.save());
}

TEST(GeneticSearch, ABrokenStateIsAParseError) {
  const auto refused = [](const Json& state) {
    GeneticSearch search(small(), Shape::Vector, 4);
    EXPECT_THROW(search.load(state, "test"), ParseError) << state.dump();
  };
  const auto state = [](const Json& population) {
    return Json{{"strategy", "genetic"}, {"generation", 1}, {"population", population}};
  };
  refused(nullptr);
  refused(Json::array());
  refused({{"strategy", "random"}, {"generation", 1}, {"population", Json::array()}});
  refused({{"strategy", "genetic"}, {"generation", "1"}, {"population", Json::array()}});
  refused({{"strategy", "genetic"}, {"population", Json::array()}});
  refused(state({{1, {1.0, 1.0, 1.0}}}));
  refused(state({{"x +", {1.0, 1.0, 1.0}}}));
  refused(state({{"x", {1.0, 1.0}}}));
  refused(state({{"x", {"1", 1.0, 1.0}}}));
  refused(state({{"x", {nullptr, 1.0, 1.0}}}));
  refused(state({{"x"}}));
}

void expect_refused(const std::function<void(GeneticOptions&)>& change, const std::string& option) {
  GeneticOptions options;
  change(options);
  try {
    options.validate();
    ADD_FAILURE() << option << " was accepted";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find(option), std::string::npos) << error.what();
  }
  EXPECT_THROW(GeneticSearch(options, Shape::Vector, 1), ConfigError);
}

TEST(GeneticOptions, MessagesNameTheOption) {
  using O = GeneticOptions;
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NO_THROW(O{}.validate());
  expect_refused([](O& o) { o.population = 1; }, "--population");
  expect_refused([](O& o) { o.population = 2'000'000; }, "--population");
  expect_refused([](O& o) { o.tournament = 0; }, "--tournament");
  expect_refused([](O& o) { o.tournament = 501; }, "--tournament");
  expect_refused([](O& o) { o.init_depth_low = -1; }, "--init-depth");
  expect_refused([](O& o) { o.init_depth_low = 7; }, "--init-depth");
  expect_refused([](O& o) { o.init_depth_high = 13; }, "--max-depth");
  expect_refused([](O& o) { o.max_depth = -1; }, "--max-depth");
  expect_refused([](O& o) { o.max_depth = 65; }, "--max-depth");
  expect_refused([](O& o) { o.max_nodes = 0; }, "--max-nodes");
  expect_refused([](O& o) { o.max_nodes = 1'000'000; }, "--max-nodes");
  expect_refused([](O& o) { o.leaf_input = 1.1; }, "--leaf-input");
  expect_refused([](O& o) { o.crossover = -0.1; }, "--crossover");
  expect_refused([](O& o) { o.crossover = 0.9; }, "--crossover");
  expect_refused([](O& o) { o.subtree_mutation = kNaN; }, "--subtree-mutation");
  expect_refused([](O& o) { o.point_mutation = 2.0; }, "--point-mutation");
  expect_refused([](O& o) { o.hoist_mutation = -1.0; }, "--hoist-mutation");
  expect_refused([](O& o) { o.constant_mutation = -1.0; }, "--constant-mutation");
  expect_refused([](O& o) { o.term_mutation = -1.0; }, "--term-mutation");
  expect_refused([](O& o) { o.constant_fresh = 1.5; }, "--constant-fresh");
  expect_refused([](O& o) { o.constant_sigma = -0.1; }, "--constant-sigma");
  expect_refused([](O& o) { o.constant_sigma = kNaN; }, "--constant-sigma");
  expect_refused([](O& o) { o.elite = -0.1; }, "--elite");
  expect_refused([](O& o) { o.immigration = 1.1; }, "--immigration");
  expect_refused([](O& o) { o.elite = o.immigration = 0.6; }, "--immigration");
  expect_refused([](O& o) { o.constant_low = 20.0; }, "--constant-range");
  expect_refused([](O& o) { o.constant_high = kNaN; }, "--constant-range");
  expect_refused([](O& o) { o.constant_low = -1e300; }, "--constant-range");
  expect_refused(
      [](O& o) {
        o.constant_low = 0.2;
        o.constant_high = 0.8;
      },
      "--constant-range");
  expect_refused([](O& o) { o.parsimony = -1.0; }, "--parsimony");
  expect_refused([](O& o) { o.functions.clear(); }, "--functions");
  expect_refused([](O& o) { o.functions = {Op::PowInt}; }, "--functions");
  expect_refused([](O& o) { o.functions = {Op::Input}; }, "--functions");
}

TEST(GeneticOptions, NamesAreRead) {
  for (const Fitness fitness : {Fitness::Criterion, Fitness::Error}) {
    EXPECT_EQ(parse_fitness(name(fitness)), fitness);
  }
  for (const ConstantKind kind : {ConstantKind::Integer, ConstantKind::Uniform}) {
    EXPECT_EQ(parse_constant_kind(name(kind)), kind);
  }
  EXPECT_THROW(static_cast<void>(parse_fitness("best")), ConfigError);
  EXPECT_THROW(static_cast<void>(parse_constant_kind("real")), ConfigError);
}

}  // namespace
}  // namespace neuronsmith::search
