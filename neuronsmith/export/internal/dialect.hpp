#pragma once

#include <string>
#include <vector>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::exports::internal {

inline constexpr int kSumPrecedence = 1;
inline constexpr int kProductPrecedence = 2;
inline constexpr int kSignPrecedence = 3;
inline constexpr int kPowerPrecedence = 4;
inline constexpr int kAtomPrecedence = 5;

/// Source text of a subexpression and how tightly its outermost operator binds.
struct Piece {
  std::string text;
  int precedence = kAtomPrecedence;
  bool is_number = false;
};

/// Text within parentheses unless it binds at least so tightly.
[[nodiscard]] std::string wrapped(const Piece& piece, int precedence);

/// How a programming language writes an expression of numbers.
class Dialect {
 public:
  virtual ~Dialect() = default;

  [[nodiscard]] std::string expression(const formula::Formula& formula) const;
  /// The operator of `node` applied to its arguments.
  [[nodiscard]] Piece applied(const formula::Node& node, const std::vector<Piece>& a) const;

 protected:
  [[nodiscard]] virtual std::string number(double value) const = 0;
  [[nodiscard]] virtual Piece power(const Piece& base, int exponent) const = 0;
  /// Of every operator that is neither leaf, sign, sum, product, quotient nor whole power. Throws
  /// ConfigError where the language has no word for it.
  [[nodiscard]] virtual std::string call(formula::Op op, const std::vector<Piece>& a) const = 0;
};

/// Throws ConfigError: `language` has no word for the operator.
[[noreturn]] void refuse(formula::Op op, const char* language);

}  // namespace neuronsmith::exports::internal
