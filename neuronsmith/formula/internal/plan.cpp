#include "neuronsmith/formula/internal/plan.hpp"

#include "neuronsmith/formula/internal/planner.hpp"

namespace neuronsmith::formula::internal {
namespace {

class ValuePlanner : Planner {
 public:
  ValuePlanner(const Code& code, const KernelTable& kernels) : Planner(code, kernels) {}

  Plan run() {
    for (const Step& step : code_.steps) {
      if (code_.operations[step.operation].is_reduction()) {
        reduce(step);
      } else {
        compute(step.operation);
      }
    }
    if (is_scalar(code_.root, false)) {
      emit({.kernel = kernels_.spread, .operands = {entry(code_.root)}, .out = Layout::kOut});
    } else if (!code_.root.is_value()) {
      emit({.kernel = kernels_.copy, .operands = {entry(code_.root)}, .out = Layout::kOut});
    }
    return finished();
  }

 private:
  /// A uniform value fills one block: its uniform user reads that, others its first number.
  [[nodiscard]] bool is_scalar(Operand operand, bool uniform_user) const {
    if (operand.is_scalar_leaf()) return true;
    return !uniform_user && operand.is_value() && code_.at(operand).uniform;
  }

  [[nodiscard]] std::uint32_t destination(std::uint32_t index) {
    const bool is_root = code_.root.is_value() && code_.root.index == index;
    return is_root && !code_.operations[index].uniform ? Layout::kOut : acquire();
  }

  void emit_operation(const Operation& operation, std::uint32_t out) {
    const std::size_t form =
        form_of(operation, [&](Operand operand) { return is_scalar(operand, operation.uniform); });
    emit_value(operation, form, out);
    plan_.instructions.back().one_block = operation.uniform;
  }

  void compute(std::uint32_t index) {
    const Operation& operation = code_.operations[index];
    release_operands(operation);  // before acquiring: kernels may write over an operand
    value_entries_[index] = destination(index);
    emit_operation(operation, value_entries_[index]);
  }

  void release_operands(const Operation& operation) {
    for (const Operand operand : operation.own()) {
      if (!operand.is_value()) continue;
      const bool read_by_every_coordinate =
          (operation.in_body || operation.is_reduction()) && !code_.at(operand).in_body;
      if (read_by_every_coordinate) {
        held_.push_back(entry(operand));
      } else {
        release(entry(operand));
      }
    }
  }

  void reduce(const Step& step) {
    const Operation& reduction = code_.operations[step.operation];
    const std::uint32_t sum = destination(step.operation);
    emit_zero(sum);
    close_segment(Repeat::Once);
    for (const std::uint32_t index : body_of(step)) compute(index);
    release_operands(reduction);
    emit_operation(reduction, sum);
    close_segment(Repeat::PerCoordinate);
    value_entries_[step.operation] = sum;
    for (const std::uint32_t held : held_) release(held);
    held_.clear();
  }

  std::vector<std::uint32_t> held_;  ///< read by the body of the running reduction
};

}  // namespace

Layout::Layout(const Code& code)
    : literals(kColumns + size_of(code.columns)),
      parameters(literals + size_of(code.literals)),
      weights(parameters + size_of(code.parameters)),
      slots(weights + size_of(code.weights)) {}

Plan plan_value(const Code& code, const KernelTable& kernels) {
  return ValuePlanner(code, kernels).run();
}

}  // namespace neuronsmith::formula::internal
