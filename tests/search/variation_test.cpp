#include "neuronsmith/search/genetic/variation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "tests/search/samples.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;
using formula::Node;
using formula::Op;
using formula::Shape;
using testing::vector_formula;

const GeneticOptions kOptions;
const Variation kVariation(kOptions, Shape::Vector);
const RandomFormula kFresh(kOptions, Shape::Vector);

bool has_subtree(const Formula& f, const Formula& part) {
  for (std::size_t i = 0; i < f.size(); ++i) {
    if (f.subtree(i) == part) return true;
  }
  return false;
}

/// Whether one subtree of `parent` and one of `child` can be exchanged to turn one into the other;
/// calls `check` with each such pair.
template <typename Check>
bool differ_in_one_subtree(const Formula& parent, const Formula& child, const Check& check) {
  for (std::size_t i = 0; i < parent.size(); ++i) {
    for (std::size_t j = 0; j < child.size(); ++j) {
      const Formula part = child.subtree(j);
      if (parent.with_subtree(i, part) == child && check(parent.subtree(i), part)) return true;
    }
  }
  return false;
}

RC_GTEST_PROP(Variation, CrossoverBringsASubtreeOfTheDonor, (std::uint32_t stream)) {
  Random random(1, Purpose::Test, stream);
  const Formula parent = kFresh.grow(4, random);
  const Formula donor = kFresh.grow(4, random);
  const Formula child = kVariation.crossover(parent, donor, random);
  RC_ASSERT(differ_in_one_subtree(parent, child, [&](const Formula&, const Formula& part) {
    return has_subtree(donor, part);
  }));
}

RC_GTEST_PROP(Variation, SubtreeMutationReplacesOneSubtree, (std::uint32_t stream)) {
  Random random(2, Purpose::Test, stream);
  const Formula parent = kFresh.grow(4, random);
  const Formula child = kVariation.subtree(parent, random);
  RC_ASSERT(differ_in_one_subtree(
      parent, child, [](const Formula&, const Formula& part) { return part.depth() <= 3; }));
}

RC_GTEST_PROP(Variation, PointMutationKeepsTheTree, (std::uint32_t stream)) {
  Random random(3, Purpose::Test, stream);
  const Formula parent = kFresh.grow(5, random);
  const Formula child = kVariation.point(parent, random);
  RC_ASSERT(child.size() == parent.size());
  int changed = 0;
  for (std::size_t i = 0; i < parent.size(); ++i) {
    RC_ASSERT(formula::info(child.nodes()[i].op).arity ==
              formula::info(parent.nodes()[i].op).arity);
    changed += child.nodes()[i] == parent.nodes()[i] ? 0 : 1;
  }
  RC_ASSERT(changed <= 1);
}

RC_GTEST_PROP(Variation, HoistMutationShrinks, (std::uint32_t stream)) {
  Random random(4, Purpose::Test, stream);
  const Formula parent = kFresh.grow(5, random);
  const Formula child = kVariation.hoist(parent, random);
  RC_ASSERT(child.size() <= parent.size());
  RC_ASSERT(differ_in_one_subtree(parent, child, [](const Formula& old, const Formula& part) {
    return has_subtree(old, part);
  }));
}

RC_GTEST_PROP(Variation, ConstantMutationChangesOneLiteralAlone, (std::uint32_t stream)) {
  Random random(5, Purpose::Test, stream);
  const Formula parent = kFresh.grow(5, random);
  const Formula child = kVariation.constant(parent, random);
  RC_ASSERT(child.size() == parent.size());
  int changed = 0;
  for (std::size_t i = 0; i < parent.size(); ++i) {
    const Node& a = parent.nodes()[i];
    const Node& b = child.nodes()[i];
    RC_ASSERT(a.op == b.op);
    if (a == b) continue;
    RC_ASSERT(a.op == Op::Literal);
    RC_ASSERT(std::isfinite(b.value));
    ++changed;
  }
  RC_ASSERT(changed <= 1);
}

TEST(Variation, ConstantsAreShakenOrDrawnAnew) {
  Random random(6, Purpose::Test);
  const Formula parent = vector_formula("x + 5");
  int anew = 0;
  double spread = 0.0;
  int shaken = 0;
  for (int i = 0; i < 4000; ++i) {
    const double value = kVariation.constant(parent, random).nodes()[1].value;
    if (value == std::round(value)) {
      ++anew;
    } else {
      ++shaken;
      spread += std::pow(value / 5.0 - 1.0, 2);
    }
  }
  EXPECT_NEAR(anew, 2000, 200);
  EXPECT_NEAR(std::sqrt(spread / shaken), kOptions.constant_sigma, 0.01);
  const Formula without = vector_formula("x*x");
  EXPECT_EQ(kVariation.constant(without, random), without);
}

TEST(Variation, TermMutationAddsDropsAndReplaces) {
  Random random(7, Purpose::Test);
  const testing::Sample sample = testing::random_sample(20, 1);
  const FitObjective objective(sample.data(), {});
  const std::uint64_t both = objective.key(vector_formula("x^5 + x"));
  int added = 0;
  int dropped = 0;
  int replaced = 0;
  for (int i = 0; i < 1000; ++i) {
    const Formula child = kVariation.term(vector_formula("x^5 + x"), random);
    const std::uint64_t key = objective.key(child);
    if (key == both) continue;
    if ((key & both) == both) ++added;
    if (key == 0x20 || key == 0x2) ++dropped;
    if (std::popcount(key) == 2) ++replaced;
  }
  EXPECT_GT(added, 200);
  EXPECT_GT(dropped, 200);
  EXPECT_GT(replaced, 100);
}

RC_GTEST_PROP(Variation, NoOperatorIsUsedThatWasNotAllowed, (std::uint32_t stream)) {
  Random random(8, Purpose::Test, stream);
  GeneticOptions options;
  const std::vector<std::vector<Op>> sets = {
      {Op::Sin}, {Op::Add, Op::Tanh}, {Op::Mul, Op::Cos}, {Op::Sub, Op::Div}, {Op::Max}};
  options.functions = sets[random.below(sets.size())];
  const Variation variation(options, Shape::Vector);
  const RandomFormula fresh(options, Shape::Vector);
  Formula f = fresh.grow(3, random);
  for (int i = 0; i < 20; ++i) {
    const Formula children[] = {variation.crossover(f, fresh.grow(2, random), random),
                                variation.subtree(f, random),
                                variation.point(f, random),
                                variation.hoist(f, random),
                                variation.constant(f, random),
                                variation.term(f, random)};
    for (const Formula& child : children) {
      for (const Node& node : child.nodes()) {
        RC_ASSERT(formula::info(node.op).arity == 0 ||
                  std::ranges::count(options.functions, node.op) == 1);
      }
    }
    f = children[random.below(std::size(children))];
    if (f.size() > 200) break;
  }
}

RC_GTEST_PROP(Variation, ChildrenSurviveACheckpoint, (std::uint32_t stream)) {
  Random random(9, Purpose::Test, stream);
  GeneticOptions options;
  options.functions = {Op::Add, Op::Sub, Op::Mul, Op::Neg, Op::Div, Op::Sin, Op::Pow, Op::Sum};
  options.constants = ConstantKind::Uniform;
  const Variation variation(options, Shape::Vector);
  const RandomFormula fresh(options, Shape::Vector);
  const Formula f = variation.constant(
      variation.term(variation.crossover(fresh.grow(6, random), fresh.full(3, random), random),
                     random),
      random);
  RC_ASSERT(formula::parse_or_throw(formula::to_infix(f), Shape::Vector, "test") == f);
}

/// With an operator of three arguments every operator still gives formulas of the functions given.
RC_GTEST_PROP(Variation, WorksWithThreeArguments, (std::uint32_t stream)) {
  Random random(9, Purpose::Test, stream);
  GeneticOptions options;
  options.functions = {Op::Where, Op::Less, Op::Add, Op::Neg};
  const RandomFormula fresh(options, Shape::Scalar);
  const Variation variation(options, Shape::Scalar);
  const Formula a = fresh.full(3, random);
  const Formula b = fresh.grow(3, random);
  for (const Formula& f : {a,
                           b,
                           variation.crossover(a, b, random),
                           variation.subtree(a, random),
                           variation.point(a, random),
                           variation.hoist(a, random),
                           variation.constant(a, random)}) {
    const auto again = formula::parse(to_infix(f), Shape::Scalar);
    RC_ASSERT(std::holds_alternative<Formula>(again));
    RC_ASSERT(std::get<Formula>(again) == f);
    for (const Node& node : f.nodes()) {
      RC_ASSERT(formula::info(node.op).arity == 0 ||
                std::ranges::count(options.functions, node.op) == 1);
    }
  }
}

}  // namespace
}  // namespace neuronsmith::search
