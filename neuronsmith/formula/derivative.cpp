#include "neuronsmith/formula/derivative.hpp"

#include <algorithm>
#include <numbers>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::formula {
namespace {

Formula number(double value) { return Formula::literal(value); }

bool is_number(const Formula& formula, double value) {
  return formula.root().op == Op::Literal && formula.root().value == value;
}

Formula plus(const Formula& a, const Formula& b) {
  if (is_number(a, 0.0)) return b;
  return is_number(b, 0.0) ? a : Formula::apply(Op::Add, a, b);
}

Formula negative(const Formula& a) {
  if (a.root().op == Op::Literal) return number(-a.root().value);
  return Formula::apply(Op::Neg, a);
}

Formula minus(const Formula& a, const Formula& b) {
  if (is_number(b, 0.0)) return a;
  return is_number(a, 0.0) ? negative(b) : Formula::apply(Op::Sub, a, b);
}

bool is_number(const Formula& formula) { return formula.root().op == Op::Literal; }

/// Numbers go to the front, where they become one.
Formula times(const Formula& a, const Formula& b) {
  if (is_number(a, 0.0) || is_number(b, 0.0)) return number(0.0);
  if (is_number(a, 1.0)) return b;
  if (is_number(b, 1.0)) return a;
  if (is_number(b)) return is_number(a) ? number(a.root().value * b.root().value) : times(b, a);
  if (is_number(a) && b.root().op == Op::Mul) {
    const std::vector<std::size_t> factors = b.arguments(b.size() - 1);
    const Formula first = b.subtree(factors[0]);
    if (is_number(first)) return times(times(a, first), b.subtree(factors[1]));
  }
  return Formula::apply(Op::Mul, a, b);
}

Formula over(const Formula& a, const Formula& b) {
  return is_number(a, 0.0) ? a : Formula::apply(Op::Div, a, b);
}

Formula power(const Formula& base, int exponent) {
  if (exponent == 0) return number(1.0);
  return exponent == 1 ? base : Formula::power(base, exponent);
}

Formula of(Op op, const Formula& a) { return Formula::apply(op, a); }

/// 1 where a > 0, otherwise 0.
Formula step(const Formula& a) { return Formula::apply(Op::Max, number(0.0), of(Op::Sign, a)); }

/// A subtree and its derivative.
struct Dual {
  Formula value;
  Formula slope;
};

/// Phi(a) + a Phi'(a) with the normal distribution function Phi.
Formula gelu_slope(const Formula& a) {
  const Formula error = of(Op::Erf, times(number(1.0 / std::numbers::sqrt2), a));
  const Formula density = of(Op::Exp, times(number(-0.5), power(a, 2)));
  const double scale = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  return plus(times(number(0.5), plus(number(1.0), error)),
              times(times(number(scale), a), density));
}

/// No default: an operator without a case does not compile.
Formula unary_slope(const Node& node, const Formula& a) {
  switch (node.op) {
    case Op::Neg:
      return number(-1.0);
    case Op::Abs:
      return of(Op::Sign, a);
    case Op::Sign:
      return number(0.0);
    case Op::Sqrt:
      return over(number(0.5), of(Op::Sqrt, a));
    case Op::ProtectedSqrt:
      return over(times(number(0.5), of(Op::Sign, a)), of(Op::ProtectedSqrt, a));
    case Op::Log:
      return over(number(1.0), a);
    case Op::ProtectedLog:
      return of(Op::ProtectedInv, a);
    case Op::ProtectedInv:
      return negative(power(of(Op::ProtectedInv, a), 2));
    case Op::Exp:
      return of(Op::Exp, a);
    case Op::Sin:
      return of(Op::Cos, a);
    case Op::Cos:
      return negative(of(Op::Sin, a));
    case Op::Tan:
      return plus(number(1.0), power(of(Op::Tan, a), 2));
    case Op::Tanh:
      return minus(number(1.0), power(of(Op::Tanh, a), 2));
    case Op::Sigmoid:
      return times(of(Op::Sigmoid, a), of(Op::Sigmoid, negative(a)));
    case Op::Softplus:
      return of(Op::Sigmoid, a);
    case Op::Erf:
      return times(number(2.0 * std::numbers::inv_sqrtpi), of(Op::Exp, negative(power(a, 2))));
    case Op::Relu:
      return step(a);
    case Op::Gelu:
      return gelu_slope(a);
    case Op::Sinc:
      return over(minus(of(Op::Cos, times(number(std::numbers::pi), a)), of(Op::Sinc, a)), a);
    case Op::Mean:  // without a batch: mean 0, deviation 1
    case Op::Std:
      return number(0.0);
    case Op::ZScore:
      return number(1.0);
    case Op::PowInt:
      return times(number(node.index), power(a, node.index - 1));
    case Op::Literal:
    case Op::Input:
    case Op::Column:
    case Op::Parameter:
    case Op::Weight:
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
    case Op::Div:
    case Op::ProtectedDiv:
    case Op::Pow:
    case Op::Min:
    case Op::Max:
    case Op::Less:
    case Op::LessEqual:
    case Op::Where:
    case Op::Sum:
    case Op::Dot:
      break;
  }
  throw InternalError("no operator of one argument");
}

/// Of a^b; where one of both is constant there is no term for it.
Formula power_slope(const Dual& a, const Dual& b) {
  const Formula value = Formula::apply(Op::Pow, a.value, b.value);
  const Formula lower = Formula::apply(Op::Pow, a.value, minus(b.value, number(1.0)));
  return plus(
      times(times(b.value, lower), a.slope),
      is_number(b.slope, 0.0) ? b.slope : times(times(value, of(Op::Log, a.value)), b.slope));
}

/// Of what returns `a` where `is_a` is 1 and `b` where it is 0.
Formula chosen(const Formula& is_a, const Dual& a, const Dual& b) {
  return plus(times(is_a, a.slope), times(minus(number(1.0), is_a), b.slope));
}

Formula protected_quotient(const Dual& a, const Dual& b) {
  const Formula inverse = of(Op::ProtectedInv, b.value);
  return minus(times(inverse, a.slope), times(times(a.value, power(inverse, 2)), b.slope));
}

Formula binary_slope(Op op, const Dual& a, const Dual& b) {
  switch (op) {
    case Op::Add:
      return plus(a.slope, b.slope);
    case Op::Sub:
      return minus(a.slope, b.slope);
    case Op::Mul:
      return plus(times(a.slope, b.value), times(a.value, b.slope));
    case Op::Div:
      return minus(over(a.slope, b.value), over(times(a.value, b.slope), power(b.value, 2)));
    case Op::ProtectedDiv:
      return protected_quotient(a, b);
    case Op::Pow:
      return power_slope(a, b);
    case Op::Min:
      return chosen(step(minus(b.value, a.value)), a, b);
    case Op::Max:
      return chosen(step(minus(a.value, b.value)), a, b);
    case Op::Less:
    case Op::LessEqual:
      return number(0.0);
    default:
      break;
  }
  throw InternalError("no operator of two arguments");
}

/// Of where(c, a, b).
Formula where_slope(const Formula& condition, const Dual& a, const Dual& b) {
  if (is_number(a.slope, 0.0) && is_number(b.slope, 0.0)) return a.slope;
  return Formula::apply(Op::Where, condition, a.slope, b.slope);
}

Dual applied(const Node& node, const std::vector<Dual>& arguments) {
  if (arguments.empty()) {
    Formula leaf = Formula::from_nodes({node}, Shape::Scalar);
    return {std::move(leaf), number(node.op == Op::Input ? 1.0 : 0.0)};
  }
  const Dual& a = arguments[0];
  if (node.op == Op::Where) {
    return {Formula::apply(node.op, a.value, arguments[1].value, arguments[2].value),
            where_slope(a.value, arguments[1], arguments[2])};
  }
  if (arguments.size() == 2) {
    return {Formula::apply(node.op, a.value, arguments[1].value),
            binary_slope(node.op, a, arguments[1])};
  }
  Formula value =
      node.op == Op::PowInt ? Formula::power(a.value, node.index) : of(node.op, a.value);
  // What does not depend on x has no slope, however the operator behaves there.
  if (is_number(a.slope, 0.0)) return {std::move(value), a.slope};
  return {std::move(value), times(unary_slope(node, a.value), a.slope)};
}

}  // namespace

std::optional<Formula> derivative(const Formula& formula) {
  NEURONSMITH_CHECK(formula.shape() == Shape::Scalar && formula.input_shape() == Shape::Scalar,
                    "only a formula of scalar x has a derivative");
  std::vector<Dual> stack;
  for (const Node& node : formula.nodes()) {
    const auto arity = static_cast<std::ptrdiff_t>(info(node.op).arity);
    const std::vector<Dual> arguments(stack.end() - arity, stack.end());
    stack.erase(stack.end() - arity, stack.end());
    stack.push_back(applied(node, arguments));
    if (stack.back().slope.size() > kMaxNodes) return std::nullopt;
  }
  return std::move(stack.back().slope);
}

}  // namespace neuronsmith::formula
