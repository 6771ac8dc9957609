#include "neuronsmith/formula/cost.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::formula {
namespace {

double operations(std::string_view text, Shape shape = Shape::Scalar) {
  return operations_of(parse_or_throw(text, shape, "test"));
}

TEST(Cost, AddsUpTheOperatorsOfTheTable) {
  EXPECT_EQ(operations("x"), 0.0);
  EXPECT_EQ(operations("x + 1"), 1.0);
  EXPECT_EQ(operations("sin(2*x)"), info(Op::Sin).cost + 1.0);
  EXPECT_EQ(operations("x*sigmoid(x)"), info(Op::Sigmoid).cost + 1.0);
  EXPECT_EQ(operations("relu(2 - abs(x))"), 3.0);
  EXPECT_EQ(operations("where(x < 1, 2*x, 3 + 4)"),
            1.0 + info(Op::Less).cost + info(Op::Where).cost);
}

TEST(Cost, CountsTheMultiplicationsOfPowers) {
  EXPECT_EQ(operations("x^2"), 1.0);
  EXPECT_EQ(operations("x^3"), 2.0);
  EXPECT_EQ(operations("x^5"), 3.0);
  EXPECT_EQ(operations("x^8"), 3.0);
  EXPECT_EQ(operations("x^-2"), 1.0 + info(Op::Div).cost);
}

TEST(Cost, FoldsWhatIsOfLiteralsAlone) {
  EXPECT_EQ(operations("(1 + 2*3)*x"), 1.0);
  EXPECT_EQ(operations("sqrt(2)"), 0.0);
}

TEST(Cost, RefusesReductions) { EXPECT_THROW(operations("sum(x)", Shape::Vector), InternalError); }

}  // namespace
}  // namespace neuronsmith::formula
