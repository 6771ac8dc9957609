#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula::internal {

/// Where an operand comes from.
struct Operand {
  enum class Kind : std::uint8_t {
    Value,       ///< the operation of that index
    Input,       ///< scalar x; index into Code::columns, as for a named column
    Column,      ///< index into Code::columns
    Coordinate,  ///< vector x at the coordinate of the running reduction
    Literal,     ///< index into Code::literals
    Count,       ///< the number of coordinates
    Parameter,   ///< index into Code::parameters
    Weight,      ///< index into Code::weights, at the coordinate of the running reduction
  };
  Kind kind = Kind::Literal;
  std::uint32_t index = 0;

  /// One number for all rows, read through a pointer and never spread over a tile.
  [[nodiscard]] bool is_scalar_leaf() const { return kind >= Kind::Literal; }
  [[nodiscard]] bool is_value() const { return kind == Kind::Value; }
};

inline constexpr std::array<Operand, kMaxArity> kNoOperands = {
    {{Operand::Kind::Count, 0}, {Operand::Kind::Count, 0}, {Operand::Kind::Count, 0}}};

enum class Action : std::uint8_t {
  Apply,       ///< the elementwise operator `op`
  Spread,      ///< a scalar leaf over rows, where an operator has no other operand
  Add,         ///< reduction: adds its operand up over the coordinates
  AddProduct,  ///< reduction: adds the product of two up over the coordinates
};

/// One operation of at most kMaxArity operands.
struct Operation {
  Action action = Action::Apply;
  Op op = Op::Add;
  int exponent = 0;  ///< of PowInt; its bits also stand in the literal operands[1]
  /// Those that it does not have are some number of the layout.
  std::array<Operand, kMaxArity> operands = kNoOperands;
  bool in_body = false;  ///< once per coordinate, as part of a reduction's body
  bool uniform = false;  ///< the same value for all rows

  [[nodiscard]] std::size_t operand_count() const;
  /// Those that it has.
  [[nodiscard]] std::span<const Operand> own() const {
    return std::span(operands).first(operand_count());
  }
  [[nodiscard]] bool is_reduction() const { return action >= Action::Add; }
};

/// What is done once per tile: an operation, and if it is a reduction its body before, once per
/// coordinate: the operations Code::bodies[first_body] ... Code::bodies[last_body - 1].
struct Step {
  std::uint32_t operation = 0;
  std::uint32_t first_body = 0;
  std::uint32_t last_body = 0;
};

/// A formula as a list of operations. Every operation has exactly one user, as the formula is a
/// tree. What is a scalar inside the body of a reduction stands before it, so bodies do not nest.
struct Code {
  std::vector<Operation> operations;  ///< operands before their users
  std::vector<Step> steps;            ///< in the order to run
  std::vector<std::uint32_t> bodies;
  Operand root;
  std::vector<std::uint32_t> columns;  ///< features read as scalars, each once
  std::vector<float> literals;
  std::vector<std::uint32_t> parameters;
  std::vector<std::uint32_t> weights;
  bool has_coordinates = false;

  [[nodiscard]] const Operation& at(Operand value) const { return operations[value.index]; }
};

/// Folds what consists of literals only. A vector-valued formula is summed over its coordinates.
[[nodiscard]] Code lower(const Formula& formula);

}  // namespace neuronsmith::formula::internal
