#include "neuronsmith/search/evolution/proposal_limits.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::search::evolution {
namespace {

std::string verdict(const char* text, InputSpace inputs = formula::Shape::Scalar) {
  const ProposalLimits limits{.max_nodes = 12, .max_cost = 50.0, .weights = 1};
  const formula::Formula formula = formula::parse_or_throw(text, inputs.shape, "test");
  return refusal_of(formula, inputs, limits).value_or("accepted");
}

TEST(ProposalLimits, TellWhyAFormulaIsRefused) {
  EXPECT_EQ(verdict("x*tanh(x)"), "accepted");
  EXPECT_EQ(verdict("2*pi"), "not a function of x alone");
  EXPECT_EQ(verdict("p0*x"), "not a function of x alone");
  EXPECT_EQ(verdict("zscore(x)"), "not a function of x alone");
  EXPECT_EQ(verdict("x - mean(x)"), "not a function of x alone");
  EXPECT_EQ(verdict("x - x"), "flat");
  EXPECT_EQ(verdict("log(x)"), "not finite at x = -8");
  EXPECT_EQ(verdict("1/x"), "not finite at x = 0");
  EXPECT_EQ(verdict("tan(x) + tan(2*x)"), "62 FLOP per element, more than 50");
  EXPECT_EQ(verdict("x + x + x + x + x + x + x"), "13 nodes, more than 12");
}

TEST(ProposalLimits, KeepToTheInputsOfTheSearch) {
  const InputSpace columns = InputSpace::columns(2);
  EXPECT_EQ(verdict("x0*log(x1)", columns), "accepted") << "whether it is finite, rows decide";
  EXPECT_EQ(verdict("x0 + x2", columns), "not a function of x0 to x1 alone");
  EXPECT_EQ(verdict("x0 + x", columns), "not a function of x0 to x1 alone");
  EXPECT_EQ(verdict("x0 + p0", columns), "not a function of x0 to x1 alone");
  EXPECT_EQ(verdict("2", columns), "not a function of x0 to x1 alone");
  EXPECT_EQ(verdict("tan(x0) + tan(x1)", columns), "61 FLOP per element, more than 50");
  const formula::Shape vector = formula::Shape::Vector;
  EXPECT_EQ(verdict("dot(w0, x) + x^2", vector), "accepted");
  EXPECT_EQ(verdict("dot(w1, x)", vector), "not a function of x and 1 weight vectors");
  EXPECT_EQ(verdict("x + x0", vector), "not a function of x and 1 weight vectors");
  EXPECT_EQ(verdict("2", vector), "not a function of x and 1 weight vectors");
  EXPECT_EQ(verdict("x + x + x + x + x + x + x", vector), "13 nodes, more than 12");
}

}  // namespace
}  // namespace neuronsmith::search::evolution
