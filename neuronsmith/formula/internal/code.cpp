#include "neuronsmith/formula/internal/code.hpp"

#include <algorithm>
#include <bit>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::formula::internal {
namespace {

using Kind = Operand::Kind;

/// Walks the postfix array with a stack of what the subtrees became.
class Lowering {
 public:
  explicit Lowering(const Formula& formula) : input_shape_(formula.input_shape()) {
    code_.operations.reserve(formula.size());
    code_.steps.reserve(formula.size());
    for (const Node& node : formula.nodes()) push(node);
    if (stack_.back().is_vector) sum();
    code_.root = placed(stack_.back());
  }

  Code result() && { return std::move(code_); }

 private:
  struct Entry {
    Operand operand;
    double literal = 0.0;  ///< a literal gets its place when it turns out not to be folded
    bool is_vector = false;
    std::uint32_t first_operation = 0;  ///< of the subtree, if it has any

    [[nodiscard]] bool is_literal() const { return operand.kind == Kind::Literal; }
  };

  [[nodiscard]] std::uint32_t operation_count() const {
    return static_cast<std::uint32_t>(code_.operations.size());
  }

  Entry pop() {
    const Entry top = stack_.back();
    stack_.pop_back();
    return top;
  }

  void push(const Node& node) {
    const OperatorInfo& row = info(node.op);
    if (row.kind == OpKind::BatchStatistic) return;  // mean 0, deviation 1
    if (row.kind == OpKind::Leaf) {
      leaf(node);
    } else if (node.op == Op::Sum) {
      sum();
    } else if (node.op == Op::Dot) {
      dot();
    } else if (row.arity == 1) {
      unary(node);
    } else {
      binary(node.op);
    }
  }

  void leaf(const Node& node) {
    Entry entry;
    entry.first_operation = operation_count();
    entry.literal = node.value;
    entry.operand = leaf_operand(node);
    entry.is_vector = entry.operand.kind == Kind::Coordinate || entry.operand.kind == Kind::Weight;
    stack_.push_back(entry);
  }

  Operand leaf_operand(const Node& node) {
    const auto index = static_cast<std::uint32_t>(node.index);
    switch (node.op) {
      case Op::Input:
        if (input_shape_ == Shape::Scalar) return {Kind::Input, column(0)};
        code_.has_coordinates = true;
        return {Kind::Coordinate, 0};
      case Op::Column:
        return {Kind::Column, column(index)};
      case Op::Parameter:
        return {Kind::Parameter, appended(code_.parameters, index)};
      case Op::Weight:
        return {Kind::Weight, appended(code_.weights, index)};
      default:
        return {Kind::Literal, 0};
    }
  }

  template <typename T>
  static std::uint32_t appended(std::vector<T>& list, T value) {
    list.push_back(value);
    return static_cast<std::uint32_t>(list.size() - 1);
  }

  std::uint32_t column(std::uint32_t feature) {
    const auto found = std::ranges::find(code_.columns, feature);
    if (found == code_.columns.end()) return appended(code_.columns, feature);
    return static_cast<std::uint32_t>(found - code_.columns.begin());
  }

  Operand placed(const Entry& entry) {
    if (!entry.is_literal()) return entry.operand;
    return {Kind::Literal, appended(code_.literals, static_cast<float>(entry.literal))};
  }

  void fold(Op op, double a, double b) { stack_.back().literal = info(op).value(a, b); }

  void unary(const Node& node) {
    if (node.op == Op::PowInt && node.index == 1) return;
    if (node.op == Op::PowInt && node.index == 0) return replace_by_one();
    if (stack_.back().is_literal()) return fold(node.op, stack_.back().literal, node.index);
    const Entry a = pop();
    Operation operation{.op = node.op, .exponent = node.index, .a = a.operand, .b = a.operand};
    if (node.op == Op::PowInt) {
      const auto bits = std::bit_cast<float>(static_cast<std::int32_t>(node.index));
      operation.b = {Kind::Literal, appended(code_.literals, bits)};
    }
    apply(operation, a.is_vector, a.first_operation);
  }

  /// a^0 is 1, of NaN too; it keeps the shape of `a`.
  void replace_by_one() {
    Entry& entry = stack_.back();
    const std::uint32_t first = entry.first_operation;
    code_.operations.resize(first);
    std::erase_if(code_.steps, [first](const Step& step) { return step.operation >= first; });
    std::erase_if(pending_, [first](std::uint32_t index) { return index >= first; });
    entry.operand = {Kind::Literal, 0};
    entry.literal = 1.0;
  }

  void binary(Op op) {
    const Entry b = pop();
    if (b.is_literal() && stack_.back().is_literal()) {
      stack_.back().is_vector |= b.is_vector;
      return fold(op, stack_.back().literal, b.literal);
    }
    const Entry a = pop();
    const bool is_vector = a.is_vector || b.is_vector;
    apply({.op = op, .a = placed(a), .b = placed(b)}, is_vector, a.first_operation);
  }

  void apply(Operation operation, bool is_vector, std::uint32_t first_operation) {
    const bool has_tile = !operation.a.is_scalar_leaf() ||
                          (operation.operand_count() > 1 && !operation.b.is_scalar_leaf());
    if (!has_tile) operation.a = spread(operation.a, is_vector);
    operation.uniform =
        is_uniform(operation.a) && (operation.operand_count() == 1 || is_uniform(operation.b));
    stack_.push_back({append(operation, is_vector), 0.0, is_vector, first_operation});
  }

  Operand spread(Operand leaf, bool is_vector) {
    return append({.action = Action::Spread, .a = leaf, .b = leaf, .uniform = true}, is_vector);
  }

  [[nodiscard]] bool is_uniform(Operand operand) const {
    return operand.is_scalar_leaf() || (operand.is_value() && code_.at(operand).uniform);
  }

  Operand append(Operation operation, bool in_body) {
    operation.in_body = in_body;
    const std::uint32_t index = appended(code_.operations, operation);
    if (in_body) {
      pending_.push_back(index);
    } else {
      code_.steps.push_back({.operation = index});
    }
    return {Kind::Value, index};
  }

  void sum() {
    if (!stack_.back().is_vector) {  // a scalar is the same at every coordinate
      stack_.push_back({{Kind::Count, 0}, 0.0, false, operation_count()});
      return binary(Op::Mul);
    }
    const Entry a = pop();
    const Operand summand = placed(a);
    Operation reduction{.action = Action::Add, .a = summand, .b = summand};
    if (is_product_of_rows(a.operand)) {
      const Operation product = code_.operations.back();
      reduction = {.action = Action::AddProduct, .op = Op::Mul, .a = product.a, .b = product.b};
      code_.operations.pop_back();
      pending_.pop_back();
    }
    reduce(reduction, a.first_operation);
  }

  [[nodiscard]] bool is_product_of_rows(Operand operand) const {
    if (!operand.is_value()) return false;
    const Operation& operation = code_.at(operand);
    return operation.action == Action::Apply && operation.op == Op::Mul && !operation.uniform;
  }

  void dot() {
    binary(Op::Mul);
    sum();
  }

  void reduce(const Operation& reduction, std::uint32_t first_operation) {
    const auto body = std::ranges::lower_bound(pending_, first_operation);
    const auto first_body = static_cast<std::uint32_t>(code_.bodies.size());
    code_.bodies.insert(code_.bodies.end(), body, pending_.end());
    pending_.erase(body, pending_.end());
    const auto last_body = static_cast<std::uint32_t>(code_.bodies.size());
    const std::uint32_t index = appended(code_.operations, reduction);
    code_.steps.push_back({index, first_body, last_body});
    stack_.push_back({{Kind::Value, index}, 0.0, false, first_operation});
  }

  Shape input_shape_;
  Code code_;
  std::vector<Entry> stack_;
  std::vector<std::uint32_t> pending_;  ///< bodies of the reductions still to come, ascending
};

}  // namespace

int Operation::operand_count() const {
  switch (action) {
    case Action::Apply:
      return info(op).arity;
    case Action::AddProduct:
      return 2;
    default:
      return 1;
  }
}

Code lower(const Formula& formula) {
  NEURONSMITH_CHECK(!formula.empty(), "a formula to evaluate has at least one node");
  return Lowering(formula).result();
}

}  // namespace neuronsmith::formula::internal
