#include "neuronsmith/report/mathml.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "xml.hpp"

namespace neuronsmith::report {
namespace {

using formula::Formula;
using formula::Op;
using formula::Shape;

std::string typeset(const std::string& text, Shape shape = Shape::Scalar) {
  return to_mathml(formula::parse_or_throw(text, shape, "test"));
}

/// The characters that a reader sees, powers as ^(), fractions as (a)/(b).
std::string seen(const std::string& text, Shape shape = Shape::Scalar) {
  const std::string markup = typeset(text, shape);
  std::string result;
  for (std::size_t i = 0; i < markup.size();) {
    if (markup[i] != '<') {
      const bool is_hidden = markup.compare(i, 5, "&#x20") == 0;
      if (!is_hidden) result += markup[i];
      i = is_hidden ? markup.find(';', i) + 1 : i + 1;
      continue;
    }
    const std::size_t end = markup.find('>', i);
    const std::string tag = markup.substr(i + 1, end - i - 1);
    if (tag == "msup") result += "{";
    if (tag == "/msup") result += "}";
    if (tag == "mfrac") result += "[";
    if (tag == "/mfrac") result += "]";
    if (tag == "msqrt") result += "√(";
    if (tag == "/msqrt") result += ")";
    i = end + 1;
  }
  return result;
}

TEST(MathML, IsWellFormedForEveryOperator) {
  const Formula x = Formula::input(Shape::Vector);
  const Formula inner = Formula::apply(Op::Sub, x, Formula::literal(-2.5));
  for (const formula::OperatorInfo& row : formula::operators()) {
    if (row.arity == 0) continue;
    const std::vector<Formula> arguments = {inner, x, x};
    const auto own = std::span(arguments).first(static_cast<std::size_t>(row.arity));
    const Formula whole =
        row.op == Op::PowInt ? Formula::power(inner, -3) : Formula::apply(row.op, own);
    const std::string markup = to_mathml(whole);
    EXPECT_EQ(testing::XmlCheck::problem(markup), "") << row.name;
    EXPECT_NE(markup.find("<mn>2.5</mn>"), std::string::npos) << row.name;
  }
}

TEST(MathML, ComparisonsAndCases) {
  EXPECT_EQ(seen("x < 2"), "x&lt;2");
  EXPECT_EQ(seen("(x <= 2)*x"), "(x≤2)x");
  EXPECT_EQ(seen("1 + (x <= 2)"), "1+(x≤2)");
  EXPECT_EQ(seen("sin((x <= 2) + 1)"), "sin((x≤2)+1)");
  EXPECT_EQ(seen("-(x <= 2)"), "−(x≤2)");
  EXPECT_EQ(seen("where(x < 0, -x, x^2)"), "{−xx&lt;0{x2}otherwise");
  EXPECT_EQ(seen("2*where(sin(x), x, 1)"), "2({xsin(x)≠01otherwise)");
  EXPECT_EQ(seen("where(where(x, 1, x), x, 1)"), "{x({1x≠0xotherwise)≠01otherwise");
}

TEST(MathML, RoundsNumbersToFourDigits) {
  EXPECT_EQ(seen("0.123456*x"), "0.1235x");
  EXPECT_EQ(seen("1.5e-7"), "1.5⋅{10−7}");
  EXPECT_EQ(seen("1e20*x"), "1⋅{1020}x");
}

TEST(MathML, PullsSignsOut) {
  EXPECT_EQ(seen("x + -0.5*x^2"), "x−0.5{x2}");
  EXPECT_EQ(seen("x - -3"), "x+3");
  EXPECT_EQ(seen("-x^2 - 1"), "−{x2}−1");
  EXPECT_EQ(seen("-(x + 1)"), "−(x+1)");
  EXPECT_EQ(seen("x - (x - 1)"), "x−(x−1)");
  EXPECT_EQ(seen("sin(-2*x)"), "sin(−2x)");
  EXPECT_EQ(seen("-1/x"), "−[1x]");
}

TEST(MathML, SetsParenthesesWhereTheMeaningNeedsThem) {
  EXPECT_EQ(seen("(x + 1)*x"), "(x+1)x");
  EXPECT_EQ(seen("(x + 1)^2"), "{(x+1)2}");
  EXPECT_EQ(seen("(x^2)^3"), "{({x2})3}");
  EXPECT_EQ(seen("(-x)^2"), "{(−x)2}");
  EXPECT_EQ(seen("(x + 1)/(x - 1)"), "[x+1x−1]");
  EXPECT_EQ(seen("x*2"), "x⋅2");
  EXPECT_EQ(seen("3*(1/x)"), "3⋅[1x]");
}

TEST(MathML, HasSignsOfItsOwnForFunctions) {
  EXPECT_EQ(seen("abs(x - 1)"), "|x−1|");
  EXPECT_EQ(seen("sqrt(x)"), "√(x)");
  EXPECT_EQ(seen("psqrt(x)"), "√(|x|)");
  EXPECT_EQ(seen("log(x)"), "ln(x)");
  EXPECT_EQ(seen("max(x, -1)"), "max(x,−1)");
  EXPECT_EQ(seen("dot(w0, x)*sum(x^3)", Shape::Vector), "⟨w0,x⟩∑j{x3}");
  EXPECT_EQ(seen("sum(x + 1)", Shape::Vector), "∑j(x+1)");
}

TEST(MathML, BreaksASumBeforeItsSigns) {
  const std::string markup = typeset("x^3 - x^2 + 1");
  EXPECT_EQ(testing::elements(markup, "math").size(), 3u);
  EXPECT_EQ(testing::count(markup, "<wbr/>"), 2u);
}

TEST(MathML, ShowsVectorsInBoldAndTheLeftSide) {
  EXPECT_NE(typeset("x", Shape::Vector).find("<mi class=\"v\">x</mi>"), std::string::npos);
  EXPECT_EQ(typeset("x").find("class"), std::string::npos);
  EXPECT_NE(
      to_mathml(Formula::input(Shape::Scalar), "z").find("<mi>z</mi><mo form=\"infix\">=</mo>"),
      std::string::npos);
}

TEST(MathML, SurvivesNumbersThatAreNone) {
  for (const double value : {std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(testing::XmlCheck::problem(to_mathml(Formula::literal(value))), "");
  }
}

TEST(MathML, RefusesWhatNobodyReads) {
  Formula sum = Formula::input(Shape::Scalar);
  while (sum.size() <= kMaxTypesetNodes) sum = Formula::apply(Op::Add, sum, sum);
  EXPECT_THROW(static_cast<void>(to_mathml(sum)), InternalError);
}

TEST(XmlCheck, RejectsWhatIsNotWellFormed) {
  for (const char* bad : {"<a>",
                          "</a>",
                          "<a><b></a></b>",
                          "<a x=1/>",
                          "<a x=\"1\" x=\"2\"/>",
                          "a & b",
                          "<a x=\"<\"/>",
                          "&nbsp;",
                          "<a x=\"1/>"}) {
    EXPECT_NE(testing::XmlCheck::problem(bad), "") << bad;
  }
  EXPECT_EQ(testing::XmlCheck::problem("<a x=\"1\">t &amp; &#39;<b/></a>"), "");
}

}  // namespace
}  // namespace neuronsmith::report
