#include "neuronsmith/neuron/composite.hpp"

#include <array>
#include <vector>

#include "neuronsmith/formula/normal_form.hpp"
#include "neuronsmith/formula/substitute.hpp"

namespace neuronsmith::neuron {

using formula::Formula;
using formula::Node;
using formula::Op;
using formula::Shape;

Formula compose(const Composite& parts) {
  const Formula sum = Formula::apply(Op::Sum, parts.aggregation);
  return formula::substitute(parts.activation, Op::Input, std::array{sum}, Shape::Vector);
}

std::optional<Composite> decompose(const Formula& formula) {
  if (formula.empty() || formula.input_shape() != Shape::Vector) return std::nullopt;
  const auto nodes = formula.nodes();
  Formula aggregation;
  std::vector<Node> outwards;  // of the activation, from its root
  for (std::size_t end = nodes.size(); end > 0;) {
    const Node& node = nodes[end - 1];
    if (node.op != Op::Sum) {
      if (node.op == Op::Input || node.op == Op::Weight || node.op == Op::Dot) return std::nullopt;
      outwards.push_back(node);
      --end;
      continue;
    }
    const Formula summed = formula.subtree(end - 2);
    if (!aggregation.empty() && !(summed == aggregation)) return std::nullopt;
    if (aggregation.empty()) aggregation = summed;
    outwards.push_back(Formula::input(Shape::Scalar).root());
    end -= node.length;
  }
  if (aggregation.empty()) return std::nullopt;
  return Composite{aggregation,
                   Formula::from_nodes({outwards.rbegin(), outwards.rend()}, Shape::Scalar)};
}

Neuron make_neuron(const Composite& parts, Learnable learnable, const std::string& source) {
  Neuron neuron = make_neuron(parts.aggregation, source);
  neuron.activation = with_learnable_literals(formula::simplify(parts.activation), learnable);
  return neuron;
}

}  // namespace neuronsmith::neuron
