#include "neuronsmith/formula/derivative.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "tests/formula/oracle.hpp"
#include "tests/formula/random_formulas.hpp"

namespace neuronsmith::formula {
namespace {

std::string derivative_of(const std::string& text) {
  return to_infix(*derivative(parse_or_throw(text, Shape::Scalar, "test")));
}

TEST(Derivative, OfSmallFormulasReadsWell) {
  EXPECT_EQ(derivative_of("x"), "1");
  EXPECT_EQ(derivative_of("3"), "0");
  EXPECT_EQ(derivative_of("x^2 + 2*x"), "2*x + 2");
  EXPECT_EQ(derivative_of("p0*sin(x)"), "p0*cos(x)");
  EXPECT_EQ(derivative_of("relu(x)"), "max(0, sign(x))");
  EXPECT_EQ(derivative_of("exp(sin(2))*x"), "exp(sin(2))");
  EXPECT_EQ(derivative_of("x < 2"), "0");
  EXPECT_EQ(derivative_of("where(x > 0, x^2, 3)"), "where(0 < x, 2*x, 0)");
  EXPECT_EQ(derivative_of("where(x > 0, 1, 2)"), "0");
  EXPECT_EQ(derivative_of("x^0"), "0");
  EXPECT_EQ(derivative_of("0.5*sin(3*x)"), "1.5*cos(3*x)");
}

/// The reverse sweep of the kernels.
float swept(const Formula& formula, float x) {
  float value = 0.0F;
  float slope = 0.0F;
  Evaluator(formula).evaluate_with_slope({{&x, 1, 1, 1}, {}, {}}, {&value, 1}, {&slope, 1});
  return slope;
}

TEST(Derivative, MatchesTheReverseSweepForEveryOperator) {
  Random random(3, Purpose::Test);
  const Formula x = Formula::input(Shape::Scalar);
  const Formula half = Formula::apply(Op::Add, Formula::apply(Op::Sin, x), Formula::literal(1.5));
  for (const OperatorInfo& row : operators()) {
    if (row.kind != OpKind::Elementwise) continue;
    const std::vector<Formula> arguments = {half, Formula::apply(Op::Exp, x), x};
    const auto own = std::span(arguments).first(static_cast<std::size_t>(row.arity));
    const Formula f = row.op == Op::PowInt ? Formula::power(half, -3) : Formula::apply(row.op, own);
    const Formula slope = *derivative(f);
    for (int i = 0; i < 50; ++i) {
      const auto at = static_cast<float>(random.uniform(-2.0, 2.0));
      const double expected = testing::Oracle(slope, {.x = {at}}).value().value;
      EXPECT_NEAR(swept(f, at), expected, 1e-4 * (1.0 + std::abs(expected)))
          << row.name << " " << at;
    }
  }
}

TEST(Derivative, MatchesTheReverseSweepOfRandomFormulas) {
  Random random(4, Purpose::Test);
  int compared = 0;
  for (int i = 0; i < 3000; ++i) {
    const Formula f = testing::random_formula({}, 4, random);
    const auto slope = derivative(f);
    ASSERT_TRUE(slope.has_value());
    const auto at = static_cast<float>(random.uniform(-2.0, 2.0));
    const testing::Estimate value = testing::Oracle(f, {.x = {at}}).value();
    const testing::Estimate expected = testing::Oracle(*slope, {.x = {at}}).value();
    if (!(value.error < 1e-3) || !(expected.error < 1e-3) || !f.uses(Op::Input)) continue;
    ++compared;
    const double tolerance = 30.0 * expected.error + 1e-4 * (1.0 + std::abs(expected.value));
    EXPECT_NEAR(swept(f, at), expected.value, tolerance) << to_infix(f) << " at " << at;
  }
  EXPECT_GT(compared, 1000);
}

TEST(Derivative, AtKinksIsWhatTheKernelsSay) {
  for (const char* text :
       {"abs(x)", "relu(x)", "max(x, 0.01*x)", "min(2*x, x)", "pinv(x)", "plog(x)"}) {
    const Formula f = parse_or_throw(text, Shape::Scalar, "test");
    const double slope = testing::Oracle(*derivative(f), {.x = {0.0}}).value().value;
    EXPECT_EQ(static_cast<float>(slope), swept(f, 0.0F)) << text;
  }
}

TEST(Derivative, OfWhatIsTooLongIsNone) {
  std::string text = "sin(x)";
  for (int i = 0; i < 700; ++i) text += "*sin(x)";
  EXPECT_FALSE(derivative(parse_or_throw(text, Shape::Scalar, "test")).has_value());
  EXPECT_THROW(static_cast<void>(derivative(Formula::input(Shape::Vector))), InternalError);
}

}  // namespace
}  // namespace neuronsmith::formula
