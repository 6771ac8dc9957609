#include "neuronsmith/export/internal/dialect.hpp"

#include <fmt/format.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::exports::internal {
namespace {

using formula::Op;

/// Left-associative: the right side must bind more tightly.
Piece joined(const Piece& a, const char* sign, const Piece& b, int precedence) {
  return {wrapped(a, precedence) + sign + wrapped(b, precedence + 1), precedence};
}

}  // namespace

std::string wrapped(const Piece& piece, int precedence) {
  return piece.precedence >= precedence ? piece.text : "(" + piece.text + ")";
}

Piece Dialect::applied(const formula::Node& node, const std::vector<Piece>& a) const {
  switch (node.op) {
    case Op::Literal:
      return {
          number(node.value), std::signbit(node.value) ? kSignPrecedence : kAtomPrecedence, true};
    case Op::Input:
      return {"x"};
    case Op::Parameter:
      return {fmt::format("p{}", node.index)};
    case Op::Neg:
      return {"-" + wrapped(a[0], kPowerPrecedence), kSignPrecedence};
    case Op::Add:
      return joined(a[0], " + ", a[1], kSumPrecedence);
    case Op::Sub:
      return joined(a[0], " - ", a[1], kSumPrecedence);
    case Op::Mul:
      return joined(a[0], "*", a[1], kProductPrecedence);
    case Op::Div:
      return joined(a[0], "/", a[1], kProductPrecedence);
    case Op::PowInt:
      return node.index == 1 ? a[0] : power(a[0], node.index);
    default:
      return {call(node.op, a)};
  }
}

std::string Dialect::expression(const formula::Formula& formula) const {
  std::vector<Piece> stack;
  for (const formula::Node& node : formula.nodes()) {
    const auto arity = static_cast<std::ptrdiff_t>(info(node.op).arity);
    const std::vector<Piece> arguments(stack.end() - arity, stack.end());
    stack.erase(stack.end() - arity, stack.end());
    stack.push_back(applied(node, arguments));
  }
  return stack.back().text;
}

void refuse(Op op, const char* language) {
  throw ConfigError(
      fmt::format("the operator {} cannot be exported to {}", formula::info(op).name, language));
}

}  // namespace neuronsmith::exports::internal
