#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace neuronsmith::formula {

/// Every operator of the formula language. One row of kOperators and one kernel each.
enum class Op : std::uint8_t {
  // Leaves
  Literal,    ///< a fixed number
  Input,      ///< x: a scalar per sample (activation) or a vector per sample (aggregation)
  Column,     ///< x0, x1, ...: one named column, a scalar per sample
  Parameter,  ///< p0, p1, ...: a learnable scalar
  Weight,     ///< w0, w1, ...: a learnable vector with one entry per coordinate of x
  // Elementwise, one argument
  Neg,
  Abs,
  Sign,           ///< -1, 0 or 1
  Sqrt,           ///< NaN below 0
  ProtectedSqrt,  ///< sqrt(|a|)
  Log,            ///< natural; NaN below 0, -inf at 0
  ProtectedLog,   ///< log|a|, and 0 where |a| < 0.001 (gplearn's rule)
  ProtectedInv,   ///< 1/a, and 0 where |a| < 0.001 (gplearn's rule)
  Exp,
  Sin,
  Cos,
  Tan,
  Tanh,
  Sigmoid,
  Softplus,
  Erf,
  Relu,
  Gelu,    ///< a Phi(a) with the normal distribution function Phi; 0 at -infinity
  Sinc,    ///< sin(pi a)/(pi a), 1 at 0 and 0 at infinity
  PowInt,  ///< a to an integer exponent kept in the node
  // Elementwise, two arguments; a scalar is broadcast over a vector
  Add,
  Sub,
  Mul,  ///< Hadamard product
  Div,
  ProtectedDiv,  ///< a/b, and 1 where |b| <= 0.001 (gplearn's rule)
  Pow,           ///< a^b for a > 0; NaN for a < 0 unless b is an integer
  Min,
  Max,
  Less,       ///< 1 where a < b, otherwise 0; a > b is read as b < a
  LessEqual,  ///< 1 where a <= b, otherwise 0
  // Elementwise, three arguments
  Where,  ///< where(c, a, b): a where c is not 0, otherwise b
  // Reductions over the coordinates, vector -> scalar
  Sum,
  Dot,
  // Statistics of a batch, only in activations: over the rows of a batch for each output of a
  // layer.
  // Their argument is x itself. A formula evaluated by itself takes mean 0 and deviation 1.
  Mean,
  Std,     ///< the deviation, by the number of rows
  ZScore,  ///< (x - mean) / (deviation + kZScoreEpsilon); by itself x
};

inline constexpr std::size_t kOpCount = static_cast<std::size_t>(Op::ZScore) + 1;

inline constexpr double kZScoreEpsilon = 1e-6;

/// How an operator treats shapes. BatchStatistic: elementwise, but the value at a row depends on
/// the other rows too; `value` is that where there is no batch.
enum class OpKind : std::uint8_t { Leaf, Elementwise, Reduction, BatchStatistic };

/// How an operator prints in infix.
enum class Notation : std::uint8_t { Special, Function, Infix };

inline constexpr int kMaxArity = 3;

/// Values of an operator's arguments; those that it does not have are ignored.
using Arguments = std::array<double, kMaxArity>;

/// One row of the operator table.
struct OperatorInfo {
  Op op;
  std::string_view name;  ///< as parsed and printed in infix, e.g. "sin"; "+" for Add
  int arity;
  OpKind kind;
  Notation notation;
  int precedence;  ///< of infix notation: 0 comparisons, 1 sums, 2 products, 3 sign, 4 powers, 5
                   ///< everything else
  bool commutative;
  double cost;     ///< FLOP per element, counted as in docs/formula.md
  double max_ulp;  ///< bound of the SIMD kernel's error against float64, in float32 ULP
  /// SymPy text with {0}, {1}, {2}; empty: printed by notation. No pattern holds an argument twice,
  /// or the text of nested functions would double with each level.
  std::string_view sympy;
  std::string_view latex;    ///< LaTeX text with {0}, {1}, {2}; empty: printed by notation
  std::string_view gplearn;  ///< name in gplearn's prefix form; empty: none
  /// Value in float64: the oracle of the SIMD kernels, and what constant folding uses. For PowInt
  /// the second argument is the exponent. nullptr for leaves and reductions.
  double (*value)(const Arguments& arguments);
};

/// The operator table, indexed by Op.
[[nodiscard]] const std::array<OperatorInfo, kOpCount>& operators();

[[nodiscard]] inline const OperatorInfo& info(Op op) {
  return operators()[static_cast<std::size_t>(op)];
}

/// The operator of that name and arity, e.g. ("sin", 1).
[[nodiscard]] std::optional<Op> find_operator(std::string_view name, int arity);

/// The operator of that name in gplearn's prefix form, where div, sqrt, log and inv are protected.
[[nodiscard]] std::optional<Op> find_gplearn_operator(std::string_view name, int arity);

}  // namespace neuronsmith::formula
