#include "command.hpp"

namespace neuronsmith::cli {
namespace {

class Export : public testing::CommandTest {
 protected:
  void expect_mistake(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& parts) const {
    const auto before = files();
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    for (const std::string& part : parts) {
      EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " not in " << outcome.err;
    }
    EXPECT_EQ(files(), before);
  }

  static bool has_cc() { return std::system("cc --version > /dev/null 2>&1") == 0; }
};

TEST_F(Export, WritesAVerifiedCHeader) {
  if (!has_cc()) GTEST_SKIP() << "there is no cc";
  const Json json =
      run_json({"export", "--neuron", "gelu-sinc-perturbation", "--format", "c", "--out", "g.h"});
  EXPECT_EQ(json["format"], "c");
  const Json& verification = json["verification"];
  EXPECT_EQ(verification["verified"], true);
  EXPECT_GT(verification["points"], 99'000);
  ASSERT_EQ(verification["differences"].size(), 4u);
  for (const Json& difference : verification["differences"]) {
    EXPECT_LT(difference["greatest"], 1e-6);
  }
  const std::string header = read_file(path("g.h"));
  EXPECT_NE(header.find("verified against neuronsmith"), std::string::npos);
  // As a user uses it.
  write("main.c",
        "#include <stdio.h>\n#include \"g.h\"\n"
        "int main(void) { printf(\"%.6f %.6f\", gelu_sinc_perturbation_value(0.5),\n"
        "                        gelu_sinc_perturbation_derivative(0.0)); return 0; }\n");
  const std::string command =
      "cd " + path(".") + " && cc -std=c99 -Wall -Werror main.c -lm && ./a.out > o";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(read_file(path("o")), "0.455781 0.750000");
}

TEST_F(Export, WritesEveryFormatOfWhateverIsNamed) {
  ASSERT_EQ(run({"library", "add", "wave", "x + 0.3*sin(3*x)", "--source", "a talk"}).status, 0);
  for (const char* format : {"pytorch", "sympy", "latex"}) {
    const auto outcome = run({"export",
                              "--neuron",
                              "wave",
                              "--format",
                              format,
                              "--out",
                              format,
                              "--python",
                              "no-such-python"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("not verified"), std::string::npos) << outcome.err;
    const std::string text = read_file(path(format));
    EXPECT_NE(text.find("a talk"), std::string::npos) << text;
    EXPECT_NE(text.find("not verified"), std::string::npos) << text;
  }
  EXPECT_NE(read_file(path("pytorch")).find("class Wave(nn.Module)"), std::string::npos);
  ASSERT_EQ(run({"export", "--neuron", "x*sinc(x)", "--format", "latex", "--out", "f.tex"}).status,
            0);
  ASSERT_EQ(run({"export",
                 "--neuron",
                 "silu",
                 "--format",
                 "pytorch",
                 "--name",
                 "my-silu",
                 "--python",
                 "none",
                 "--out",
                 "s.py"})
                .status,
            0);
  EXPECT_NE(read_file(path("s.py")).find("class MySilu"), std::string::npos);
}

TEST_F(Export, TakesTheActivationOfANeuronFileAndSaysWhatItLeavesOut) {
  write("n.json", R"JSON({
    "format": "neuronsmith-neuron", "version": 1, "name": "", "formula": "x^2 + x",
    "terms": [{"factors": ["x^2"], "rank": 1, "coefficient": 1},
              {"factors": ["x"], "rank": 1, "coefficient": 1}],
    "bias": 0,
    "activation": {"formula": "relu(p0*x)", "parameters": [2.0], "learnable": "layer"},
    "provenance": {"recipe": "vsr", "seed": 7}})JSON");
  const auto outcome = run(
      {"export", "--neuron", "n.json", "--format", "pytorch", "--python", "none", "--out", "n.py"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("x^2 + x is not exported, only the activation"), std::string::npos);
  const std::string text = read_file(path("n.py"));
  for (const char* part : {"class N(nn.Module)",
                           "nn.Parameter(torch.tensor(2.0))",
                           "# seed: 7",
                           "# recipe: \"vsr\"",
                           "learnable: layer"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST_F(Export, IsTheSameTextForTheSameNeuron) {
  ASSERT_EQ(run({"export", "--neuron", "gmtu", "--format", "c", "--out", "a.h"}).status, 0);
  ASSERT_EQ(run({"export", "--neuron", "gmtu", "--format", "c", "--out", "b.h"}).status, 0);
  EXPECT_EQ(read_file(path("a.h")), read_file(path("b.h")));
}

TEST_F(Export, TellsMistakesInOneLineAndWritesNothing) {
  const auto exported = [](const char* neuron, const char* format, const char* out) {
    return std::vector<std::string>{"export", "--neuron", neuron, "--format", format, "--out", out};
  };
  expect_mistake(exported("gellu", "c", "a.h"), {"--neuron", "gellu", "known are", "gelu", "gmtu"});
  expect_mistake(exported("gelu", "onnx", "a.h"),
                 {"--format", "onnx", "pytorch, c, latex or sympy"});
  expect_mistake(exported("gelu", "latex", "no/such/a.tex"), {"no/such/a.tex"});
  expect_mistake(exported("quadratic", "c", "a.h"), {"quadratic", "no activation", "aggregations"});
  expect_mistake(exported("none.json", "c", "a.h"), {"none.json"});
  expect_mistake(exported("x +", "c", "a.h"), {"--neuron", "column"});
  expect_mistake(exported("x0 + x", "c", "a.h"), {"--neuron", "columns"});
  expect_mistake(exported("x + log(-1)", "c", "a.h"), {"constant part", "nan"});
  expect_mistake({"export", "--neuron", "gelu", "--format", "c"}, {"--out"});
  if (has_cc())
    expect_mistake(exported("log(-1 - x^2)", "c", "a.h"), {"not exported", "no number"});
}

TEST_F(Export, WhatItsCompilerRefusesIsNotWritten) {
  write("python3", "#!/bin/sh\nexit 1\n");
  std::filesystem::permissions(path("python3"), std::filesystem::perms::owner_all);
  expect_mistake({"export",
                  "--neuron",
                  "gelu",
                  "--format",
                  "pytorch",
                  "--out",
                  "a.py",
                  "--python",
                  "./python3"},
                 {"not exported", "does not run"});
}

TEST_F(Export, JsonKeysAreDocumented) {
  const std::string documented = read_file(NEURONSMITH_SOURCE_DIR "/docs/cli.md");
  const Json json = run_json({"export", "--neuron", "gelu", "--format", "c", "--out", "a.h"});
  const Json& verification = json["verification"];
  std::vector<Json> objects{json, verification};
  for (const Json& difference : verification["differences"]) objects.push_back(difference);
  for (const Json& object : objects) {
    for (const auto& [key, value] : object.items()) {
      EXPECT_NE(documented.find("`" + key + "`"), std::string::npos) << key << " is undocumented";
    }
  }
}

}  // namespace
}  // namespace neuronsmith::cli
