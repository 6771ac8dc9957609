#include "neuronsmith/search/genetic/random_formula.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace neuronsmith::search {

using formula::Formula;
using formula::Node;
using formula::Op;

namespace {

constexpr int kProductDepth = 2;
constexpr double kGrowStop = 0.3;  ///< probability that grow ends a path early

}  // namespace

Formula RandomFormula::full(int depth, Random& random) const { return tree(depth, 0.0, random); }

Formula RandomFormula::grow(int depth, Random& random) const {
  return tree(depth, kGrowStop, random);
}

Formula RandomFormula::half_and_half(Random& random) const {
  const auto range =
      static_cast<std::size_t>(options_.init_depth_high - options_.init_depth_low + 1);
  int depth = options_.init_depth_low + static_cast<int>(random.below(range));
  for (;; --depth) {
    Formula f = random.chance(0.5) ? full(depth, random) : grow(depth, random);
    if (f.size() <= options_.max_nodes || depth == 0) return f;
  }
}

Node RandomFormula::leaf_node(Random& random) const {
  if (random.chance(options_.leaf_input)) return {.op = Op::Input};
  if (options_.weights > 0 && random.chance(0.5)) {
    return {.op = Op::Weight, .index = static_cast<std::int32_t>(random.below(options_.weights))};
  }
  return {.op = Op::Literal, .value = constant(random)};
}

Formula RandomFormula::leaf(Random& random) const {
  return Formula::from_nodes({leaf_node(random)}, input_shape_);
}

double RandomFormula::constant(Random& random) const {
  if (options_.constants == ConstantKind::Uniform) {
    return random.uniform(options_.constant_low, options_.constant_high);
  }
  const double count = std::floor(options_.constant_high) - std::ceil(options_.constant_low) + 1.0;
  return std::ceil(options_.constant_low) +
         static_cast<double>(random.below(static_cast<std::size_t>(count)));
}

Formula RandomFormula::product(Random& random) const {
  if (std::ranges::count(options_.functions, Op::Mul) == 0) return grow(kProductDepth, random);
  std::vector<Node> nodes{{.op = Op::Input}};
  for (std::size_t i = random.below(7); i > 0; --i) {
    nodes.push_back({.op = Op::Input});
    nodes.push_back({.op = Op::Mul});
  }
  return Formula::from_nodes(std::move(nodes), input_shape_);
}

Formula RandomFormula::tree(int depth, double stop, Random& random) const {
  std::vector<Node> nodes;
  nodes.reserve(options_.max_nodes);
  append(nodes, depth, stop, random);
  return Formula::from_nodes(std::move(nodes), input_shape_);
}

void RandomFormula::append(std::vector<Node>& nodes, int depth, double stop, Random& random) const {
  // A tree of too many nodes is of no use, so it need not grow on.
  if (depth == 0 || nodes.size() > options_.max_nodes || random.chance(stop)) {
    nodes.push_back(leaf_node(random));
    return;
  }
  const Op op = options_.functions[random.below(options_.functions.size())];
  for (int argument = 0; argument < formula::info(op).arity; ++argument) {
    append(nodes, depth - 1, stop, random);
  }
  nodes.push_back({.op = op});
}

}  // namespace neuronsmith::search
