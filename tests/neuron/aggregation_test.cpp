#include "neuronsmith/neuron/aggregation.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::neuron {
namespace {

using formula::Shape;

std::variant<Aggregation, NoTermForm> converted(std::string_view text) {
  return to_aggregation(formula::parse_or_throw(text, Shape::Vector, "test"));
}

Aggregation aggregation(std::string_view text) {
  auto result = converted(text);
  if (const auto* reason = std::get_if<NoTermForm>(&result)) {
    ADD_FAILURE() << text << ": " << reason->reason;
    return linear_aggregation();
  }
  return std::get<Aggregation>(result);
}

std::string reason(std::string_view text) {
  const auto result = converted(text);
  const auto* found = std::get_if<NoTermForm>(&result);
  return found != nullptr ? found->reason : "";
}

TEST(Aggregation, PowersBecomePureTerms) {
  const Aggregation a = aggregation("0.3*x^2 + x*5 - 2*(x*x*x) + 7");
  ASSERT_EQ(a.terms.size(), 3u);
  EXPECT_EQ(formula::to_infix(a.terms[0].factors[0]), "x^3");
  EXPECT_EQ(a.terms[0].coefficient, -2.0);
  EXPECT_EQ(formula::to_infix(a.terms[1].factors[0]), "x^2");
  EXPECT_EQ(a.terms[2].coefficient, 5.0);
  EXPECT_EQ(a.bias, 7.0);
  EXPECT_EQ(a.parameters_per_output(4), 13u);
}

TEST(Aggregation, ProductsOfInnerProductsBecomeInteractions) {
  const Aggregation a = aggregation("dot(w0, x)*dot(w1, x) + 2*dot(w2, x)*dot(w3, x) + dot(w4, x^2)");
  ASSERT_EQ(a.terms.size(), 2u);
  const Term& interaction = a.terms[0].is_pure() ? a.terms[1] : a.terms[0];
  const Term& pure = a.terms[0].is_pure() ? a.terms[0] : a.terms[1];
  EXPECT_EQ(interaction.factors.size(), 2u);
  EXPECT_EQ(interaction.rank, 2u);
  EXPECT_EQ(formula::to_infix(pure.factors[0]), "x^2");
  EXPECT_EQ(a.parameters_per_output(10), 1u + 2u * 2u * 10u + 10u);
}

TEST(Aggregation, SquareOfAnInnerProductIsAnInteractionOfOrderTwo) {
  const Aggregation a = aggregation("dot(w0, x)^2");
  ASSERT_EQ(a.terms.size(), 1u);
  EXPECT_EQ(a.terms[0].factors.size(), 2u);
}

TEST(Aggregation, AVectorTimesASumIsAnInteraction) {
  const Aggregation a = aggregation("x^2*sum(x)");
  ASSERT_EQ(a.terms.size(), 1u);
  EXPECT_EQ(a.terms[0].factors.size(), 2u);
}

TEST(Aggregation, NonPolynomialBasisFunctionsAreKept) {
  const Aggregation a = aggregation("sin(2*x)*x + dot(w0, tanh(x))");
  ASSERT_EQ(a.terms.size(), 2u);
  EXPECT_TRUE(a.terms[0].is_pure());
  EXPECT_TRUE(a.terms[1].is_pure());
}

TEST(Aggregation, WhatHasNoTermFormSaysWhy) {
  EXPECT_NE(reason("tanh(dot(w0, x))"), "");
  EXPECT_NE(reason("3"), "");
  EXPECT_NE(reason("x0 + x"), "");
  EXPECT_NE(reason("1/sum(x)"), "");
  EXPECT_NE(reason("sin(w0*x)"), "");
  EXPECT_NE(reason("sum(w0)"), "");
}

TEST(Aggregation, AQuotientOfPowersThatExpandsOnlyInTheEndIsKeptWhole) {
  const Aggregation a = aggregation("(x + 1)^40/(x + 1)^24");
  ASSERT_EQ(a.terms.size(), 1u);
  EXPECT_EQ(formula::to_infix(a.terms[0].factors[0]), "(x + 1)^16");
  const char* const vanishing = "(1e-200*x + 1e-200*x^2)^40/(1e-200*x + 1e-200*x^2)^24";
  EXPECT_EQ(aggregation(vanishing).terms.size(), 1u);
}

TEST(Aggregation, WhatANeuronFileCannotHoldHasNoTermForm) {
  EXPECT_EQ(aggregation("sum(x)^64").terms[0].factors.size(), kMaxFactors);
  EXPECT_NE(reason("sum(x)^64*sum(x^2)"), "");
  EXPECT_NE(reason("sum(x*sum(x)^64)"), "");
  std::string sum = "dot(w0, x)*dot(w1, x)";
  for (std::size_t i = 1; i <= kMaxRank; ++i) {
    sum += " + dot(w" + std::to_string(2 * i) + ", x)*dot(w" + std::to_string(2 * i + 1) + ", x)";
  }
  EXPECT_NE(reason(sum), "");
  EXPECT_NE(reason("1e308*x + 1e308*sum(x)"), "");
  std::string deep = "1/x";
  for (int i = 0; i < 99; ++i) deep = "sin(" + deep + ")";
  EXPECT_NE(reason(deep), "");
}

TEST(Aggregation, FormulaAndBackIsIdentity) {
  for (const char* text : {"x", "0.5*x^3 - x", "dot(w0, x)*dot(w1, x) + x^2 + 1", "sin(x)*x + 2*x",
                           "dot(w0, x)*dot(w1, x^2) + dot(w2, x)*dot(w3, x^2)"}) {
    const Aggregation a = aggregation(text);
    const auto again = to_aggregation(to_formula(a));
    ASSERT_TRUE(std::holds_alternative<Aggregation>(again)) << text;
    const Aggregation& b = std::get<Aggregation>(again);
    ASSERT_EQ(a.terms.size(), b.terms.size()) << text;
    for (std::size_t t = 0; t < a.terms.size(); ++t) {
      EXPECT_EQ(a.terms[t].factors, b.terms[t].factors) << text;
      EXPECT_EQ(a.terms[t].rank, b.terms[t].rank) << text;
      EXPECT_EQ(a.terms[t].coefficient, b.terms[t].coefficient) << text;
    }
    EXPECT_EQ(a.bias, b.bias);
  }
}

}  // namespace
}  // namespace neuronsmith::neuron
