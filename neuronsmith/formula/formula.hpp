#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/formula/operators.hpp"

namespace neuronsmith::formula {

/// Scalar: one number per sample. Vector: one number per sample and coordinate.
enum class Shape : std::uint8_t { Scalar, Vector };

/// "scalar", "vector", and back: what is not "vector" is a scalar.
[[nodiscard]] std::string_view name(Shape shape);
[[nodiscard]] Shape shape_named(std::string_view text);

/// One element of a postfix array.
struct Node {
  Op op = Op::Literal;
  /// Column, Parameter, Weight: which one. PowInt: the exponent. Otherwise 0.
  std::int32_t index = 0;
  /// Number of nodes of the subtree that ends here, this node included.
  std::uint32_t length = 1;
  /// Literal: its value. Otherwise 0.
  double value = 0.0;

  bool operator==(const Node&) const = default;
};

/// A typed expression as a flat postfix array: the arguments of a node stand before it, the last
/// argument directly. A value type; never empty except when default-constructed.
class Formula {
 public:
  Formula() = default;

  /// Leaves.
  static Formula literal(double value);
  static Formula input(Shape shape);
  static Formula column(int index);
  static Formula parameter(int index);
  static Formula weight(int index);
  /// `op` applied to its arguments. PowInt takes its exponent from `power`.
  static Formula apply(Op op, const Formula& a);
  static Formula apply(Op op, const Formula& a, const Formula& b);
  static Formula apply(Op op, const Formula& a, const Formula& b, const Formula& c);
  static Formula apply(Op op, std::span<const Formula> arguments);
  static Formula power(const Formula& base, int exponent);
  /// From postfix nodes whose `length` fields are not yet set. Throws InternalError when the nodes
  /// do not form one expression.
  static Formula from_nodes(std::vector<Node> nodes, Shape input_shape);

  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] bool empty() const { return nodes_.empty(); }
  [[nodiscard]] const Node& root() const { return nodes_.back(); }
  /// Shape of `x`. Scalar for a formula without x.
  [[nodiscard]] Shape input_shape() const { return input_shape_; }
  /// The same nodes as a function of an x of that shape.
  [[nodiscard]] Formula with_input_shape(Shape shape) const;
  /// Shape of the value.
  [[nodiscard]] Shape shape() const;
  /// Shape of the value of the subtree that ends at `position`.
  [[nodiscard]] Shape shape_at(std::size_t position) const;
  /// The subtree that ends at `position` as a formula of its own.
  [[nodiscard]] Formula subtree(std::size_t position) const;
  /// This formula with the subtree at `position` replaced.
  [[nodiscard]] Formula with_subtree(std::size_t position, const Formula& replacement) const;
  /// Positions of the arguments of the node at `position`, first argument first.
  [[nodiscard]] std::vector<std::size_t> arguments(std::size_t position) const;
  /// Longest path from the root to a leaf; a leaf alone has depth 0.
  [[nodiscard]] int depth() const;

  [[nodiscard]] bool uses(Op op) const;
  [[nodiscard]] bool uses(OpKind kind) const;
  /// One more than the greatest index of that leaf kind (Column, Parameter or Weight); 0 if none.
  [[nodiscard]] int count(Op leaf) const;
  /// Identity of the array as written (see canonical_hash for identity of meaning).
  [[nodiscard]] std::uint64_t hash() const;

  bool operator==(const Formula& other) const { return nodes_ == other.nodes_; }

 private:
  static Formula below(Node root, std::span<const Formula* const> arguments);

  std::vector<Node> nodes_;
  Shape input_shape_ = Shape::Scalar;
};

}  // namespace neuronsmith::formula
