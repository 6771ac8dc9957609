#include "neuronsmith/search/genetic/random_formula.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "neuronsmith/formula/polynomial.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;
using formula::Op;
using formula::Shape;

constexpr int kDraws = 2000;

bool every_path_is_as_deep(const Formula& f, std::size_t position, int depth) {
  const auto arguments = f.arguments(position);
  if (arguments.empty()) return depth == 0;
  for (const std::size_t argument : arguments) {
    if (!every_path_is_as_deep(f, argument, depth - 1)) return false;
  }
  return true;
}

TEST(RandomFormula, FullTreesAreFull) {
  const GeneticOptions options;
  const RandomFormula fresh(options, Shape::Vector);
  Random random(1, Purpose::Test);
  for (int i = 0; i < kDraws; ++i) {
    const int depth = i % 5;
    const Formula f = fresh.full(depth, random);
    EXPECT_TRUE(every_path_is_as_deep(f, f.size() - 1, depth));
  }
}

TEST(RandomFormula, GrownTreesAreOfAllDepthsUpToTheGiven) {
  const GeneticOptions options;
  const RandomFormula fresh(options, Shape::Vector);
  Random random(2, Purpose::Test);
  std::set<int> depths;
  for (int i = 0; i < kDraws; ++i) depths.insert(fresh.grow(4, random).depth());
  EXPECT_EQ(depths, (std::set<int>{0, 1, 2, 3, 4}));
}

TEST(RandomFormula, FirstTreesKeepEveryLimit) {
  GeneticOptions options;
  options.init_depth_low = 3;
  options.init_depth_high = 12;
  options.max_nodes = 40;
  const RandomFormula fresh(options, Shape::Vector);
  Random random(3, Purpose::Test);
  std::set<int> depths;
  for (int i = 0; i < kDraws; ++i) {
    const Formula f = fresh.half_and_half(random);
    EXPECT_LE(f.size(), 40u);
    depths.insert(f.depth());
  }
  EXPECT_GE(depths.size(), 8u);
  EXPECT_LE(*depths.rbegin(), 12);
}

TEST(RandomFormula, ALimitOfOneNodeLeavesALeaf) {
  GeneticOptions options;
  options.max_nodes = 1;
  options.max_depth = 64;
  options.init_depth_high = 64;
  const RandomFormula fresh(options, Shape::Vector);
  Random random(3, Purpose::Test);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(fresh.half_and_half(random).size(), 1u);
}

TEST(RandomFormula, LeavesAreXAsOftenAsAskedFor) {
  GeneticOptions options;
  options.leaf_input = 0.25;
  const RandomFormula fresh(options, Shape::Vector);
  Random random(4, Purpose::Test);
  int inputs = 0;
  for (int i = 0; i < 10'000; ++i) inputs += fresh.leaf(random).uses(Op::Input) ? 1 : 0;
  EXPECT_NEAR(inputs, 2500, 200);
}

TEST(RandomFormula, IntegerConstantsReachBothEnds) {
  GeneticOptions options;
  options.constant_low = -2.5;
  options.constant_high = 3.0;
  const RandomFormula fresh(options, Shape::Vector);
  Random random(5, Purpose::Test);
  std::set<double> seen;
  for (int i = 0; i < kDraws; ++i) seen.insert(fresh.constant(random));
  EXPECT_EQ(seen, (std::set<double>{-2.0, -1.0, 0.0, 1.0, 2.0, 3.0}));
}

TEST(RandomFormula, UniformConstantsLieInTheRange) {
  GeneticOptions options;
  options.constants = ConstantKind::Uniform;
  options.constant_low = -1.0;
  options.constant_high = 1.0;
  const RandomFormula fresh(options, Shape::Vector);
  Random random(6, Purpose::Test);
  std::set<double> seen;
  for (int i = 0; i < kDraws; ++i) seen.insert(fresh.constant(random));
  EXPECT_GT(seen.size(), 1900u);
  EXPECT_GE(*seen.begin(), -1.0);
  EXPECT_LT(*seen.rbegin(), 1.0);
}

TEST(RandomFormula, ProductsArePowersOneToSeven) {
  const GeneticOptions options;
  const RandomFormula fresh(options, Shape::Vector);
  Random random(7, Purpose::Test);
  std::set<int> degrees;
  for (int i = 0; i < kDraws; ++i) {
    const auto polynomial = formula::collapse_to_polynomial(fresh.product(random));
    ASSERT_TRUE(polynomial);
    EXPECT_EQ(polynomial->coefficients[static_cast<std::size_t>(polynomial->degree)], 1.0);
    degrees.insert(polynomial->degree);
  }
  EXPECT_EQ(degrees, (std::set<int>{1, 2, 3, 4, 5, 6, 7}));
}

TEST(RandomFormula, OnlyTheFunctionsOfTheOptionsAreUsed) {
  GeneticOptions options;
  options.functions = {Op::Sin, Op::Add};
  const RandomFormula fresh(options, Shape::Vector);
  Random random(8, Purpose::Test);
  for (int i = 0; i < kDraws; ++i) {
    for (const Formula& f : {fresh.half_and_half(random), fresh.product(random)}) {
      for (const formula::Node& node : f.nodes()) {
        EXPECT_TRUE(node.op == Op::Sin || node.op == Op::Add || node.op == Op::Input ||
                    node.op == Op::Literal);
      }
    }
  }
}

}  // namespace
}  // namespace neuronsmith::search
