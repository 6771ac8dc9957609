#include "neuronsmith/formula/polynomial.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace neuronsmith::formula {
namespace {

constexpr std::size_t kStackDepth = 24;

double& at(Polynomial& p, int k) { return p.coefficients[static_cast<std::size_t>(k)]; }
double at(const Polynomial& p, int k) { return p.coefficients[static_cast<std::size_t>(k)]; }

void trim(Polynomial& p) {
  while (p.degree > 0 && at(p, p.degree) == 0.0) --p.degree;
}

void add_scaled(Polynomial& a, const Polynomial& b, double scale) {
  for (int k = 0; k <= b.degree; ++k) at(a, k) += scale * at(b, k);
  a.degree = std::max(a.degree, b.degree);
  trim(a);
}

bool multiply(Polynomial& a, const Polynomial& b) {
  if (a.degree + b.degree > kMaxPolynomialDegree) return false;
  Polynomial product{.degree = a.degree + b.degree};
  for (int i = 0; i <= a.degree; ++i) {
    for (int j = 0; j <= b.degree; ++j) at(product, i + j) += at(a, i) * at(b, j);
  }
  trim(product);
  a = product;
  return true;
}

bool raise(Polynomial& a, int exponent) {
  if (exponent < 0 || exponent * a.degree > kMaxPolynomialDegree) return false;
  const Polynomial base = a;
  a = Polynomial{};
  at(a, 0) = 1.0;
  for (int i = 0; i < exponent; ++i) multiply(a, base);
  return true;
}

/// Applies `op` with the second argument `b`; the first is the new top of the stack.
bool apply(Op op, Polynomial& a, const Polynomial& b) {
  switch (op) {
    case Op::Add:
      add_scaled(a, b, 1.0);
      return true;
    case Op::Sub:
      add_scaled(a, b, -1.0);
      return true;
    case Op::Mul:
      return multiply(a, b);
    case Op::Div:
      if (b.degree != 0 || at(b, 0) == 0.0) return false;
      for (double& c : a.coefficients) c /= at(b, 0);
      return true;
    default:
      return false;
  }
}

bool is_finite(const Polynomial& p) {
  return std::ranges::all_of(p.coefficients, [](double c) { return std::isfinite(c); });
}

}  // namespace

std::optional<Polynomial> collapse_to_polynomial(const Formula& formula) noexcept {
  std::array<Polynomial, kStackDepth> stack;
  std::size_t top = 0;  // one past the last
  for (const Node& node : formula.nodes()) {
    switch (node.op) {
      case Op::Literal:
      case Op::Input:
        if (top == kStackDepth) return std::nullopt;
        stack[top] = Polynomial{.degree = node.op == Op::Input ? 1 : 0};
        at(stack[top], stack[top].degree) = node.op == Op::Input ? 1.0 : node.value;
        ++top;
        break;
      case Op::Neg:
        for (double& c : stack[top - 1].coefficients) c = -c;
        break;
      case Op::PowInt:
        if (!raise(stack[top - 1], node.index)) return std::nullopt;
        break;
      default:
        if (info(node.op).arity != 2 || !apply(node.op, stack[top - 2], stack[top - 1])) {
          return std::nullopt;
        }
        --top;
    }
  }
  if (!is_finite(stack[0])) return std::nullopt;
  return stack[0];
}

std::optional<int> exponent_of(const Formula& formula) noexcept {
  if (formula.root().op == Op::Input) return 1;
  const bool is_power = formula.size() == 2 && formula.root().op == Op::PowInt &&
                        formula.nodes()[0].op == Op::Input;
  return is_power ? std::optional<int>(formula.root().index) : std::nullopt;
}

Formula power_of_x(int exponent) {
  const Formula x = Formula::input(Shape::Scalar);
  return exponent == 1 ? x : Formula::power(x, exponent);
}

}  // namespace neuronsmith::formula
