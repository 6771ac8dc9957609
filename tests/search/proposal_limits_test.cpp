#include "neuronsmith/search/evolution/proposal_limits.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::search::evolution {
namespace {

std::string verdict(const char* text) {
  const ProposalLimits limits{.max_nodes = 12, .max_cost = 50.0};
  return refusal_of(formula::parse_or_throw(text, formula::Shape::Scalar, "test"), limits)
      .value_or("accepted");
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

}  // namespace
}  // namespace neuronsmith::search::evolution
