#include <functional>

#include "neuronsmith/formula/internal/planner.hpp"

namespace neuronsmith::formula::internal {
namespace {

class GradientPlanner : Planner {
 public:
  GradientPlanner(const Code& code, const KernelTable& kernels, Wanted wanted)
      : Planner(code, kernels),
        wanted_(wanted),
        carries_(code.operations.size()),
        is_branch_(code.operations.size()),
        is_read_(code.operations.size()),
        adjoints_(code.operations.size()),
        slopes_(code.operations.size()),
        overwrites_x_(wanted.value) {}

  Plan run() {
    find_carriers();
    find_receivers();
    if (wanted_.value) mark(code_.root);
    find_values_to_keep();
    for (const Step& step : code_.steps) {
      if (is_read_[step.operation]) keep_value(step);
    }
    set_adjoint(code_.root, Layout::kAdjoint);
    for (auto step = code_.steps.rbegin(); step != code_.steps.rend(); ++step) {
      if (carries_[step->operation]) reverse(*step);
    }
    if (wanted_.value) write_what_is_left();
    return finished();
  }

 private:
  /// A root without an operation, and the derivative of what does not depend on x.
  void write_what_is_left() {
    if (!code_.root.is_value()) {
      const Kernel kernel = code_.root.is_scalar_leaf() ? kernels_.spread : kernels_.copy;
      emit({.kernel = kernel, .operands = {entry(code_.root)}, .out = Layout::kOut});
    }
    if (overwrites_x_) emit_zero(Layout::kGradientX);
  }

  /// Whether a wanted derivative passes through the operand.
  [[nodiscard]] bool carries(Operand operand) const {
    switch (operand.kind) {
      case Kind::Value:
        return carries_[operand.index];
      case Kind::Input:
        return wanted_.x;
      case Kind::Parameter:
        return wanted_.parameters;
      case Kind::Weight:
        return wanted_.weights;
      default:
        return false;
    }
  }

  void find_carriers() {
    for (std::size_t index = 0; index < code_.operations.size(); ++index) {
      for (std::size_t i = 0; i < code_.operations[index].operand_count(); ++i) {
        if (passes(code_.operations[index], i)) carries_[index] = true;
      }
    }
  }

  /// Below an operand by which the derivative is 0 everywhere nothing arrives. Users come before
  /// their operands here. Finds the branches of where() too.
  void find_receivers() {
    std::vector<bool> receives(code_.operations.size());
    if (code_.root.is_value()) receives[code_.root.index] = true;
    for (std::size_t index = code_.operations.size(); index-- > 0;) {
      carries_[index] = carries_[index] && receives[index];
      const Operation& operation = code_.operations[index];
      for (std::size_t i = 0; i < operation.operand_count(); ++i) {
        const Operand operand = operation.operands[i];
        if (!operand.is_value()) continue;
        receives[operand.index] = carries_[index] && passes(operation, i);
        is_branch_[operand.index] = is_branch_[index] || operation.op == Op::Where;
      }
    }
  }

  [[nodiscard]] const Reads& reads(const Operation& operation, std::size_t i) const {
    return kernels_.of(operation.op, operation.exponent).reads[i];
  }

  /// Whether a wanted derivative passes from the operation to its operand i.
  [[nodiscard]] bool passes(const Operation& operation, std::size_t i) const {
    return carries(operation.operands[i]) && !reads(operation, i).is_flat;
  }

  /// The derivative by this operand is 1, so its adjoint is that of the operation.
  [[nodiscard]] static bool passes_adjoint_on(const Operation& operation, std::size_t i) {
    if (operation.action == Action::Spread || operation.action == Action::Add) return true;
    return operation.op == Op::Add || (operation.op == Op::Sub && i == 0);
  }

  void mark(Operand operand) {
    if (operand.is_value()) is_read_[operand.index] = true;
  }

  void mark_what_adjoints_read(std::uint32_t index) {
    const Operation& operation = code_.operations[index];
    if (!carries_[index]) return;
    for (std::size_t i = 0; i < operation.operand_count(); ++i) {
      if (!passes(operation, i) || passes_adjoint_on(operation, i)) continue;
      if (reads(operation, i).a) mark(operation.operands[0]);
      if (reads(operation, i).b) mark(operation.operands[1]);
      if (reads(operation, i).value) is_read_[index] = true;
    }
  }

  void mark_operands(std::uint32_t index) {
    mark_what_adjoints_read(index);
    if (!is_read_[index]) return;
    for (const Operand operand : code_.operations[index].own()) mark(operand);
  }

  /// Users come before their operands here, and mark them. In a body is_read_ tells what the
  /// reverse sweep recomputes.
  void find_values_to_keep() {
    for (auto step = code_.steps.rbegin(); step != code_.steps.rend(); ++step) {
      const Operation& operation = code_.operations[step->operation];
      if (!operation.is_reduction()) {
        mark_operands(step->operation);
        continue;
      }
      const auto body = body_of(*step);
      mark_what_adjoints_read(step->operation);
      for (auto index = body.rbegin(); index != body.rend(); ++index) mark_operands(*index);
      if (!is_read_[step->operation]) continue;
      mark_hoisted(operation);
      for (const std::uint32_t index : body) mark_hoisted(code_.operations[index]);
    }
  }

  void mark_hoisted(const Operation& operation) {
    for (const Operand operand : operation.own()) {
      if (operand.is_value() && !code_.at(operand).in_body) mark(operand);
    }
  }

  void compute(std::uint32_t index, std::uint32_t out) {
    const Operation& operation = code_.operations[index];
    value_entries_[index] = out;
    emit_value(operation, form_of(operation, std::mem_fn(&Operand::is_scalar_leaf)), out);
    const JointKernel joint = kernels_.of(operation.op, operation.exponent).joint;
    if (joint == nullptr || operation.in_body || !carries_[index]) return;
    slopes_[index] = is_function_of_x_alone(index) ? Layout::kGradientX : acquire();
    plan_.instructions.back().kernel = nullptr;
    plan_.instructions.back().joint = joint;
    plan_.instructions.back().slope = slopes_[index];
  }

  /// The root, applied to x itself: its slope is what is wanted.
  [[nodiscard]] bool is_function_of_x_alone(std::uint32_t index) const {
    return wanted_.value && is_root(index) &&
           code_.operations[index].operands[0].kind == Kind::Input;
  }

  [[nodiscard]] bool is_root(std::uint32_t index) const {
    return code_.root.is_value() && code_.root.index == index;
  }

  /// Where the value of an operation goes that is computed once: nowhere else if it is the result.
  std::uint32_t value_place(std::uint32_t index) {
    return wanted_.value && is_root(index) ? Layout::kOut : acquire();
  }

  void keep_value(const Step& step) {
    const std::uint32_t out = value_place(step.operation);
    if (!code_.operations[step.operation].is_reduction()) return compute(step.operation, out);
    emit_zero(out);
    close_segment(Repeat::Once);
    for (const std::uint32_t index : body_of(step)) compute(index, acquire());
    compute(step.operation, out);
    close_segment(Repeat::PerCoordinate);
    for (const std::uint32_t index : body_of(step)) release(value_entries_[index]);
  }

  void set_adjoint(Operand operand, std::uint32_t adjoint) {
    if (operand.is_value()) {
      adjoints_[operand.index] = adjoint;
    } else if (carries(operand)) {
      pass_on(operand, adjoint);
    }
  }

  void reverse(const Step& step) {
    if (code_.operations[step.operation].is_reduction()) {
      reverse_reduction(step);
    } else {
      reverse_operation(step.operation, InBody::No);
    }
  }

  enum class InBody : bool { No, Yes };

  void reverse_reduction(const Step& step) {
    for (const std::uint32_t index : body_of(step)) start_hoisted(code_.operations[index]);
    start_hoisted(code_.operations[step.operation]);
    close_segment(Repeat::Once);
    std::vector<std::uint32_t> recomputed;
    for (const std::uint32_t index : body_of(step)) {
      if (!is_read_[index]) continue;
      recomputed.push_back(acquire());
      compute(index, recomputed.back());
    }
    share(adjoints_[step.operation]);  // read again at the next coordinate
    reverse_operation(step.operation, InBody::Yes);
    const auto body = body_of(step);
    for (auto index = body.rbegin(); index != body.rend(); ++index) {
      if (carries_[*index]) reverse_operation(*index, InBody::Yes);
    }
    close_segment(Repeat::PerCoordinate);
    release(adjoints_[step.operation]);
    for (const std::uint32_t entry : recomputed) release(entry);
  }

  /// Adjoints of scalars inside the body add up over the coordinates.
  void start_hoisted(const Operation& operation) {
    for (std::size_t i = 0; i < operation.operand_count(); ++i) {
      const Operand operand = operation.operands[i];
      if (!passes(operation, i) || !operand.is_value() || code_.at(operand).in_body) continue;
      adjoints_[operand.index] = acquire();
      emit_zero(adjoints_[operand.index]);
    }
  }

  /// From the adjoint of an operation to those of its operands.
  void reverse_operation(std::uint32_t index, InBody in_body) {
    const Operation& operation = code_.operations[index];
    const std::uint32_t adjoint = adjoints_[index];
    in_body_ = in_body;
    std::size_t last = operation.operand_count() - 1;
    while (!passes(operation, last)) --last;  // one does: the operation carries a derivative
    for (std::size_t i = 0; i <= last; ++i) {
      const Operand operand = operation.operands[i];
      if (!passes(operation, i)) continue;
      if (passes_adjoint_on(operation, i)) {
        pass_on(operand, adjoint);
      } else if (is_one(adjoint) && slope_tile(index, i) != kNoTile) {
        pass_on(operand, slope_tile(index, i));
      } else if (!fused_product(index, i, adjoint)) {
        pass_on_product(index, i, adjoint, i == last);
        if (i == last) return;
      }
    }
    release(adjoint);
  }

  [[nodiscard]] bool is_one(std::uint32_t adjoint) const {
    return wanted_.value && adjoint == Layout::kAdjoint;
  }

  /// A tile that holds the derivative by this operand already, if there is one.
  [[nodiscard]] std::uint32_t slope_tile(std::uint32_t index, std::size_t i) const {
    const Operation& operation = code_.operations[index];
    if (operation.operand_count() == 1) return slopes_[index];
    if (operation.op != Op::Mul) return kNoTile;
    const Operand other = operation.operands[1 - i];
    return other.is_scalar_leaf() ? kNoTile : entry(other);
  }

  /// Whether the operand's adjoint is the sum of contributions, so that they are added at once.
  [[nodiscard]] bool accumulates(Operand operand) const {
    if (is_first_of_x(operand)) return false;
    return !operand.is_value() || (in_body_ == InBody::Yes && !code_.at(operand).in_body);
  }

  /// x itself, whose derivative nothing was written to yet and whose first part overwrites it.
  [[nodiscard]] bool is_first_of_x(Operand operand) const {
    return operand.kind == Kind::Input && overwrites_x_;
  }

  /// The adjoint of an operand is `adjoint` (one contribution to it, if it accumulates).
  void pass_on(Operand operand, std::uint32_t adjoint) {
    if (operand.kind == Kind::Parameter || operand.kind == Kind::Weight) {
      emit_sum(operand, {.sum = kernels_.sum, .operands = {adjoint}});
    } else if (is_first_of_x(operand)) {
      overwrites_x_ = false;
      if (adjoint == Layout::kGradientX) return;
      emit({.kernel = kernels_.copy, .operands = {adjoint}, .out = Layout::kGradientX});
    } else if (accumulates(operand)) {
      const Kernel add = kernels_.of(Op::Add, 0).value[form(false, false)];
      emit(accumulating({.kernel = add, .out = accumulator(operand)}, adjoint));
    } else {
      share(adjoint);
      adjoints_[operand.index] = adjoint;
    }
  }

  [[nodiscard]] std::uint32_t accumulator(Operand operand) const {
    return operand.is_value() ? adjoints_[operand.index] : Layout::kGradientX;
  }

  void emit_sum(Operand leaf, Instruction instruction) {
    const bool is_weight = leaf.kind == Kind::Weight;
    instruction.out = size_of(plan_.sums);
    plan_.sums.push_back({.leaf = is_weight ? Op::Weight : Op::Parameter,
                          .index = (is_weight ? code_.weights : code_.parameters)[leaf.index]});
    emit(instruction);
  }

  /// adjoint * other operand added where it belongs without a tile in between.
  bool fused_product(std::uint32_t index, std::size_t i, std::uint32_t adjoint) {
    const Operation& operation = code_.operations[index];
    const Operand operand = operation.operands[i];
    if (operation.op != Op::Mul || is_branch_[index] || !accumulates(operand)) return false;
    const Operand other = operation.operands[1 - i];
    if (operand.is_scalar_leaf()) {
      if (other.is_scalar_leaf()) return false;
      emit_sum(operand, {.sum = kernels_.sum_of_product, .operands = {adjoint, entry(other)}});
      return true;
    }
    emit({.kernel = kernels_.add_product[form(false, other.is_scalar_leaf())],
          .operands = {adjoint, entry(other)},
          .out = accumulator(operand)});
    return true;
  }

  /// The general case, by an adjoint kernel. `may_overwrite`: nobody else reads the adjoint, so the
  /// product may take its place, except in a branch.
  void pass_on_product(std::uint32_t index,
                       std::size_t i,
                       std::uint32_t adjoint,
                       bool may_overwrite) {
    const Operand operand = code_.operations[index].operands[i];
    const bool takes_its_place = may_overwrite && !is_branch_[index];
    if (takes_its_place) release(adjoint);
    if (is_first_of_x(operand)) {
      overwrites_x_ = false;
      emit_product(index, i, adjoint, Layout::kGradientX);
    } else {
      const std::uint32_t product = acquire();
      emit_product(index, i, adjoint, product);
      pass_on(operand, product);
      release(product);
    }
    if (may_overwrite && !takes_its_place) release(adjoint);
  }

  /// out = adjoint * derivative by this operand. In a branch of where() the adjoint is 0 in the
  /// rows for which the other one was chosen, and stays so where the derivative is infinite or NaN.
  void emit_product(std::uint32_t index, std::size_t i, std::uint32_t adjoint, std::uint32_t out) {
    emit_plain_product(index, i, adjoint, out);
    if (!is_branch_[index]) return;
    emit({.kernel = kernels_.of(Op::Where, 0).value[form(false, false, true)],
          .operands = {adjoint, out, Layout::kZero},
          .out = out});
  }

  void emit_plain_product(std::uint32_t index,
                          std::size_t i,
                          std::uint32_t adjoint,
                          std::uint32_t out) {
    const Operation& operation = code_.operations[index];
    if (slopes_[index] != kNoTile) {
      const Kernel multiply = kernels_.of(Op::Mul, 0).value[form(false, false)];
      return emit({.kernel = multiply, .operands = {adjoint, slopes_[index]}, .out = out});
    }
    const auto& forms = kernels_.of(operation.op, operation.exponent).adjoint[i];
    emit({.kernel = forms[form_of(operation, std::mem_fn(&Operand::is_scalar_leaf))],
          .operands = entries(operation),
          .value = value_entries_[index],
          .adjoint = adjoint,
          .out = out});
  }

  static constexpr std::uint32_t kNoTile = 0;  ///< slots and leaves have greater entries

  Wanted wanted_;
  std::vector<bool> carries_;
  std::vector<bool> is_branch_;  ///< of a where(), or below
  std::vector<bool> is_read_;    ///< by the reverse sweep
  std::vector<std::uint32_t> adjoints_;
  std::vector<std::uint32_t> slopes_;  ///< tiles of joint kernels, kNoTile for others
  bool overwrites_x_;                  ///< nothing was written to kGradientX yet
  InBody in_body_ = InBody::No;
};

}  // namespace

Plan plan_gradient(const Code& code, const KernelTable& kernels, Wanted wanted) {
  return GradientPlanner(code, kernels, wanted).run();
}

}  // namespace neuronsmith::formula::internal
