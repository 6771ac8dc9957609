#include "neuronsmith/formula/column_polynomial.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace neuronsmith::formula {
namespace {

using Result = std::optional<ColumnPolynomial>;

ColumnPolynomial constant(double value) {
  if (value == 0.0) return {};
  return {{Monomial{}, value}};
}

void scale(ColumnPolynomial& a, double factor) {
  if (factor == 0.0) return a.clear();
  for (auto& [monomial, coefficient] : a) coefficient *= factor;
}

void add(ColumnPolynomial& a, const Monomial& monomial, double coefficient) {
  const auto place = a.try_emplace(monomial, 0.0).first;
  place->second += coefficient;
  if (place->second == 0.0) a.erase(place);
}

Monomial product(const Monomial& a, const Monomial& b) {
  Monomial result;
  std::ranges::merge(a, b, std::back_inserter(result));
  return result;
}

Result multiply(const ColumnPolynomial& a, const ColumnPolynomial& b) {
  if (a.size() * b.size() > kMaxProducts) return std::nullopt;
  ColumnPolynomial result;
  for (const auto& [left, x] : a) {
    for (const auto& [right, y] : b) add(result, product(left, right), x * y);
  }
  return result;
}

Result power(const ColumnPolynomial& base, int exponent) {
  if (exponent < 0) return std::nullopt;
  Result result = constant(1.0);
  for (int i = 0; i < exponent && result; ++i) result = multiply(*result, base);
  return result;
}

Result divide(ColumnPolynomial a, const ColumnPolynomial& b) {
  const bool is_literal = b.size() == 1 && b.begin()->first.empty();
  if (!is_literal) return std::nullopt;
  scale(a, 1.0 / b.begin()->second);
  return a;
}

Result combine(Op op, ColumnPolynomial a, const ColumnPolynomial& b) {
  switch (op) {
    case Op::Add:
      for (const auto& [monomial, coefficient] : b) add(a, monomial, coefficient);
      return a;
    case Op::Sub:
      for (const auto& [monomial, coefficient] : b) add(a, monomial, -coefficient);
      return a;
    case Op::Mul:
      return multiply(a, b);
    case Op::Div:
      return divide(std::move(a), b);
    default:
      return std::nullopt;
  }
}

/// What a node of one argument makes of it.
Result changed(const Node& node, ColumnPolynomial a) {
  if (node.op == Op::PowInt) return power(a, node.index);
  if (node.op != Op::Neg) return std::nullopt;
  scale(a, -1.0);
  return a;
}

bool is_finite(const ColumnPolynomial& a) {
  return std::ranges::all_of(a, [](const auto& term) { return std::isfinite(term.second); });
}

/// Applies a node to the polynomials on top of the stack; false where there is no polynomial.
bool apply(const Node& node, std::vector<ColumnPolynomial>& stack) {
  Result result;
  if (node.op == Op::Literal) result = constant(node.value);
  if (node.op == Op::Column) result = ColumnPolynomial{{Monomial{node.index}, 1.0}};
  const int arity = info(node.op).arity;
  if (arity > 2) return false;
  if (arity > 0) {
    const ColumnPolynomial last = std::move(stack.back());
    stack.pop_back();
    if (arity == 1) {
      result = changed(node, last);
    } else {
      result = combine(node.op, std::move(stack.back()), last);
      stack.pop_back();
    }
  }
  if (!result || !is_finite(*result)) return false;
  stack.push_back(std::move(*result));
  return true;
}

}  // namespace

std::optional<ColumnPolynomial> expand_columns(const Formula& formula) {
  std::vector<ColumnPolynomial> stack;
  for (const Node& node : formula.nodes()) {
    if (!apply(node, stack)) return std::nullopt;
  }
  return std::move(stack[0]);
}

}  // namespace neuronsmith::formula
