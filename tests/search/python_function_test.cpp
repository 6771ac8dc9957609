#include "neuronsmith/search/evolution/python_function.hpp"

#include <gtest/gtest.h>

#include <string>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::search::evolution {
namespace {

std::string translated(const std::string& text) {
  const PythonResult result = translate_python(text);
  if (const auto* refusal = std::get_if<PythonRefusal>(&result))
    return "refused: " + refusal->reason;
  return formula::to_infix(std::get<formula::Formula>(result));
}

std::string infix(const std::string& text) {
  return formula::to_infix(formula::parse_or_throw(text, formula::Shape::Scalar, "test"));
}

TEST(PythonFunction, PutsAssignmentsInThePlaceOfVariables) {
  EXPECT_EQ(translated("import numpy as np\n\ndef f(x, a=0.5):\n    \"\"\"Text.\"\"\"\n"
                       "    s = np.sin(x)  # sine\n    s *= a\n    return s**2 + np.pi*x.tanh()\n"),
            infix("(sin(x)*0.5)^2 + pi*tanh(x)"));
  EXPECT_EQ(translated("def f(x: torch.Tensor) -> torch.Tensor: return F.gelu(-x)"),
            infix("gelu(-x)"));
  EXPECT_EQ(translated("def f(x):\n  return torch.clamp(x, min=-1,\n     max=2) - 1e-3\n"),
            infix("min(max(x, -1), 2) - 0.001"));
}

TEST(PythonFunction, RefusesAllElse) {
  for (const char* text : {"",
                           "import os\ndef f(x): return x",
                           "@jit\ndef f(x): return x",
                           "def f(x): return open('made')",
                           "def f(x): return x.__class__",
                           "def f(x): return np.os.system(x)",
                           "def f(x): return f(x)",
                           "def f(x): return x[0]",
                           "def f(x): return (lambda y: y)(x)",
                           "def f(x): return eval(x)",
                           "def f(x):\n  while True:\n    x = x\n  return x",
                           "def f(x):\n  for i in x:\n    x = x\n  return x",
                           "def f(x):\n  x = 1\n",
                           "def f(x): return x ^ 2",
                           "def f(x): return 0x10*x",
                           "def f(x, y): return x*y",
                           "def f(x): return y",
                           "def f(x): return exp(x"}) {
    EXPECT_EQ(translated(text).substr(0, 8), "refused:") << text;
  }
  const PythonResult result = translate_python("def f(x):\n  y = x\n  return open(y)\n");
  EXPECT_EQ(std::get<PythonRefusal>(result).line, 3U);
}

TEST(PythonFunction, LooksAtSizesBeforeItBuilds) {
  std::string squares = "def f(x):\n";
  for (int i = 0; i < 200; ++i) squares += "  x = x*x\n";
  EXPECT_NE(translated(squares + "  return x\n").find("nodes, more than"), std::string::npos);
  const std::string deep = "def f(x): return " + std::string(2000, '(') + "x";
  EXPECT_EQ(translated(deep), "refused: nested too deeply");
  EXPECT_NE(translated(std::string(9000, '#')).find("bytes, more than"), std::string::npos);
}

}  // namespace
}  // namespace neuronsmith::search::evolution
