#include "neuronsmith/neuron/activation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/literals.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::neuron {

using formula::Formula;
using formula::Node;
using formula::Op;
using formula::Shape;

std::string_view name(Learnable learnable) {
  switch (learnable) {
    case Learnable::None:
      return "none";
    case Learnable::Layer:
      return "layer";
    case Learnable::Channel:
      break;
  }
  return "channel";
}

Learnable parse_learnable(std::string_view text) {
  for (const Learnable learnable : {Learnable::None, Learnable::Layer, Learnable::Channel}) {
    if (text == name(learnable)) return learnable;
  }
  throw ConfigError(fmt::format("--learnable must be none, layer or channel, not \"{}\"", text));
}

std::size_t Activation::parameter_count(std::size_t n_outputs) const {
  switch (formula.empty() ? Learnable::None : learnable) {
    case Learnable::None:
      return 0;
    case Learnable::Layer:
      return parameters.size();
    case Learnable::Channel:
      break;
  }
  return parameters.size() * n_outputs;
}

Activation with_learnable_literals(const Formula& formula, Learnable learnable) {
  if (learnable == Learnable::None || !formula.uses(Op::Literal)) return formula;
  formula::Parametrised parametrised = formula::literals_to_parameters(formula);
  Activation activation(std::move(parametrised.formula));
  activation.parameters = std::move(parametrised.values);
  activation.learnable = learnable;
  return activation;
}

Activation with_learnable_literals(Activation activation, Learnable learnable) {
  if (!activation.parameters.empty()) return activation;
  return with_learnable_literals(activation.formula, learnable);
}

Formula with_literal_parameters(const Activation& activation) {
  const Formula& formula = activation.formula;
  if (formula.empty()) return Formula::input(Shape::Scalar);
  return formula::parameters_to_literals(formula, activation.parameters);
}

Formula without_batch(const Activation& activation) {
  const Formula formula = with_literal_parameters(activation);
  std::vector<Node> nodes;
  for (const Node& node : formula.nodes()) {
    if (formula::info(node.op).kind != formula::OpKind::BatchStatistic) {
      nodes.push_back(node);
    } else if (node.op != Op::ZScore) {  // in the place of its argument x
      nodes.back() = {.op = Op::Literal, .value = formula::info(node.op).value({})};
    }
  }
  return Formula::from_nodes(std::move(nodes), formula.input_shape());
}

std::string objection_to(const Activation& activation) {
  const Formula& formula = activation.formula;
  if (formula.empty()) return {};
  if (!formula.uses(Op::Input)) return "does not depend on x";
  if (formula.uses(Op::Column)) return "depends on columns, and not on x alone";
  if (formula.input_shape() != Shape::Scalar) return "is of a vector x";
  if (static_cast<std::size_t>(formula.count(Op::Parameter)) > activation.parameters.size()) {
    return "has parameters without values";
  }
  return {};
}

Json to_json(const Activation& activation) {
  if (activation.formula.empty()) return nullptr;
  const std::string text = formula::to_infix(activation.formula);
  if (activation.parameters.empty()) return text;
  return {{"formula", text},
          {"parameters", activation.parameters},
          {"learnable", name(activation.learnable)}};
}

Activation activation_from_json(const Json& json, const std::string& source) {
  if (json.is_null()) return {};
  const std::string place = source + ": key \"activation\"";
  Activation activation;
  if (json.is_object()) {
    activation.parameters = json_get<std::vector<double>>(json, "parameters", place);
    try {
      activation.learnable = parse_learnable(json_get<std::string>(json, "learnable", place));
    } catch (const ConfigError& error) {
      throw ParseError(fmt::format("{}: {}", place, error.what()));
    }
  }
  const bool is_text = json.is_string();
  const auto text =
      is_text ? json.get<std::string>() : json_get<std::string>(json, "formula", place);
  activation.formula = formula::parse_or_throw(text, Shape::Scalar, place);
  const bool has_parameters = !activation.parameters.empty();
  if (has_parameters != (activation.learnable != Learnable::None)) {
    throw ParseError(place + ": parameters and \"learnable\" belong together");
  }
  if (const std::string objection = objection_to(activation); !objection.empty()) {
    throw ParseError(fmt::format("{}: \"{}\" {}", place, text, objection));
  }
  return activation;
}

}  // namespace neuronsmith::neuron
