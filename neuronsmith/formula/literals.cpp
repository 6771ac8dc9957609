#include "neuronsmith/formula/literals.hpp"

#include <cstdint>
#include <utility>

namespace neuronsmith::formula {

Parametrised literals_to_parameters(const Formula& formula) {
  std::vector<Node> nodes(formula.nodes().begin(), formula.nodes().end());
  Parametrised result;
  for (Node& node : nodes) {
    if (node.op != Op::Literal) continue;
    const auto index = static_cast<std::int32_t>(result.values.size());
    result.values.push_back(node.value);
    node = {.op = Op::Parameter, .index = index};
  }
  result.formula = Formula::from_nodes(std::move(nodes), formula.input_shape());
  return result;
}

Formula parameters_to_literals(const Formula& formula, std::span<const double> values) {
  std::vector<Node> nodes(formula.nodes().begin(), formula.nodes().end());
  for (Node& node : nodes) {
    if (node.op != Op::Parameter) continue;
    node = {.op = Op::Literal, .value = values[static_cast<std::size_t>(node.index)]};
  }
  return Formula::from_nodes(std::move(nodes), formula.input_shape());
}

}  // namespace neuronsmith::formula
