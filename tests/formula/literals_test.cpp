#include "neuronsmith/formula/literals.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::formula {
namespace {

Formula parsed(const std::string& text) { return parse_or_throw(text, Shape::Scalar, "test"); }

TEST(Literals, BecomeParametersInOrderAndLiteralsAgain) {
  const Formula formula = parsed("relu(2*x1) + 0.1*x0^3 - sin(-4*x0)");
  const Parametrised free = literals_to_parameters(formula);
  EXPECT_EQ(to_infix(free.formula), "relu(p0*x1) + p1*x0^3 - sin(p2*x0)");
  EXPECT_EQ(free.values, (std::vector<double>{2.0, 0.1, -4.0}));
  EXPECT_EQ(parameters_to_literals(free.formula, free.values), formula);
}

TEST(Literals, AFormulaWithoutAnyStaysAsItIs) {
  const Formula formula = parsed("x^2*tanh(x)");
  const Parametrised free = literals_to_parameters(formula);
  EXPECT_EQ(free.formula, formula);
  EXPECT_TRUE(free.values.empty());
}

}  // namespace
}  // namespace neuronsmith::formula
