// Genetic programming over named columns: the same strategy and driver as for vectors.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"
#include "neuronsmith/search/loss_objective.hpp"
#include "neuronsmith/search/recipe.hpp"
#include "tests/search/samples.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;
using formula::Op;
using testing::Sample;

Sample law_sample(std::uint32_t stream, const std::function<double(double, double, double)>& law) {
  Sample sample = testing::random_sample(400, 4, 1, stream, -3.0, 3.0);
  sample.set_target(0, [&](std::size_t i) {
    const auto x = [&](std::size_t j) { return static_cast<double>(sample.x.column(j)[i]); };
    return law(x(0), x(1), x(2));
  });
  return sample;
}

Discovery searched(const Sample& sample,
                   const GeneticOptions& genetic,
                   std::uint64_t seed,
                   const DriverOptions& options,
                   std::size_t n_threads = 1) {
  const LossObjective objective({.features = sample.x.view(), .target = sample.y[0]}, {});
  GeneticSearch strategy(genetic, InputSpace::columns(sample.x.n_features()), seed);
  return run_search(strategy, objective, Executor(n_threads), options);
}

TEST(ColumnSearch, FindsLawsOfSeveralColumns) {
  const std::vector<std::function<double(double, double, double)>> laws = {
      [](double a, double b, double c) { return a * b + std::sin(c); },
      [](double a, double b, double c) { return std::cos(a) - b * c; },
      [](double a, double b, double) { return std::abs(a) * b + a; }};
  GeneticOptions genetic = find_recipe("activation-gp").genetic;
  genetic.population = 1000;
  genetic.elite = 0.01;
  DriverOptions options;
  options.budget.generations = 25;
  int found = 0;
  int searches = 0;
  for (std::size_t k = 0; k < laws.size(); ++k) {
    const Sample sample = law_sample(static_cast<std::uint32_t>(k), laws[k]);
    for (std::uint64_t seed = 1; seed <= 4; ++seed, ++searches) {
      const Discovery discovery = searched(sample, genetic, seed, options);
      found += discovery.archive.best()->score.error < 1e-9 ? 1 : 0;
    }
  }
  EXPECT_GE(found, 9) << "of " << searches;
}

TEST(ColumnSearch, DoesNotDependOnThreadsOrOnBeingResumed) {
  const Sample sample = law_sample(7, [](double a, double b, double c) { return a * b + c; });
  GeneticOptions genetic = find_recipe("activation-gp").genetic;
  genetic.population = 200;
  const auto file = std::filesystem::path(::testing::TempDir()) / "column_search.checkpoint";
  DriverOptions options;
  options.budget.generations = 6;
  const Discovery whole = searched(sample, genetic, 3, options);
  const auto expect_same = [&](const Discovery& other) {
    ASSERT_EQ(other.archive.front().size(), whole.archive.front().size());
    for (std::size_t i = 0; i < whole.archive.front().size(); ++i) {
      EXPECT_EQ(other.archive.front()[i].formula, whole.archive.front()[i].formula);
      EXPECT_EQ(other.archive.front()[i].score, whole.archive.front()[i].score);
    }
  };
  expect_same(searched(sample, genetic, 3, options, 2));
  options.checkpoint = file.string();
  options.budget.generations = 2;
  static_cast<void>(searched(sample, genetic, 3, options));
  options.budget.generations = 6;
  options.resume = true;
  expect_same(searched(sample, genetic, 3, options, 2));
  std::filesystem::remove(file);
}

TEST(ColumnSearch, ThePopulationIsTheLastGeneration) {
  GeneticOptions genetic = find_recipe("activation-gp").genetic;
  genetic.population = 50;
  GeneticSearch search(genetic, InputSpace::columns(3), 1);
  EXPECT_TRUE(search.standing().empty());
  auto formulas = search.ask();
  std::vector<Score> scores;
  for (std::size_t i = 0; i < formulas.size(); ++i) {
    scores.push_back({static_cast<double>(50 - i), 1.0, 1.0});
  }
  scores[49] = {};  // cannot be scored
  const Formula best = formulas[48];
  search.tell(formulas, scores);
  ASSERT_EQ(search.standing().size(), 49u);
  EXPECT_EQ(search.standing()[0].formula, best);
  EXPECT_EQ(search.standing()[0].score.error, 2.0);
}

TEST(ColumnSearch, LeavesAreAsLikelyAsInGplearn) {
  const GeneticOptions options = find_recipe("activation-gp").genetic;
  constexpr std::size_t kColumns = 4;
  const RandomFormula fresh(options, InputSpace::columns(kColumns));
  Random random(1, Purpose::Test);
  std::map<std::int32_t, int> count;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    const Formula leaf = fresh.leaf(random);
    ASSERT_EQ(leaf.size(), 1u);
    const bool literal = leaf.root().op == Op::Literal;
    EXPECT_LE(std::abs(leaf.root().value), 1.0);  // 0 for a column
    ++count[literal ? -1 : leaf.root().index];
  }
  ASSERT_EQ(count.size(), kColumns + 1);
  for (const auto& [index, n] : count) EXPECT_NEAR(n, kDraws / 5, 300) << index;
}

TEST(ColumnSearch, GrowEndsAPathAsOftenAsInGplearn) {
  const GeneticOptions options = find_recipe("activation-gp").genetic;  // six functions
  const RandomFormula fresh(options, InputSpace::columns(28));
  Random random(2, Purpose::Test);
  int children = 0;
  int functions = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Formula tree = fresh.grow(3, random);
    ASSERT_GT(formula::info(tree.root().op).arity, 0) << "the root is a function";
    for (const std::size_t child : tree.arguments(tree.size() - 1)) {
      ++children;
      functions += formula::info(tree.nodes()[child].op).arity > 0 ? 1 : 0;
    }
  }
  EXPECT_NEAR(static_cast<double>(functions) / children, 7.0 / 34.0, 0.01);
}

TEST(ColumnSearch, PointMutationReplacesEachNodeWithItsProbability) {
  GeneticOptions options = find_recipe("activation-gp").genetic;
  options.point_replace = 0.25;
  const InputSpace inputs = InputSpace::columns(1000);  // a leaf is hardly drawn twice
  const Variation variation(options, inputs);
  const Formula parent = formula::parse_or_throw(
      "x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9", formula::Shape::Scalar, "test");
  Random random(3, Purpose::Test);
  int changed = 0;
  constexpr int kDraws = 2000;
  for (int i = 0; i < kDraws; ++i) {
    const Formula child = variation.point(parent, random);
    ASSERT_EQ(child.size(), parent.size());
    for (std::size_t k = 0; k < child.size(); ++k) {
      const bool leaf = formula::info(child.nodes()[k].op).arity == 0;
      changed += leaf && child.nodes()[k] != parent.nodes()[k] ? 1 : 0;
    }
  }
  EXPECT_NEAR(changed / (10.0 * kDraws), 0.25, 0.02);
}

TEST(ColumnSearch, FunctionsAreCutAsOftenAsTheirWeightSays) {
  GeneticOptions options = find_recipe("activation-gp").genetic;
  const Variation variation(options, InputSpace::columns(2));
  const Formula parent = formula::parse_or_throw("sin(x0)", formula::Shape::Scalar, "test");
  const Formula donor = formula::parse_or_throw("x1", formula::Shape::Scalar, "test");
  Random random(4, Purpose::Test);
  int whole = 0;
  constexpr int kDraws = 10'000;
  for (int i = 0; i < kDraws; ++i) {
    whole += variation.crossover(parent, donor, random) == donor ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(whole) / kDraws, 0.9, 0.02);  // 9 to 1
}

TEST(ColumnSearch, ACheckpointThatReadsOtherColumnsIsRefused) {
  GeneticSearch search(find_recipe("activation-gp").genetic, InputSpace::columns(2), 1);
  const Json state = {
      {"strategy", "genetic"}, {"generation", 1}, {"population", {{"x2 + x0", {1.0, 1.0, 1.0}}}}};
  EXPECT_THROW(search.load(state, "test"), ParseError);
}

}  // namespace
}  // namespace neuronsmith::search
