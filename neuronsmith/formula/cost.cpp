#include "neuronsmith/formula/cost.hpp"

#include <bit>
#include <cstdlib>
#include <vector>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::formula {
namespace {

/// By squaring: x^5 = (x^2)^2 * x.
double cost_of_power(int exponent) {
  const auto k = static_cast<unsigned>(std::abs(exponent));
  if (k == 0) return 0.0;
  const int multiplications = std::bit_width(k) - 1 + std::popcount(k) - 1;
  return multiplications + (exponent < 0 ? info(Op::Div).cost : 0.0);
}

double cost_of(const Node& node) {
  return node.op == Op::PowInt ? cost_of_power(node.index) : info(node.op).cost;
}

}  // namespace

double operations_of(const Formula& formula) {
  double count = 0.0;
  std::vector<bool> is_literal;  // per value on the stack
  for (const Node& node : formula.nodes()) {
    const OperatorInfo& row = info(node.op);
    NEURONSMITH_CHECK(row.kind != OpKind::Reduction, "no elementwise formula");
    bool is_folded = row.kind != OpKind::Leaf || node.op == Op::Literal;
    for (int i = 0; i < row.arity; ++i) {
      is_folded = is_folded && is_literal.back();
      is_literal.pop_back();
    }
    if (!is_folded) count += cost_of(node);
    is_literal.push_back(is_folded);
  }
  return count;
}

}  // namespace neuronsmith::formula
