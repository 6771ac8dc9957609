#include <gtest/gtest.h>

#include <string>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "tests/formula/random_formulas.hpp"

namespace neuronsmith::formula {
namespace {

Formula parsed(std::string_view text, Shape shape = Shape::Vector) {
  return parse_or_throw(text, shape, "test");
}

ParseDiagnosis diagnosis(std::string_view text, Shape shape = Shape::Vector) {
  const ParseResult result = parse(text, shape);
  const auto* found = std::get_if<ParseDiagnosis>(&result);
  return found != nullptr ? *found : ParseDiagnosis{9999, "it parsed"};
}

TEST(ParsePrint, PrintingThenParsingIsIdentity) {
  for (std::uint32_t i = 0; i < 4000; ++i) {
    Random random(11, Purpose::Test, i);
    const testing::Grammar grammar{.input_shape = i % 2 == 0 ? Shape::Vector : Shape::Scalar,
                                   .reductions = i % 2 == 0,
                                   .parameters = true,
                                   .columns = i % 3 == 0};
    const Formula formula = testing::random_formula(grammar, 6, random);
    const std::string text = to_infix(formula);
    const ParseResult again = parse(text, grammar.input_shape);
    ASSERT_TRUE(std::holds_alternative<Formula>(again))
        << "case " << i << ": " << text << ": " << std::get<ParseDiagnosis>(again).text();
    ASSERT_EQ(std::get<Formula>(again), formula) << "case " << i << ": " << text;
  }
}

TEST(ParsePrint, PrecedenceAndAssociativity) {
  EXPECT_EQ(to_infix(parsed("x - x - x")), "x - x - x");
  EXPECT_EQ(parsed("-x^2"), Formula::apply(Op::Neg, parsed("x^2")));
  EXPECT_EQ(parsed("2*x + 3"), Formula::apply(Op::Add, parsed("2*x"), parsed("3")));
  EXPECT_EQ(parsed("x**3"), parsed("x^3"));
  EXPECT_EQ(to_infix(parsed("x - (x - x)")), "x - (x - x)");
  EXPECT_EQ(to_infix(parsed("(x + 1)*x")), "(x + 1)*x");
  EXPECT_EQ(parsed("-3").root().value, -3.0);
  EXPECT_EQ(to_infix(parsed("1e-5*x")), "1e-05*x");
}

TEST(ParsePrint, ReadsTheExamplesOfTheDocuments) {
  EXPECT_EQ(parsed("0.3*x^2 + dot(w0, x)*dot(w1, x)").count(Op::Weight), 2);
  EXPECT_EQ(parsed("0.3*x^2 + dot(w0, x)*dot(w1, x)").shape(), Shape::Vector);
  EXPECT_EQ(parsed("dot(w0, x)*dot(w1, x)").shape(), Shape::Scalar);
}

TEST(ParsePrint, ReadsGplearnsPrefixForm) {
  EXPECT_EQ(to_infix(parsed("mul(cos(X3), X7)", Shape::Scalar)), "cos(x3)*x7");
  EXPECT_EQ(to_infix(parsed("sub(cos(X25), cos(abs(cos(X25))))", Shape::Scalar)),
            "cos(x25) - cos(abs(cos(x25)))");
  EXPECT_EQ(to_infix(parsed("div(log(X0), sqrt(X1))", Shape::Scalar)), "pdiv(plog(x0), psqrt(x1))");
  EXPECT_EQ(to_infix(parsed("log(x)", Shape::Scalar)), "log(x)");
}

TEST(ParsePrint, MistakesNameTheirPosition) {
  EXPECT_EQ(diagnosis("x + ").position, 4u);
  EXPECT_EQ(diagnosis("x + )").position, 4u);
  EXPECT_EQ(diagnosis("2 x").position, 2u);
  EXPECT_EQ(diagnosis("x * foo(x)").position, 4u);
  EXPECT_EQ(diagnosis("x + y").position, 4u);
  EXPECT_EQ(diagnosis("sin(x, x)").position, 0u);
  EXPECT_EQ(diagnosis("dot(x)").position, 0u);
  EXPECT_EQ(diagnosis("").position, 0u);
  EXPECT_EQ(diagnosis("w0*x", Shape::Scalar).position, 0u);
  EXPECT_EQ(diagnosis("sum(x)", Shape::Scalar).position, 0u);
  EXPECT_EQ(diagnosis("1e999*x").position, 0u);
  EXPECT_THROW(parsed("x +"), ParseError);
}

TEST(ParsePrint, NestingIsLimitedAndNotACrash) {
  const std::string deep = std::string(100'000, '(') + "x";
  EXPECT_NE(diagnosis(deep).message, "it parsed");
  const std::string signs = std::string(100'000, '-') + "x";
  EXPECT_NE(diagnosis(signs).message, "it parsed");
  const std::string towers = "x" + [] {
    std::string t;
    for (int i = 0; i < 50'000; ++i) t += "^x";
    return t;
  }();
  EXPECT_NE(diagnosis(towers).message, "it parsed");
}

std::string nested(int levels,
                   const std::string& open,
                   const std::string& inside,
                   const std::string& close) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += open;
  text += inside;
  for (int i = 0; i < levels; ++i) text += close;
  return text;
}

TEST(ParsePrint, PrintedTextNestsNoDeeperThanTheTextThatWasRead) {
  for (const std::string& text : {nested(190, "(", "x", "^100)"),
                                  nested(198, "-", "pi", ""),
                                  nested(197, "(", "--2", ")"),
                                  nested(97, "neg(", "mul(x, neg(-2))", ")"),
                                  nested(98, "pow(", "x", ", 2)")}) {
    const Formula formula = parsed(text);
    EXPECT_EQ(parsed(to_infix(formula)), formula) << text;
  }
}

TEST(ParsePrint, SignsBeforeABareNumberBelongToIt) {
  EXPECT_EQ(parsed("--2"), Formula::literal(2.0));
  EXPECT_EQ(parsed("-+2"), Formula::literal(-2.0));
  EXPECT_EQ(parsed("-pi").size(), 1u);
  EXPECT_EQ(parsed("-(2)"), Formula::apply(Op::Neg, Formula::literal(2.0)));
  EXPECT_EQ(parsed("-2^2"), Formula::apply(Op::Neg, Formula::power(Formula::literal(2.0), 2)));
}

TEST(ParsePrint, AnExponentBeyondAnIntegerPowerIsPrintedAsItIsWritten) {
  EXPECT_EQ(parsed("x^100").root().op, Op::Pow);
  EXPECT_EQ(to_infix(parsed("x^100")), "x^100");
  EXPECT_EQ(to_infix(parsed("pow(x, -64)")), "pow(x, -64)");
}

TEST(ParsePrint, ALongTextIsRefusedAtOnce) {
  std::string sum = "x0";
  for (int i = 1; i < 200'000; ++i) sum += " + x" + std::to_string(i);
  EXPECT_NE(diagnosis(sum).message.find("too long"), std::string::npos);
}

TEST(ParsePrint, NoNotationDoublesItsTextWithEveryLevel) {
  for (const char* function :
       {"plog(", "pinv(", "pdiv(x, ", "sigmoid(", "relu(", "gelu(", "where(x, 1, ", "(1 < "}) {
    const Formula formula = parsed(nested(60, function, "x", ")"));
    EXPECT_LT(to_sympy(formula).size(), 6000u) << function;
    EXPECT_LT(to_latex(formula).size(), 6000u) << function;
  }
}

TEST(ParsePrint, ComparisonsBindLeastAndDoNotChain) {
  EXPECT_EQ(parsed("x + 1 < 2*x"), Formula::apply(Op::Less, parsed("x + 1"), parsed("2*x")));
  EXPECT_EQ(parsed("x<=-1"), Formula::apply(Op::LessEqual, parsed("x"), parsed("-1")));
  EXPECT_EQ(parsed("x^2 > x + 1"), parsed("x + 1 < x^2"));
  EXPECT_EQ(parsed("x >= (2 > x)"), parsed("(x < 2) <= x"));
  EXPECT_EQ(to_infix(parsed("(x < 1)*(x0 < x) - (2 <= x)")), "(x < 1)*(x0 < x) - (2 <= x)");
  EXPECT_EQ(to_infix(parsed("(x < 1) < 2")), "(x < 1) < 2");
  EXPECT_EQ(to_infix(parsed("sin(x < 1)")), "sin(x < 1)");
  EXPECT_EQ(to_infix(parsed("-(x < 1)")), "-(x < 1)");
  for (const char* text : {"x < 1 < 2", "x < 1 > 2", "x >= 1 <= x"}) {
    EXPECT_NE(diagnosis(text).message.find("do not chain"), std::string::npos) << text;
  }
  EXPECT_EQ(diagnosis("0 < x < 1").position, 6u);
  EXPECT_EQ(diagnosis("x < ").position, 4u);
  EXPECT_EQ(diagnosis("x = 1").position, 2u);
}

TEST(ParsePrint, WhereHasThreeArguments) {
  const Formula f = parsed("where(x < 0, 0.1*x, gelu(x))", Shape::Scalar);
  EXPECT_EQ(f.root().op, Op::Where);
  EXPECT_EQ(to_infix(f), "where(x < 0, 0.1*x, gelu(x))");
  EXPECT_EQ(to_latex(f),
            "\\begin{cases} 0.1 \\, x & x < 0 \\\\ "
            "\\operatorname{GELU}\\left(x\\right) & \\text{otherwise} \\end{cases}");
  EXPECT_EQ(
      to_latex(parsed("2*where(x, x, 1)")),
      "2 \\, \\left(\\begin{cases} x & x \\neq 0 \\\\ 1 & \\text{otherwise} \\end{cases}\\right)");
  EXPECT_EQ(to_sympy(parsed("where(x < 0, x, 1)*2")),
            "Piecewise((x, Ne(Piecewise((1, x < 0), (0, True)), 0)), (1, True))*2");
  EXPECT_NE(diagnosis("where(x, x)").message.find("3 argument"), std::string::npos);
  EXPECT_NE(diagnosis("where(x, x, x, x)").message.find("3 argument"), std::string::npos);
}

TEST(ParsePrint, ZScoreIsOfScalarXItselfAlone) {
  const Formula f = parsed("0.2*exp(-zscore(x)^2)*sin(2*x)", Shape::Scalar);
  EXPECT_EQ(to_infix(f), "0.2*exp(-zscore(x)^2)*sin(2*x)");
  EXPECT_EQ(to_sympy(parsed("zscore(x)", Shape::Scalar)), "Function('zscore')(x)");
  EXPECT_EQ(to_latex(parsed("zscore(x)", Shape::Scalar)), "\\left(\\frac{x - \\mu}{\\sigma}\\right)");
  const auto refused = [](const std::string& text, Shape shape) {
    const ParseResult result = parse(text, shape);
    const auto* diagnosis = std::get_if<ParseDiagnosis>(&result);
    return diagnosis == nullptr ? std::string("accepted") : diagnosis->message;
  };
  for (const char* text : {"zscore(2*x)", "zscore(x0)", "zscore(1)", "zscore(zscore(x))"}) {
    EXPECT_EQ(refused(text, Shape::Scalar), "the argument of zscore must be x itself: zscore(x)") << text;
  }
  EXPECT_EQ(refused("std(2*x)", Shape::Scalar), "the argument of std must be x itself: std(x)");
  EXPECT_EQ(to_infix(parsed("(x - mean(x))/std(x)", Shape::Scalar)), "(x - mean(x))/std(x)");
  EXPECT_EQ(to_latex(parsed("mean(x) + std(x)", Shape::Scalar)), "\\mu + \\sigma");
  EXPECT_NE(refused("mean(x)", Shape::Vector).find("x is a vector"), std::string::npos);
  EXPECT_NE(refused("sum(zscore(x))", Shape::Vector).find("x is a vector"), std::string::npos);
  EXPECT_NE(refused("zscore(x, x)", Shape::Scalar).find("1 argument"), std::string::npos);
}

TEST(ParsePrint, OtherNotations) {
  EXPECT_EQ(to_sympy(parsed("sin(x)^2 + 0.5*x", Shape::Scalar)), "sin(x)**2 + 0.5*x");
  EXPECT_EQ(to_latex(parsed("0.5*x^2/3", Shape::Scalar)), "\\frac{0.5 \\, x^{2}}{3}");
  EXPECT_EQ(to_infix(parsed("0.333333333*x"), 2), "0.33*x");
}

}  // namespace
}  // namespace neuronsmith::formula
