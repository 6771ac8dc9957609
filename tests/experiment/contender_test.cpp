#include "neuronsmith/experiment/contender.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/normal_form.hpp"
#include "temporary_table.hpp"

namespace neuronsmith::experiment {
namespace {

std::vector<std::string> names(std::string_view list) {
  std::vector<std::string> result;
  for (const Contender& contender : parse_contenders(list)) result.push_back(contender.name);
  return result;
}

void expect_refused(std::string_view list, const std::string& part) {
  try {
    static_cast<void>(parse_contenders(list));
    ADD_FAILURE() << list;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(ParseContenders, CommasInParenthesesBelongToAFormula) {
  EXPECT_EQ(
      names("linear, dot(w0, x)*dot(w1, x) ,0.3*x^2 + x,discover:vsr"),
      (std::vector<std::string>{"linear", "dot(w0, x)*dot(w1, x)", "0.3*x^2 + x", "discover:vsr"}));
  const auto contenders = parse_contenders("quadratic,discover:vsr");
  EXPECT_TRUE(contenders[0].neuron.has_value() && !contenders[0].recipe.has_value());
  EXPECT_TRUE(!contenders[1].neuron.has_value() && contenders[1].recipe.has_value());
}

TEST(ParseContenders, AFileIsANeuron) {
  neuron::Neuron neuron = neuron::resolve_neuron("x^3 + x");
  const testing::TemporaryTable file(neuron::to_json(neuron).dump());
  const auto contenders = parse_contenders(file.path() + ",linear");
  EXPECT_EQ(structure_text(contenders[0].neuron->aggregation), "x^3 + x");
}

TEST(ParseContenders, MistakesNameTheOptionAndTheNeuron) {
  expect_refused("linear,linear", "\"linear\" is given twice");
  expect_refused("linear,,x", "empty");
  expect_refused("", "empty");
  expect_refused("linear,discover:magic", "no recipe is called \"magic\"; known are vsr");
  expect_refused("linear,linaer", "--neurons: linaer");
  expect_refused("linear,tanh(dot(w0, x))", "--neurons: tanh(dot(w0, x))");
  expect_refused("linear,none.json", "none.json");
}

TEST(StructureText, LeavesOutWhatIsFreeInANetwork) {
  const auto structure = [](const char* formula) {
    return structure_text(neuron::resolve_neuron(formula).aggregation);
  };
  EXPECT_EQ(structure("-0.3*x^2 + 4*x + 7"), "x^2 + x");
  EXPECT_EQ(structure("2*x"), structure("linear"));
  EXPECT_EQ(structure("3*dot(w0, x)*dot(w1, x) + x"), structure("dot(w3, x)*dot(w0, x) - 2*x"));
}

TEST(RandomNeuron, IsNearInComplexityAndAnotherNeuron) {
  for (const char* like : {"linear", "x^2", "x^3 + x", "x^5 + x^3 + x^2 + x", "quadratic"}) {
    const auto model = neuron::resolve_neuron(like).aggregation;
    const std::string structure = structure_text(model);
    const auto size = [](const neuron::Aggregation& a) {
      return static_cast<int>(neuron::to_formula(a).size());
    };
    neuron::Aggregation plain = model;
    for (neuron::Term& term : plain.terms) term.coefficient = 1.0;
    std::vector<std::string> drawn;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const neuron::Neuron random = random_neuron(model, seed);
      drawn.push_back(structure_text(random.aggregation));
      EXPECT_NE(drawn.back(), structure);
      EXPECT_LE(std::abs(size(random.aggregation) - size(plain)), 2) << drawn.back();
      EXPECT_EQ(structure_text(random_neuron(model, seed).aggregation), drawn.back());
    }
    std::ranges::sort(drawn);
    EXPECT_GT(std::ranges::unique(drawn).begin() - drawn.begin(), 1) << like;
  }
}

}  // namespace
}  // namespace neuronsmith::experiment
