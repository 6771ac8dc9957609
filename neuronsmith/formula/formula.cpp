#include "neuronsmith/formula/formula.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/hash.hpp"

namespace neuronsmith::formula {
namespace {

Formula leaf(Op op, int index, double value, Shape input_shape) {
  return Formula::from_nodes({Node{.op = op, .index = index, .value = value}}, input_shape);
}

Shape joined(const Formula& a, const Formula& b) {
  const bool vector = a.input_shape() == Shape::Vector || b.input_shape() == Shape::Vector;
  return vector ? Shape::Vector : Shape::Scalar;
}

}  // namespace

std::string_view name(Shape shape) { return shape == Shape::Vector ? "vector" : "scalar"; }

Shape shape_named(std::string_view text) {
  return text == name(Shape::Vector) ? Shape::Vector : Shape::Scalar;
}

Formula Formula::literal(double value) { return leaf(Op::Literal, 0, value, Shape::Scalar); }
Formula Formula::input(Shape shape) { return leaf(Op::Input, 0, 0.0, shape); }
Formula Formula::column(int index) { return leaf(Op::Column, index, 0.0, Shape::Scalar); }
Formula Formula::parameter(int index) { return leaf(Op::Parameter, index, 0.0, Shape::Scalar); }
Formula Formula::weight(int index) { return leaf(Op::Weight, index, 0.0, Shape::Vector); }

Formula Formula::apply(Op op, const Formula& a) { return below({.op = op}, std::array{&a}); }

Formula Formula::apply(Op op, const Formula& a, const Formula& b) {
  return below({.op = op}, std::array{&a, &b});
}

Formula Formula::apply(Op op, const Formula& a, const Formula& b, const Formula& c) {
  return below({.op = op}, std::array{&a, &b, &c});
}

Formula Formula::apply(Op op, std::span<const Formula> arguments) {
  std::vector<const Formula*> pointers;
  for (const Formula& argument : arguments) pointers.push_back(&argument);
  return below({.op = op}, pointers);
}

Formula Formula::power(const Formula& base, int exponent) {
  return below({.op = Op::PowInt, .index = exponent}, std::array{&base});
}

Formula Formula::below(Node root, std::span<const Formula* const> arguments) {
  NEURONSMITH_CHECK(static_cast<std::size_t>(info(root.op).arity) == arguments.size(),
                    "an operator takes as many arguments as its arity says");
  Formula result;
  for (const Formula* argument : arguments) {
    NEURONSMITH_CHECK(!argument->empty(), "an argument is missing");
    root.length += static_cast<std::uint32_t>(argument->size());
  }
  result.nodes_.reserve(root.length);
  for (const Formula* argument : arguments) {
    result.nodes_.insert(result.nodes_.end(), argument->nodes_.begin(), argument->nodes_.end());
    result.input_shape_ = joined(result, *argument);
  }
  result.nodes_.push_back(root);
  return result;
}

Formula Formula::from_nodes(std::vector<Node> nodes, Shape input_shape) {
  NEURONSMITH_CHECK(!nodes.empty(), "a formula has at least one node");
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::uint32_t length = 1;
    for (int argument = 0; argument < info(nodes[i].op).arity; ++argument) {
      NEURONSMITH_CHECK(length <= i, "an argument is missing");
      length += nodes[i - length].length;
    }
    NEURONSMITH_CHECK(length <= i + 1, "an argument is missing");
    nodes[i].length = length;
  }
  NEURONSMITH_CHECK(nodes.back().length == nodes.size(), "the nodes form more than one expression");
  Formula formula;
  formula.nodes_ = std::move(nodes);
  formula.input_shape_ = input_shape;
  return formula;
}

Formula Formula::with_input_shape(Shape shape) const {
  Formula formula = *this;
  formula.input_shape_ = shape;
  return formula;
}

Shape Formula::shape() const { return shape_at(size() - 1); }

Shape Formula::shape_at(std::size_t position) const {
  const std::size_t first = position + 1 - nodes_[position].length;
  // A reduction hides the shapes below it, so walk back from the root and skip over those.
  for (std::size_t i = position + 1; i > first;) {
    const Node& node = nodes_[i - 1];
    if (info(node.op).kind == OpKind::Reduction) {
      i -= node.length;
      continue;
    }
    if (node.op == Op::Weight) return Shape::Vector;
    if (node.op == Op::Input && input_shape_ == Shape::Vector) return Shape::Vector;
    --i;
  }
  return Shape::Scalar;
}

Formula Formula::subtree(std::size_t position) const {
  const auto end = nodes_.begin() + static_cast<std::ptrdiff_t>(position) + 1;
  return from_nodes(std::vector<Node>(end - nodes_[position].length, end), input_shape_);
}

Formula Formula::with_subtree(std::size_t position, const Formula& replacement) const {
  const auto end = nodes_.begin() + static_cast<std::ptrdiff_t>(position) + 1;
  std::vector<Node> nodes(nodes_.begin(), end - nodes_[position].length);
  nodes.insert(nodes.end(), replacement.nodes_.begin(), replacement.nodes_.end());
  nodes.insert(nodes.end(), end, nodes_.end());
  return from_nodes(std::move(nodes), joined(*this, replacement));
}

std::vector<std::size_t> Formula::arguments(std::size_t position) const {
  std::vector<std::size_t> positions(static_cast<std::size_t>(info(nodes_[position].op).arity));
  std::size_t at = position;
  for (auto slot = positions.rbegin(); slot != positions.rend(); ++slot) {
    *slot = at - 1;
    at -= nodes_[at - 1].length;
  }
  return positions;
}

int Formula::depth() const {
  std::vector<int> depths(size());
  for (std::size_t i = 0; i < size(); ++i) {
    for (const std::size_t argument : arguments(i)) {
      depths[i] = std::max(depths[i], depths[argument] + 1);
    }
  }
  return depths.back();
}

bool Formula::uses(Op op) const {
  return std::ranges::any_of(nodes_, [op](const Node& node) { return node.op == op; });
}

bool Formula::uses(OpKind kind) const {
  return std::ranges::any_of(nodes_,
                             [kind](const Node& node) { return info(node.op).kind == kind; });
}

int Formula::count(Op leaf_op) const {
  int n = 0;
  for (const Node& node : nodes_) {
    if (node.op == leaf_op) n = std::max(n, node.index + 1);
  }
  return n;
}

std::uint64_t Formula::hash() const {
  std::uint64_t hash = static_cast<std::uint64_t>(input_shape_);
  for (const Node& node : nodes_) {
    const std::uint64_t words[] = {static_cast<std::uint64_t>(node.op),
                                   static_cast<std::uint64_t>(node.index),
                                   std::bit_cast<std::uint64_t>(node.value)};
    hash = hash_bytes(std::as_bytes(std::span(words)), hash);
  }
  return hash;
}

}  // namespace neuronsmith::formula
