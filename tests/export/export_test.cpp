// What is exported to Python is run where there is a Python with the package: NEURONSMITH_PYTHON,
// or python3.
#include "neuronsmith/export/export.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "neuronsmith/core/child_process.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/export/internal/compare.hpp"
#include "neuronsmith/export/internal/temporary_folder.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/neuron/library.hpp"

namespace neuronsmith::exports {
namespace {

using internal::compared;
using internal::Quantity;
using neuron::Activation;
using neuron::Learnable;
using neuron::NamedNeuron;

std::string python() {
  const char* path = std::getenv("NEURONSMITH_PYTHON");
  return path != nullptr ? path : "python3";
}

bool has_program(const std::string& program) {
  return run_child({program, "--version"}, "", 60.0).succeeded();
}

bool has_package(const std::string& package) {
  return run_child(
             {python(), "-c", "import importlib.util as u; assert u.find_spec('" + package + "')"},
             "",
             60.0)
      .succeeded();
}

NamedNeuron named(const std::string& text) {
  return neuron::look_up(text, "test", {}, neuron::FormulaAs::Activation);
}

NamedNeuron learnable(const std::string& text, Learnable whose) {
  NamedNeuron result = named(text);
  result.neuron.activation =
      neuron::with_learnable_literals(result.neuron.activation->formula, whose);
  return result;
}

/// Every operator of one or two arguments, at arguments that move, some of them through 0.
const std::vector<std::string> kFormulas = {"-x",
                                            "abs(x) - x",
                                            "sign(x)*x^2",
                                            "sqrt(x^2 + 1)",
                                            "psqrt(x)",
                                            "log(x^2 + 2)",
                                            "plog(x)",
                                            "pinv(x)",
                                            "exp(-0.1*x)",
                                            "sin(x)",
                                            "cos(2*x)",
                                            "tan(0.1*x)",
                                            "tanh(x)",
                                            "sigmoid(x)",
                                            "softplus(x)",
                                            "erf(x)",
                                            "relu(x)",
                                            "gelu(x)",
                                            "where(x < 0, 0.1*x, gelu(x))",
                                            "where(x > 1, log(x - 1), x) + (x^2 <= 2)*x",
                                            "where(sin(x), x, 1)",
                                            "gelu(9*x - 1)",
                                            "sinc(x)",
                                            "x^3 - x^2 + x^-2",
                                            "x/(x^2 + 1)",
                                            "pdiv(x, x)",
                                            "pdiv(x + 1, x)",
                                            "(x^2 + 1)^(0.3*sin(x))",
                                            "2^sin(x)",
                                            "(x^2 + 0.5)^1.5",
                                            "min(x, 0.5)",
                                            "max(0, x)",
                                            "max(sin(x), cos(x))",
                                            "2*(x - (1 - x))",
                                            "1/(x/(x - 20))",
                                            "-x^2",
                                            "(-x)^2*-2.5",
                                            "sign(x)",
                                            "x*sinc(x - 1)",
                                            "sinc(x) + max(x, 0.1)",
                                            "sin(cos(2)*x)"};

std::vector<std::string> all_formulas() {
  std::vector<std::string> texts = kFormulas;
  for (const neuron::LibraryEntry& entry : neuron::library_activations()) {
    const formula::Formula formula = neuron::resolve_activation(std::string(entry.name)).formula;
    if (!formula.uses(formula::OpKind::BatchStatistic)) texts.emplace_back(entry.name);
  }
  return texts;
}

void expect_verified(const Exported& exported, std::size_t n_functions, const std::string& text) {
  const Verification& verification = exported.verification;
  EXPECT_TRUE(verification.is_verified()) << text << ": " << verification.reason;
  EXPECT_EQ(verification.differences.size(), n_functions) << text;
  EXPECT_GT(verification.points, 99'000u);
  for (const Difference& difference : verification.differences) {
    EXPECT_LE(difference.greatest, kGreatestDifference) << text << " " << difference.function;
    EXPECT_GT(difference.compared, verification.points / 2) << text;
    EXPECT_NE(exported.text.find(difference.function), std::string::npos);
  }
}

/// One formula.
class ExportC : public ::testing::TestWithParam<std::string> {};

/// Complaints of compilers about what includes headers.
std::string complaints(const internal::TemporaryFolder& folder, const std::string& program) {
  std::string text;
  for (const char* language : {"c", "cpp"}) {
    const bool is_c = std::string(language) == "c";
    const std::string file = folder.file(std::string("all.") + language);
    write_file_atomically(file, program);
    const ChildOutcome outcome = run_child({is_c ? "cc" : "c++",
                                            is_c ? "-std=c99" : "-std=c++17",
                                            "-Wall",
                                            "-Wextra",
                                            "-Wpedantic",
                                            "-Wconversion",
                                            "-Werror",
                                            "-fsyntax-only",
                                            file},
                                           "",
                                           120.0);
    if (!outcome.succeeded()) text += outcome.err.substr(0, 2000);
  }
  return text;
}

TEST_P(ExportC, AgreesAndCompilesWithoutWarningsAsC99AndCpp) {
  if (!has_program("cc") || !has_program("c++")) GTEST_SKIP() << "there is no cc or c++";
  const Exported exported = export_activation(named(GetParam()), {.format = Format::C});
  expect_verified(exported, 4, GetParam());
  const internal::TemporaryFolder folder;
  EXPECT_EQ(complaints(folder, exported.text), "") << exported.text;
}

INSTANTIATE_TEST_SUITE_P(EveryOperatorAndTheLibrary, ExportC, ::testing::ValuesIn(all_formulas()));

TEST(Export, HeadersOfSeveralActivationsStandTogether) {
  if (!has_program("cc") || !has_program("c++")) GTEST_SKIP() << "there is no cc or c++";
  std::string both;
  for (const char* name : {"first", "second"}) {
    both += export_activation(named("sinc(x) + sigmoid(x) + max(x, 0.1)"),
                              {.format = Format::C, .name = name})
                .text;
  }
  const internal::TemporaryFolder folder;
  both += "int main(void) { return first_value(0.0) + second_derivativef(0.0f) < 0; }\n";
  EXPECT_EQ(complaints(folder, both), "");
}

/// Few, as a start of torch takes seconds; the terms that are wrong would differ by far more than
/// the sums hide.
const std::vector<std::string> kTorchFormulas = {
    "psqrt(x) + plog(x) + 0.1*pinv(x) + pdiv(x + 1, x)*0.1 + sign(x)*x^2 + min(x, 0.5)*max(0, x) + "
    "softplus(x) + sigmoid(x) + x*sinc(x) + erf(x) + gelu(x)",
    "where(x > 0.5, log(x - 0.5), x^2) + where(x*x < 1e-6, 1, sin(x)/x) + (x <= 2)*x",
    "sinc(x)",
    "abs(x) + sqrt(x^2 + 1) + log(x^2 + 2) + exp(-0.1*x) + tan(0.1*x) + tanh(x) + relu(x) + cos(x) "
    "+ "
    "(x^2 + 1)^(0.3*sin(x)) + 2^sin(x) + (x^2 + 3)^-2 - 1/(x/(x - 20)) - -x"};

TEST(Export, PyTorchAgreesAndGradientsFlow) {
  if (!has_package("torch")) GTEST_SKIP() << python() << " has no torch";
  for (const std::string& text : kTorchFormulas) {
    const Exported exported =
        export_activation(named(text), {.format = Format::PyTorch, .python = python()});
    expect_verified(exported, 4, text);
  }
}

TEST(Export, PyTorchBranchesTakeNoGradientFromRowsOfTheOther) {
  const Exported exported = export_activation(learnable("where(x < 2, x, log(x))", Learnable::Layer),
                                              {.format = Format::PyTorch, .python = "none"});
  EXPECT_NE(exported.text.find("_where(_less(x, p0), lambda x, p0: x, lambda x, p0: torch.log(x), "
                               "x, p0)"),
            std::string::npos)
      << exported.text;
  EXPECT_NE(exported.text.find("def _where(c, a, b, *variables):"), std::string::npos);
  EXPECT_EQ(exported.text.find("def _less_equal"), std::string::npos);
}

TEST(Export, PyTorchHasParametersWhereTheActivationLearns) {
  const auto text_of = [](Learnable whose) {
    const Exported exported =
        export_activation(learnable("relu(2*x) + 0.1*sin(x)", whose),
                          {.format = Format::PyTorch, .name = "my wave", .python = "none"});
    EXPECT_NE(exported.text.find("class MyWave(nn.Module)"), std::string::npos) << exported.text;
    return exported.text;
  };
  const std::string none = text_of(Learnable::None);
  EXPECT_EQ(none.find("nn.Parameter"), std::string::npos);
  const std::string layer = text_of(Learnable::Layer);
  EXPECT_NE(layer.find("self.p0 = nn.Parameter(torch.tensor(2.0))"), std::string::npos) << layer;
  EXPECT_NE(layer.find("self.p1 = nn.Parameter(torch.tensor(0.1))"), std::string::npos) << layer;
  const std::string channel = text_of(Learnable::Channel);
  EXPECT_NE(channel.find("nn.Parameter(torch.full((num_channels,), 2.0))"), std::string::npos);
  EXPECT_NE(channel.find("def __init__(self, num_channels, channel_dim=1)"), std::string::npos);
}

TEST(Export, PyTorchParametersOfChannelsActOnTheirChannels) {
  if (!has_package("torch")) GTEST_SKIP() << python() << " has no torch";
  const std::string text = export_activation(learnable("2*x + 0.5", Learnable::Channel),
                                             {.format = Format::PyTorch, .python = python()})
                               .text;
  const ChildOutcome outcome = run_child({python(), "-c", text + R"PY(
module = Activation(3)
with torch.no_grad():
    module.p0.copy_(torch.tensor([1.0, 10.0, 100.0]))
for shape in ((4, 3), (4, 3, 2, 5)):
    y = module(torch.ones(shape))
    assert y.shape == shape
    assert [y[0, c].reshape(-1)[0].item() for c in range(3)] == [1.5, 10.5, 100.5]
y.sum().backward()
assert module.p0.grad.tolist() == [40.0]*3 and module.p1.grad.tolist() == [40.0]*3
assert len(list(module.parameters())) == 2
)PY"},
                                         "",
                                         120.0);
  EXPECT_TRUE(outcome.succeeded()) << outcome.err;
}

TEST(Export, SympyAgrees) {
  if (!has_package("sympy")) GTEST_SKIP() << python() << " has no sympy";
  for (const char* text : {"gelu-sinc-perturbation",
                           "psqrt(x) + plog(x) + pinv(x) + pdiv(x, x - 1)",
                           "where(x > 0.5, log(x - 0.5), x^2) + (x <= 2)*x",
                           "x*sigmoid(8*x)",
                           "min(x, 0.5) + max(0, sin(x)) + sigmoid(x) + relu(x) + softplus(x) + gelu(x - 1)"}) {
    expect_verified(
        export_activation(named(text), {.format = Format::Sympy, .python = python()}), 1, text);
  }
  const Exported exported = export_activation(learnable("relu(2*x)", Learnable::Layer),
                                              {.format = Format::Sympy, .python = python()});
  expect_verified(exported, 1, "learnable");
  EXPECT_NE(exported.text.find("parameters = {p0: 2.0}"), std::string::npos) << exported.text;
}

TEST(Export, LatexHoldsFormulaAndDerivative) {
  const Exported exported = export_activation(named("sin(3*x)"), {.format = Format::Latex});
  EXPECT_NE(exported.text.find("\\[ f(x) = \\sin\\left(3 \\, x\\right) \\]"), std::string::npos);
  EXPECT_NE(exported.text.find("\\[ f'(x) = 3 \\, \\cos\\left(3 \\, x\\right) \\]"),
            std::string::npos)
      << exported.text;
  EXPECT_FALSE(exported.verification.is_verified());
}

TEST(Export, SaysSoWhereNothingCouldBeRun) {
  const Exported c =
      export_activation(named("gelu"), {.format = Format::C, .c_compiler = "no-such-compiler"});
  EXPECT_NE(c.verification.reason.find("no-such-compiler"), std::string::npos);
  EXPECT_NE(c.text.find("not verified: there is no C compiler no-such-compiler"),
            std::string::npos);
  for (const Format format : {Format::PyTorch, Format::Sympy}) {
    const Exported text =
        export_activation(named("gelu"), {.format = format, .python = "no-such-python"});
    EXPECT_NE(text.text.find("# not verified: there is no no-such-python"), std::string::npos);
  }
}

TEST(Export, RefusesWhatHasNoActivationOrNoNumbers) {
  EXPECT_THROW(static_cast<void>(export_activation(named("quadratic"), {})), ConfigError);
  EXPECT_THROW(static_cast<void>(export_activation(named("x + log(-1)"), {})), ConfigError);
  EXPECT_THROW(static_cast<void>(export_activation(named("turbulent"), {})), ConfigError);
  EXPECT_THROW(static_cast<void>(export_activation(named("x - mean(x)"), {})), ConfigError);
  if (!has_program("cc")) GTEST_SKIP() << "there is no cc";
  EXPECT_THROW(static_cast<void>(export_activation(named("sqrt(-1 - x^2)"), {.format = Format::C})),
               DataError);
}

TEST(Export, NoTextCanEndItsComment) {
  NamedNeuron hostile = named("gelu");
  hostile.source = "*/ int broken(\n\"\"\"; import os\r\n#error";
  hostile.neuron.provenance = {{"note*/", "a\nb */ c"}};
  for (const Format format : {Format::C, Format::PyTorch}) {
    const std::string text =
        export_activation(hostile, {.format = format, .python = "no-such-python"}).text;
    EXPECT_EQ(text.find("*/ int"), std::string::npos) << text;
    EXPECT_EQ(text.find("\nimport os"), std::string::npos) << text;
    EXPECT_EQ(text.find("\n#error"), std::string::npos) << text;
  }
}

TEST(Export, NamesAreWordsOfTheLanguage) {
  const auto text_of = [](const std::string& name) {
    return export_activation(named("gelu"),
                             {.format = Format::C, .name = name, .c_compiler = "none"})
        .text;
  };
  EXPECT_NE(text_of("gelu-sinc 2").find("double gelu_sinc_2_value(double x)"), std::string::npos);
  EXPECT_NE(text_of("2x").find("double activation_2x_value(double x)"), std::string::npos);
  EXPECT_NE(text_of("*/").find("double activation_value(double x)"), std::string::npos);
}

TEST(Export, FormatsHaveNames) {
  for (const char* text : {"pytorch", "c", "latex", "sympy"})
    EXPECT_EQ(name(parse_format(text)), text);
  EXPECT_THROW(static_cast<void>(parse_format("onnx")), ConfigError);
}

/// What is compared with our own numbers, changed at one place or everywhere.
class Comparison : public ::testing::Test {
 protected:
  static internal::Reference reference_of(const std::string& text) {
    return internal::make_reference(formula::parse_or_throw(text, formula::Shape::Scalar, "test"));
  }
  static std::vector<double> doubles(const std::vector<float>& values) {
    return {values.begin(), values.end()};
  }
};

TEST_F(Comparison, RejectsWhatDiffersAnywhere) {
  const internal::Reference ours = reference_of("tanh(x)");
  const std::vector<double> good = doubles(ours.value);
  EXPECT_EQ(compared(ours, Quantity::Value, good, "value").greatest, 0.0);
  for (const std::size_t i : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
    for (const double wrong :
         {good[i] + 1e-3, std::numeric_limits<double>::quiet_NaN(), HUGE_VAL}) {
      std::vector<double> bad = good;
      bad[i] = wrong;
      EXPECT_THROW(static_cast<void>(compared(ours, Quantity::Value, bad, "value")), DataError)
          << i;
    }
  }
  std::vector<double> scaled = good;
  for (double& value : scaled) value *= 1.001;
  EXPECT_THROW(static_cast<void>(compared(ours, Quantity::Value, scaled, "value")), DataError);
  EXPECT_THROW(static_cast<void>(compared(ours, Quantity::Derivative, good, "derivative")),
               DataError);
}

TEST_F(Comparison, AllowsEitherSideOfAJumpAndNoMore) {
  const internal::Reference ours = reference_of("sign(x - 1)");
  std::vector<double> moved = doubles(ours.value);
  for (std::size_t i = 0; i < moved.size(); ++i) {
    if (ours.value[i] == 0.0F) moved[i] = 1.0;
  }
  EXPECT_LE(compared(ours, Quantity::Value, moved, "value").at_jumps, 1u);
  for (double& value : moved) value = -value;
  EXPECT_THROW(static_cast<void>(compared(ours, Quantity::Value, moved, "value")), DataError);
}

TEST_F(Comparison, ASmallDifferenceEverywhereIsNoJump) {
  const internal::Reference ours = reference_of("sin(20*x)");
  std::vector<double> shifted = doubles(ours.value);
  for (double& value : shifted) value += 1e-3;
  EXPECT_THROW(static_cast<void>(compared(ours, Quantity::Value, shifted, "value")), DataError);
}

TEST_F(Comparison, PointsAreAscendingAndHold0) {
  const std::vector<float> x = reference_of("x").x;
  EXPECT_TRUE(std::is_sorted(x.begin(), x.end()));
  EXPECT_TRUE(std::binary_search(x.begin(), x.end(), 0.0F));
  EXPECT_GT(x.size(), 99'000u);
}

}  // namespace
}  // namespace neuronsmith::exports
