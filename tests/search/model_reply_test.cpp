#include "neuronsmith/search/evolution/model_reply.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::search::evolution {
namespace {

using Texts = std::vector<std::string>;

constexpr formula::Shape kScalar = formula::Shape::Scalar;

Texts formulas(const std::string& reply, InputSpace inputs = kScalar) {
  Texts texts;
  for (const auto& formula : read_reply(reply, inputs).formulas) {
    texts.push_back(formula::to_infix(formula));
  }
  return texts;
}

Texts refusals(const std::string& reply, InputSpace inputs = kScalar) {
  return read_reply(reply, inputs).refusals;
}

TEST(ModelReply, HasAFormulaInEveryLineOfABlock) {
  EXPECT_EQ(formulas("Here they are:\n\n```\nx*tanh(x)\nx + sin(x)^2\n```\nThey are smooth."),
            (Texts{"x*tanh(x)", "x + sin(x)^2"}));
  EXPECT_EQ(formulas("~~~text\n  gelu(x) - 0.1*x,\n~~~"), (Texts{"gelu(x) - 0.1*x"}));
  EXPECT_EQ(formulas("```\nx*sigmoid(x)"), (Texts{"x*sigmoid(x)"})) << "a block without end";
}

TEST(ModelReply, HasFormulasInProse) {
  EXPECT_EQ(
      formulas("I propose:\n1. x*tanh(x)\n2) f(x) = erf(x)\n- `sin(x) + x`: periodic\n* y = x^2\n"
               "Good luck with them!\n-x*exp(-x^2)  # falls"),
      (Texts{"x*tanh(x)", "erf(x)", "sin(x) + x", "x^2", "-x*exp(-x^2)"}));
  EXPECT_TRUE(refusals("Try these:\nx*tanh(x)\nGood luck!").empty()) << "prose is no proposal";
  EXPECT_EQ(formulas("```x*tanh(x)```"), (Texts{"x*tanh(x)"}));
}

TEST(ModelReply, ThoughtsAreNoProposals) {
  EXPECT_EQ(formulas("<think>\nx^3\n```\nx^5\n</think>\nx*tanh(x)"), (Texts{"x*tanh(x)"}));
}

TEST(ModelReply, PythonIsTranslated) {
  EXPECT_EQ(
      formulas("```python\nimport numpy as np\n\ndef f(x):\n    s = np.sin(x)\n\n    return x + s\n"
               "\ndef g(x):\n    return np.maximum(x, 0.0)*x\n```\n"),
      (Texts{"x + sin(x)", "max(x, 0)*x"}));
  EXPECT_EQ(formulas("def f(x):\n    return (\n        x*2\n)\nThat is it."), (Texts{"x*2"}));
  EXPECT_EQ(formulas("- First:\n   ```python\n   def f(x):\n       return x*2\n   ```\n"),
            (Texts{"x*2"}));
  EXPECT_EQ(formulas("```\nx*np.tanh(x)\ntorch.where(x > 0, x, 0.1*x)\n```"),
            (Texts{"x*tanh(x)", "where(0 < x, x, 0.1*x)"}));
}

TEST(ModelReply, WhatReadsFilesOrLoopsIsRefusedWithAReason) {
  EXPECT_EQ(
      refusals("```python\nimport os\ndef f(x):\n    os.system('touch made')\n    return x\n```"),
      (Texts{"line 1: import of 'os': import os\\ndef f(x):\\n    os.system('touch made')\\n    "
             "return x"}));
  EXPECT_EQ(
      refusals("```python\ndef f(x):\n    return open('/etc/passwd').read()\n```")[0],
      "line 2: a string: def f(x):\\n    return open('/etc/passwd').read()");
  EXPECT_EQ(
      refusals("```python\ndef f(x):\n    while True:\n        x = x + 1\n    return x\n```")[0],
      "line 2: 'while' is not understood here: def f(x):\\n    while True:\\n        x = x + 1\\n  "
      "  return x");
  EXPECT_EQ(refusals("```python\nwhile True:\n    pass\n```").size(), 1U);
  EXPECT_EQ(refusals("```python\nprint(open('/etc/passwd').read())\n```").size(), 1U);
  EXPECT_EQ(refusals("def f(x):\n    return f(x)").size(), 1U);
}

TEST(ModelReply, WhatIsNoFormulaIsRefusedWhereItIsMeantAsOne) {
  EXPECT_EQ(refusals("```\nfoo(x)\n```").size(), 1U);
  EXPECT_EQ(refusals("a formula: `x +* 2`").size(), 1U);
  EXPECT_EQ(refusals("```\n" + std::string(3000, 'x') + "\n```").size(), 1U);
  EXPECT_EQ(refusals("I am sorry, I cannot help with that.\n"),
            (Texts{"no formula: I am sorry, I cannot help with that."}));
  EXPECT_EQ(refusals(""), (Texts{"no formula: "}));
  EXPECT_EQ(refusals("\x01\xff"), (Texts{"no formula: \\x01\\xff"}));
}

TEST(ModelReply, KeepsToTheInputsOfTheSearch) {
  EXPECT_EQ(formulas("```\nx + x^2\nsum(x)\n```", formula::Shape::Vector),
            (Texts{"x + x^2", "sum(x)"}));
  EXPECT_EQ(formulas("```\nx0*sin(x1)\n```", InputSpace::columns(2)), (Texts{"x0*sin(x1)"}));
  EXPECT_EQ(refusals("```\ndef f(x):\n    return x\n```", formula::Shape::Vector).size(), 1U);
  EXPECT_EQ(refusals("```\nx*np.tanh(x)\n```", formula::Shape::Vector).size(), 1U);
}

TEST(ModelReply, AFloodIsCutOff) {
  std::string flood = "```\n";
  for (int i = 0; i < 10000; ++i) flood += "x + " + std::to_string(i) + "\n";
  const ModelReply many = read_reply(flood, kScalar);
  EXPECT_EQ(many.formulas.size(), 62U) << "one entry for the bytes, one for the lines";
  EXPECT_EQ(many.refusals.back(), "more than 63 proposals: the rest is not read");
  const ModelReply garbage = read_reply("```\n" + std::string(1 << 20, '('), kScalar);
  EXPECT_TRUE(garbage.formulas.empty());
  EXPECT_LE(garbage.refusals.size(), 2U);
  std::string lines;
  for (int i = 0; i < 100000; ++i) lines += "`(`\n";
  EXPECT_EQ(read_reply(lines, kScalar).refusals.size(), 64U);
}

RC_GTEST_PROP(ModelReplyProperty,
              AnyBytesGiveBoundedPrintableRefusals,
              (const std::string& bytes)) {
  for (const InputSpace inputs : {InputSpace(kScalar), InputSpace(formula::Shape::Vector)}) {
    const ModelReply reply = read_reply("```\n" + bytes, inputs);
    RC_ASSERT(reply.formulas.size() + reply.refusals.size() <= 64U);
    RC_ASSERT(reply.formulas.size() + reply.refusals.size() >= 1U);
    for (const std::string& refusal : reply.refusals) {
      RC_ASSERT(refusal.size() <= 240U);
      RC_ASSERT(std::ranges::all_of(refusal, [](char c) { return c >= ' ' && c <= '~'; }));
    }
  }
}

}  // namespace
}  // namespace neuronsmith::search::evolution
