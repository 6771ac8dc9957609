// Any text as a formula of scalar and of vector x: what parses is printed, simplified, brought to
// term form and evaluated.
#include <array>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/normal_form.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/polynomial.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/neuron/neuron.hpp"

namespace neuronsmith::fuzz {
namespace {

using formula::Formula;
using formula::Op;
using formula::Shape;

constexpr std::size_t kRows = 19;  // a block of rows and a remainder
constexpr int kFeatures = 5;
constexpr int kLeaves = 4;  // parameters and weight vectors

void require_identity(const Formula& formula, Shape shape, const char* what) {
  const std::string text = formula::to_infix(formula);
  const auto again = formula::parse(text, shape);
  const auto* diagnosis = std::get_if<formula::ParseDiagnosis>(&again);
  require(diagnosis == nullptr, what, diagnosis ? text + "\n" + diagnosis->text() : text);
  require(std::get<Formula>(again) == formula, what, text);
}

/// Simplification may pass the bounds of what is read: it expands products, and writes 1/x as x^-1.
bool is_within_bounds(const Formula& formula) {
  constexpr int kSafeDepth = 60;  // a node is at most three levels of the text's nesting
  return formula.size() <= formula::kMaxNodes && formula.depth() <= kSafeDepth;
}

/// Text grows with the formula and not faster: no notation may write an argument twice.
void print(const Formula& formula) {
  constexpr std::size_t kMaxBytesPerNode = 120;
  const std::size_t most = kMaxBytesPerNode * formula.size();
  require(formula::to_infix(formula, 4).size() <= most, "a short infix text");
  require(formula::to_latex(formula).size() <= most, "a short LaTeX text");
  require(formula::to_sympy(formula).size() <= most, "a short SymPy text");
}

FeatureMatrix make_features() {
  FeatureMatrix features(kRows, kFeatures);
  for (std::size_t j = 0; j < features.n_features(); ++j) {
    for (std::size_t i = 0; i < kRows; ++i) {
      features.column(j)[i] = static_cast<float>(i * (j + 1)) * 0.37F - 2.0F;
    }
  }
  return features;
}

bool fits_the_rows(const Formula& formula) {
  return formula.count(Op::Column) <= kFeatures && formula.count(Op::Parameter) <= kLeaves &&
         formula.count(Op::Weight) <= kLeaves;
}

void evaluate(const Formula& formula) {
  static const FeatureMatrix features = make_features();
  if (!fits_the_rows(formula)) return;
  const std::vector<float> numbers(kLeaves * kFeatures, 0.75F);
  const formula::Inputs inputs{features.view(), std::span(numbers).first(kLeaves), numbers};
  const formula::Evaluator evaluator(formula);
  std::array<float, kRows> value{};
  evaluator.evaluate(inputs, value);
  const std::array<float, kRows> adjoint = value;
  std::array<float, kRows> dx{};
  std::array<double, kLeaves> d_parameters{};
  std::array<double, kLeaves * kFeatures> d_weights{};
  const bool scalar = formula.input_shape() == Shape::Scalar;
  const std::span<float> d_input = scalar ? std::span<float>(dx) : std::span<float>();
  evaluator.differentiate(inputs, adjoint, {d_input, d_parameters, d_weights});
}

/// What discovery writes, training must be able to read.
void round_trip_as_neuron(const Formula& formula) {
  try {
    const neuron::Neuron neuron = neuron::make_neuron(formula, "fuzz");
    const Json json = neuron::to_json(neuron);
    const Json again = neuron::to_json(neuron::neuron_from_json(json, "own file"));
    require(again == json, "a neuron file is read back", json.dump());
    static_cast<void>(neuron::to_formula(neuron.aggregation));
  } catch (const ConfigError&) {  // the formula has no term form
  }
}

void exercise(std::string_view text, Shape shape) {
  const auto result = formula::parse(text, shape);
  if (!std::holds_alternative<Formula>(result)) return;
  const auto& formula = std::get<Formula>(result);
  require_identity(formula, shape, "printing, then parsing is identity");
  print(formula);
  evaluate(formula);
  static_cast<void>(formula::collapse_to_polynomial(formula));
  const Formula simple = formula::simplify(formula);
  if (is_within_bounds(simple)) require_identity(simple, shape, "what is simplified is read back");
  static_cast<void>(formula::to_formula(formula::reduce(formula)));
  if (shape == Shape::Vector) round_trip_as_neuron(formula);
}

}  // namespace
}  // namespace neuronsmith::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace neuronsmith;
  const std::string_view text = fuzz::as_text(data, size);
  fuzz::exercise(text, formula::Shape::Scalar);
  fuzz::exercise(text, formula::Shape::Vector);
  return 0;
}
