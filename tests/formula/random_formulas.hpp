#pragma once

#include <vector>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula::testing {

/// What random formulas may hold.
struct Grammar {
  Shape input_shape = Shape::Scalar;
  bool reductions = false;  ///< sum and dot, and weight vectors
  bool parameters = false;
  bool columns = false;
};

inline Formula random_leaf(const Grammar& grammar, Random& random) {
  switch (random.below(6)) {
    case 0:
      return Formula::literal(random.uniform(-3.0, 3.0));
    case 1:
      return Formula::literal(static_cast<double>(random.below(7)) - 3.0);
    case 2:
      if (grammar.parameters) return Formula::parameter(static_cast<int>(random.below(3)));
      break;
    case 3:
      if (grammar.columns) return Formula::column(static_cast<int>(random.below(3)));
      break;
    case 4:
      if (grammar.reductions) return Formula::weight(static_cast<int>(random.below(2)));
      break;
    default:
      break;
  }
  return Formula::input(grammar.input_shape);
}

/// A random formula over the whole operator table.
inline Formula random_formula(const Grammar& grammar, int depth, Random& random) {
  if (depth == 0 || random.chance(0.15)) return random_leaf(grammar, random);
  for (;;) {
    const auto op = static_cast<Op>(random.below(kOpCount));
    const OperatorInfo& row = info(op);
    if (row.arity == 0 || (row.kind == OpKind::Reduction && !grammar.reductions)) continue;
    if (row.kind == OpKind::BatchStatistic) continue;  // its argument is x alone
    std::vector<Formula> arguments;
    for (int i = 0; i < row.arity; ++i) {
      arguments.push_back(random_formula(grammar, depth - 1, random));
    }
    if (op == Op::PowInt) {
      return Formula::power(arguments[0], static_cast<int>(random.below(7)) - 2);
    }
    return Formula::apply(op, arguments);
  }
}

}  // namespace neuronsmith::formula::testing
