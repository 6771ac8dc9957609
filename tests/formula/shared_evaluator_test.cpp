#include "neuronsmith/formula/shared_evaluator.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::formula {
namespace {

Formula parsed(const std::string& text) { return parse_or_throw(text, Shape::Scalar, "test"); }

FeatureMatrix random_columns(std::size_t n_rows, std::size_t n_columns, Random& random) {
  FeatureMatrix columns(n_rows, n_columns);
  for (std::size_t j = 0; j < n_columns; ++j) {
    for (float& value : columns.column(j)) value = static_cast<float>(3.0 * random.normal());
  }
  return columns;
}

/// Any elementwise formula of three columns.
Formula random_formula(int depth, Random& random) {
  if (depth == 0 || random.chance(0.2)) {
    return random.chance(0.3) ? Formula::literal(random.normal())
                              : Formula::column(static_cast<int>(random.below(3)));
  }
  const OperatorInfo& row = operators()[random.below(kOpCount)];
  if (row.kind != OpKind::Elementwise) return random_formula(depth, random);
  std::vector<Formula> arguments;
  for (int i = 0; i < row.arity; ++i) arguments.push_back(random_formula(depth - 1, random));
  if (row.op == Op::PowInt) {
    return Formula::power(arguments[0], static_cast<int>(random.below(5)) - 2);
  }
  return Formula::apply(row.op, arguments);
}

std::vector<std::vector<float>> values_of(std::span<const Formula> formulas,
                                          const FeatureView& features) {
  std::vector<std::vector<float>> values(formulas.size());
  SharedEvaluator(formulas).evaluate(
      features, [&](std::size_t i, std::size_t first, std::span<const float> block) {
        ASSERT_EQ(values[i].size(), first);
        values[i].insert(values[i].end(), block.begin(), block.end());
      });
  return values;
}

bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (a != a && b != b);
}

RC_GTEST_PROP(SharedEvaluator, GivesTheValuesOfTheEvaluatorToTheBit, (std::uint32_t stream)) {
  Random random(1, Purpose::Test, stream);
  const std::size_t n_rows = 1 + random.below(1500);
  const FeatureMatrix columns = random_columns(n_rows, 3, random);
  std::vector<Formula> formulas;
  for (int i = 0; i < 12; ++i) formulas.push_back(random_formula(4, random));
  formulas.push_back(formulas[0]);  // twice
  formulas.push_back(Formula::apply(Op::Add, formulas[1], formulas[2]));
  formulas.push_back(Formula::column(1));
  const auto values = values_of(formulas, columns.view());
  std::vector<float> expected(n_rows);
  for (std::size_t k = 0; k < formulas.size(); ++k) {
    Evaluator(formulas[k]).evaluate({columns.view(), {}, {}}, expected);
    RC_ASSERT(values[k].size() == n_rows);
    for (std::size_t i = 0; i < n_rows; ++i) RC_ASSERT(same(values[k][i], expected[i]));
  }
}

TEST(SharedEvaluator, ComputesASharedSubtreeOnce) {
  const std::vector<Formula> formulas = {parsed("sin(x0*x1)"),
                                         parsed("cos(x1*x0) + sin(x0*x1)"),
                                         parsed("(x0*x1)^2"),
                                         parsed("2*3 + 1"),
                                         parsed("x1")};
  EXPECT_EQ(SharedEvaluator(formulas).n_operations(), 5u);  // *, sin, cos, +, ^2
}

TEST(SharedEvaluator, ScalarXIsTheFirstColumn) {
  FeatureMatrix columns(3, 1);
  columns.column(0)[1] = 2.0F;
  const auto values = values_of(std::vector{parsed("x^2 + 1")}, columns.view());
  EXPECT_EQ(values[0], (std::vector<float>{1.0F, 5.0F, 1.0F}));
}

TEST(SharedEvaluator, RefusesWhatItCannotEvaluate) {
  const auto made = [](const Formula& f) { return SharedEvaluator(std::vector{f}); };
  EXPECT_THROW(made(parsed("p0*x0")), InternalError);
  EXPECT_THROW(made(parse_or_throw("x", Shape::Vector, "test")), InternalError);
  const FeatureMatrix columns(3, 1);
  EXPECT_THROW(made(parsed("x1")).evaluate(columns.view(), [](auto, auto, auto) {}), InternalError);
}

TEST(SharedHash, LooksThroughTheOrderOfArguments) {
  EXPECT_EQ(shared_hash(parsed("sin(x0)*x1 + x2")), shared_hash(parsed("x2 + x1*sin(x0)")));
  const std::vector<std::string> different = {"x0 - x1",
                                              "x1 - x0",
                                              "x0 + x1",
                                              "x0*x1",
                                              "x0",
                                              "x1",
                                              "sin(x0)",
                                              "cos(x0)",
                                              "0.5",
                                              "0.25",
                                              "x0^2",
                                              "x0^3",
                                              "x0*x0",
                                              "x0 < x1",
                                              "x0 <= x1",
                                              "x0 > x1",
                                              "where(x0, x1, x2)",
                                              "where(x0, x2, x1)",
                                              "where(x1, x0, x2)"};
  for (std::size_t i = 0; i < different.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(shared_hash(parsed(different[i])), shared_hash(parsed(different[j])))
          << different[i] << " and " << different[j];
    }
  }
}

}  // namespace
}  // namespace neuronsmith::formula
