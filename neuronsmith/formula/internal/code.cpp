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
    if (node.op == Op::ZScore) return;  // mean 0, deviation 1
    if (row.kind == OpKind::Leaf) {
      leaf(node);
    } else if (node.op == Op::Sum) {
      sum();
    } else if (node.op == Op::Dot) {
      dot();
    } else if (row.kind == OpKind::BatchStatistic) {
      stack_.back().operand = {Kind::Literal, 0};
      stack_.back().literal = row.value({});
    } else {
      elementwise(node);
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

  void elementwise(const Node& node) {
    if (node.op == Op::PowInt && node.index == 1) return;
    if (node.op == Op::PowInt && node.index == 0) return replace_by_one();
    const auto n = static_cast<std::size_t>(info(node.op).arity);
    const auto arguments = std::span(stack_).last(n);
    const bool is_vector = std::ranges::any_of(arguments, &Entry::is_vector);
    if (std::ranges::all_of(arguments, &Entry::is_literal)) {
      arguments[0].literal = folded(node, arguments);
      arguments[0].is_vector = is_vector;
      stack_.resize(stack_.size() - n + 1);
      return;
    }
    Operation operation{.op = node.op, .exponent = node.index};
    std::ranges::transform(arguments, operation.operands.begin(), [this](const Entry& entry) {
      return placed(entry);
    });
    if (node.op == Op::PowInt) {
      const auto bits = std::bit_cast<float>(static_cast<std::int32_t>(node.index));
      operation.operands[1] = {Kind::Literal, appended(code_.literals, bits)};
    }
    const std::uint32_t first_operation = arguments[0].first_operation;
    stack_.resize(stack_.size() - n);
    apply(operation, is_vector, first_operation);
  }

  static double folded(const Node& node, std::span<const Entry> literals) {
    Arguments values = {0.0, static_cast<double>(node.index)};  // the exponent of PowInt
    std::ranges::transform(literals, values.begin(), &Entry::literal);
    return info(node.op).value(values);
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

  void apply(Operation operation, bool is_vector, std::uint32_t first_operation) {
    Operand& first = operation.operands[0];
    if (std::ranges::all_of(operation.operands, &Operand::is_scalar_leaf)) {
      first = spread(first, is_vector);
    }
    operation.uniform = std::ranges::all_of(
        operation.operands, [this](Operand operand) { return is_uniform(operand); });
    stack_.push_back({append(operation, is_vector), 0.0, is_vector, first_operation});
  }

  Operand spread(Operand leaf, bool is_vector) {
    return append({.action = Action::Spread, .operands = only(leaf), .uniform = true}, is_vector);
  }

  static std::array<Operand, kMaxArity> only(Operand operand) {
    std::array<Operand, kMaxArity> operands = kNoOperands;
    operands[0] = operand;
    return operands;
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
      return elementwise({.op = Op::Mul});
    }
    const Entry a = pop();
    const Operand summand = placed(a);
    Operation reduction{.action = Action::Add, .operands = only(summand)};
    if (is_product_of_rows(a.operand)) {
      const Operation product = code_.operations.back();
      reduction = {.action = Action::AddProduct, .op = Op::Mul, .operands = product.operands};
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
    elementwise({.op = Op::Mul});
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

std::size_t Operation::operand_count() const {
  switch (action) {
    case Action::Apply:
      return static_cast<std::size_t>(info(op).arity);
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
