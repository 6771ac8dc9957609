#include "neuronsmith/formula/column_polynomial.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::formula {
namespace {

std::optional<ColumnPolynomial> expand(const std::string& text) {
  return expand_columns(parse_or_throw(text, Shape::Scalar, "test"));
}

TEST(ExpandColumns, MultipliesOutAndGathers) {
  EXPECT_EQ(expand("(x0 + 2*x1)^2 - x0*x0"), (ColumnPolynomial{{{0, 1}, 4.0}, {{1, 1}, 4.0}}));
  EXPECT_EQ(expand("-(x2*x0*x2)/4 + 3"), (ColumnPolynomial{{{}, 3.0}, {{0, 2, 2}, -0.25}}));
  EXPECT_EQ(expand("x1 - x1"), ColumnPolynomial{});
  EXPECT_EQ(expand("(x0 + 1)*0"), ColumnPolynomial{});
}

TEST(ExpandColumns, GoesBeyondWhatTheNormalFormExpands) {
  const auto power = expand("(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9)^4");
  ASSERT_TRUE(power);
  EXPECT_EQ(power->size(), 715u);  // of degree 4 in 10 columns
  EXPECT_EQ(power->at({0, 1, 2, 3}), 24.0);
}

TEST(ExpandColumns, RefusesWhatIsNoPolynomialOrTooLong) {
  for (const char* text :
       {"sin(x0)", "x0/x1", "x0^(-1)", "x0/0", "max(x0, x1)", "1e300*1e300*x0"}) {
    EXPECT_FALSE(expand(text)) << text;
  }
  std::string sum = "x0";
  for (int i = 1; i < 60; ++i) sum += " + x" + std::to_string(i);
  EXPECT_FALSE(expand("(" + sum + ")^6"));
}

}  // namespace
}  // namespace neuronsmith::formula
