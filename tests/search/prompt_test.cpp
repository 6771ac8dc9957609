#include "neuronsmith/search/evolution/prompt.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/search/recipe.hpp"

namespace neuronsmith::search::evolution {
namespace {

ProposalRequest request_of(InputSpace inputs, const char* text) {
  ProposalRequest request{.generation = 3, .inputs = inputs, .wanted = 5};
  request.grammar = find_recipe("mine").genetic;
  request.programs.push_back(
      {.id = 7,
       .proposal = {.formula = formula::parse_or_throw(text, inputs.shape, "t")},
       .score = {.error = 0.81234,
                 .complexity = 4,
                 .criterion = 0.9,
                 .trials = TrialSummary{.low = 0.7, .high = 0.9, .cost = 17, .trainings = 12}}});
  return request;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

TEST(Prompt, TellsLanguageLimitsAndPrograms) {
  const ProposalRequest request = request_of(formula::Shape::Scalar, "x*tanh(x)");
  const auto messages = prompt_of(request, "The error is a ratio.", 100.0);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].role, "system");
  EXPECT_EQ(messages[1].role, "user");
  const std::string& task = messages[0].content;
  for (const char* part : {"one number x",
                           "The error is a ratio.",
                           "a + b",
                           "tanh(a) (16 FLOP)",
                           "pdiv(a, b) is a/b",
                           "max(a, b)",
                           "at most 28 nodes",
                           "at most 100 FLOP",
                           "from -8 to 8",
                           "one formula a line",
                           "def f(x):"}) {
    EXPECT_TRUE(has(task, part)) << part << " not in " << task;
  }
  EXPECT_TRUE(
      has(messages[1].content,
          "error 0.8123, 95 % interval 0.7 to 0.9 of 12 trainings, 17 FLOP, 4 nodes: x*tanh(x)\n"))
      << messages[1].content;
  EXPECT_TRUE(has(messages[1].content, "5 new formulas"));
}

TEST(Prompt, OfTheSameRequestIsTheSame) {
  const ProposalRequest request = request_of(formula::Shape::Scalar, "x*tanh(x)");
  const auto one = prompt_of(request, "s", 100.0);
  const auto two = prompt_of(request, "s", 100.0);
  EXPECT_EQ(one[0].content, two[0].content);
  EXPECT_EQ(one[1].content, two[1].content);
}

TEST(Prompt, SaysWhatOtherInputsAre) {
  const auto columns = prompt_of(request_of(InputSpace::columns(3), "x0*x2"), "s", 100.0);
  EXPECT_TRUE(has(columns[0].content, "x0 to x2, the columns of a table"));
  EXPECT_FALSE(has(columns[0].content, "def f"));
  ProposalRequest request = request_of(formula::Shape::Vector, "x + x^2");
  const std::string plain = prompt_of(request, "s", 100.0)[0].content;
  EXPECT_TRUE(has(plain, "the vector of its inputs"));
  EXPECT_FALSE(has(plain, "FLOP")) << "costs are of activations";
  EXPECT_FALSE(has(plain, "w0"));
  request.grammar.weights = 2;
  EXPECT_TRUE(has(prompt_of(request, "s", 100.0)[0].content, "w0 to w1"));
}

}  // namespace
}  // namespace neuronsmith::search::evolution
