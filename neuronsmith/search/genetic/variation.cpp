#include "neuronsmith/search/genetic/variation.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace neuronsmith::search {
namespace {

using formula::Formula;
using formula::Node;
using formula::Op;

constexpr int kFreshDepth = 3;

/// A random one of the nodes that are wanted.
template <typename Wanted>
std::optional<std::size_t> random_position(const Formula& f, const Wanted& wanted, Random& random) {
  const auto nodes = f.nodes();
  const auto count = static_cast<std::size_t>(std::ranges::count_if(nodes, wanted));
  if (count == 0) return std::nullopt;
  std::size_t to_skip = random.below(count);
  for (std::size_t i = 0;; ++i) {
    if (wanted(nodes[i]) && to_skip-- == 0) return i;
  }
}

bool is_sum(const Node& node) { return node.op == Op::Add || node.op == Op::Sub; }

}  // namespace

Formula Variation::crossover(const Formula& parent, const Formula& donor, Random& random) const {
  const Formula part = donor.subtree(cut(donor, random));
  return parent.with_subtree(cut(parent, random), part);
}

Formula Variation::subtree(const Formula& parent, Random& random) const {
  return parent.with_subtree(cut(parent, random), fresh_.grow(kFreshDepth, random));
}

Formula Variation::point(const Formula& parent, Random& random) const {
  std::vector<Node> nodes(parent.nodes().begin(), parent.nodes().end());
  if (options_.point_replace == 0.0) {
    Node& node = nodes[random.below(nodes.size())];
    node = replacement(node, random);
  } else {
    for (Node& node : nodes) {
      if (random.chance(options_.point_replace)) node = replacement(node, random);
    }
  }
  return Formula::from_nodes(std::move(nodes), parent.input_shape());
}

Node Variation::replacement(const Node& node, Random& random) const {
  const int arity = formula::info(node.op).arity;
  if (arity == 0) return fresh_.leaf(random).root();
  std::vector<Op> others;
  for (const Op op : options_.functions) {
    if (formula::info(op).arity == arity) others.push_back(op);
  }
  if (others.empty()) return node;
  return {.op = others[random.below(others.size())]};
}

std::size_t Variation::cut(const Formula& f, Random& random) const {
  if (options_.cut_function == 1.0) return random.below(f.size());
  const auto weight = [this](const Node& node) {
    return formula::info(node.op).arity > 0 ? options_.cut_function : 1.0;
  };
  double total = 0.0;
  for (const Node& node : f.nodes()) total += weight(node);
  double draw = random.uniform() * total;
  for (std::size_t i = 0; i + 1 < f.size(); ++i) {
    draw -= weight(f.nodes()[i]);
    if (draw < 0.0) return i;
  }
  return f.size() - 1;
}

Formula Variation::hoist(const Formula& parent, Random& random) const {
  const std::size_t position = cut(parent, random);
  const Formula part = parent.subtree(position);
  return parent.with_subtree(position, part.subtree(cut(part, random)));
}

Formula Variation::constant(const Formula& parent, Random& random) const {
  const auto position = random_position(
      parent, [](const Node& node) { return node.op == Op::Literal; }, random);
  if (!position) return parent;
  const double value = parent.nodes()[*position].value;
  const double changed = random.chance(options_.constant_fresh)
                             ? fresh_.constant(random)
                             : value * (1.0 + options_.constant_sigma * random.normal());
  return parent.with_subtree(*position, Formula::literal(changed));
}

Formula Variation::term(const Formula& parent, Random& random) const {
  const auto position = random_position(parent, is_sum, random);
  const std::size_t way = random.below(4);
  if (!position || way < 2) {
    if (!may_use(Op::Add)) return parent;
    return Formula::apply(Op::Add, parent, fresh_.product(random));
  }
  const auto sides = parent.arguments(*position);
  const std::size_t side = sides[random.below(sides.size())];
  if (way == 2) return parent.with_subtree(side, fresh_.product(random));
  return parent.with_subtree(*position, parent.subtree(side));
}

bool Variation::may_use(Op op) const { return std::ranges::count(options_.functions, op) != 0; }

}  // namespace neuronsmith::search
