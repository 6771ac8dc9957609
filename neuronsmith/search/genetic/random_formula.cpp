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

double grow_stop(const GeneticOptions& options, InputSpace inputs) {
  if (options.leaves == Leaves::ByShare) return kGrowStop;
  const auto n_inputs = static_cast<double>(inputs.n_inputs());
  return (n_inputs - 1.0) / (n_inputs + static_cast<double>(options.functions.size()));
}

}  // namespace

Formula RandomFormula::full(int depth, Random& random) const { return tree(depth, 0.0, random); }

Formula RandomFormula::grow(int depth, Random& random) const {
  return tree(depth, grow_stop(options_, inputs_), random);
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
  const auto n_inputs = static_cast<double>(inputs_.n_inputs());
  const double input_share =
      options_.leaves == Leaves::Uniform ? n_inputs / (n_inputs + 1.0) : options_.leaf_input;
  if (random.chance(input_share)) return input_node(random);
  if (options_.weights > 0 && random.chance(0.5)) {
    return {.op = Op::Weight, .index = static_cast<std::int32_t>(random.below(options_.weights))};
  }
  return {.op = Op::Literal, .value = constant(random)};
}

Node RandomFormula::input_node(Random& random) const {
  if (inputs_.n_columns == 0) return {.op = Op::Input};
  return {.op = Op::Column, .index = static_cast<std::int32_t>(random.below(inputs_.n_columns))};
}

Formula RandomFormula::leaf(Random& random) const {
  return Formula::from_nodes({leaf_node(random)}, inputs_.shape);
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
  std::vector<Node> nodes{input_node(random)};
  for (std::size_t i = random.below(7); i > 0; --i) {
    nodes.push_back(input_node(random));
    nodes.push_back({.op = Op::Mul});
  }
  return Formula::from_nodes(std::move(nodes), inputs_.shape);
}

Formula RandomFormula::tree(int depth, double stop, Random& random) const {
  std::vector<Node> nodes;
  nodes.reserve(options_.max_nodes);
  if (options_.leaves == Leaves::Uniform && depth > 0) {
    append_function(nodes, depth, stop, random);
  } else {
    append(nodes, depth, stop, random);
  }
  return Formula::from_nodes(std::move(nodes), inputs_.shape);
}

void RandomFormula::append(std::vector<Node>& nodes, int depth, double stop, Random& random) const {
  // A tree of too many nodes is of no use, so it need not grow on.
  if (depth == 0 || nodes.size() > options_.max_nodes || random.chance(stop)) {
    nodes.push_back(leaf_node(random));
    return;
  }
  append_function(nodes, depth, stop, random);
}

void RandomFormula::append_function(std::vector<Node>& nodes,
                                    int depth,
                                    double stop,
                                    Random& random) const {
  const Op op = options_.functions[random.below(options_.functions.size())];
  for (int argument = 0; argument < formula::info(op).arity; ++argument) {
    append(nodes, depth - 1, stop, random);
  }
  nodes.push_back({.op = op});
}

}  // namespace neuronsmith::search
