#include "neuronsmith/formula/polynomial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "neuronsmith/formula/parse.hpp"
#include "tests/formula/random_formulas.hpp"

namespace neuronsmith::formula {
namespace {

std::optional<Polynomial> collapsed(std::string_view text) {
  return collapse_to_polynomial(parse_or_throw(text, Shape::Vector, "test"));
}

double horner(const Polynomial& p, double x) {
  double value = 0.0;
  for (int k = p.degree; k >= 0; --k) value = value * x + p.coefficients[static_cast<std::size_t>(k)];
  return value;
}

TEST(Polynomial, CollapsesToTheRightCoefficients) {
  const auto p = collapsed("(x + 2)*(x - 3) - x/4 + (2*x)^3");
  ASSERT_TRUE(p);
  EXPECT_EQ(p->degree, 3);
  EXPECT_EQ(p->coefficients[0], -6.0);
  EXPECT_EQ(p->coefficients[1], -1.25);
  EXPECT_EQ(p->coefficients[2], 1.0);
  EXPECT_EQ(p->coefficients[3], 8.0);
}

TEST(Polynomial, CancellationLowersTheDegree) {
  EXPECT_EQ(collapsed("x*x - x*x + x")->degree, 1);
  EXPECT_EQ(collapsed("x - x")->degree, 0);
}

TEST(Polynomial, RefusesWhatIsNone) {
  EXPECT_FALSE(collapsed("sin(x)"));
  EXPECT_FALSE(collapsed("1/x"));
  EXPECT_FALSE(collapsed("x/0"));
  EXPECT_FALSE(collapsed("x^-1"));
  EXPECT_FALSE(collapsed("x^16"));
  EXPECT_FALSE(collapsed("w0*x"));
  EXPECT_FALSE(collapsed("dot(x, x)"));
  EXPECT_FALSE(collapsed("1e300*1e300*x"));
}

TEST(Polynomial, HasTheValueOfTheFormula) {
  const std::array functions = {Op::Add, Op::Sub, Op::Mul, Op::Neg};
  int compared = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    Random random(3, Purpose::Test, i);
    const double x = random.uniform(-1.2, 1.2);
    double value = 0.0;
    const std::function<Formula(int, double&)> grow = [&](int depth, double& at) {
      if (depth == 0 || random.chance(0.2)) {
        if (random.chance(0.6)) {
          at = x;
          return Formula::input(Shape::Vector);
        }
        at = random.uniform(-2.0, 2.0);
        return Formula::literal(at);
      }
      const Op op = functions[random.below(functions.size())];
      double left = 0.0;
      const Formula a = grow(depth - 1, left);
      if (op == Op::Neg) {
        at = -left;
        return Formula::apply(op, a);
      }
      double right = 0.0;
      const Formula b = grow(depth - 1, right);
      at = info(op).value({left, right});
      return Formula::apply(op, a, b);
    };
    const Formula formula = grow(5, value);
    const auto p = collapse_to_polynomial(formula);
    if (!p) continue;
    ++compared;
    EXPECT_NEAR(horner(*p, x), value, 1e-6 * (1.0 + std::abs(value))) << "case " << i;
  }
  EXPECT_GT(compared, 1500);
}

}  // namespace
}  // namespace neuronsmith::formula
