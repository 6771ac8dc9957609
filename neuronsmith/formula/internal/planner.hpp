#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "neuronsmith/formula/internal/plan.hpp"

namespace neuronsmith::formula::internal {

using Kind = Operand::Kind;

inline std::uint32_t size_of(const auto& list) { return static_cast<std::uint32_t>(list.size()); }

/// Hands out slots, the last one returned first, as it is the likeliest to lie in the cache.
class SlotPool {
 public:
  std::uint32_t acquire() {
    if (free_.empty()) {
      users_.push_back(1);
      return size_of(users_) - 1;
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    users_[slot] = 1;
    return slot;
  }
  void share(std::uint32_t slot) { ++users_[slot]; }
  void release(std::uint32_t slot) {
    if (--users_[slot] == 0) free_.push_back(slot);
  }
  [[nodiscard]] std::uint32_t size() const { return size_of(users_); }

 private:
  std::vector<std::uint32_t> users_;
  std::vector<std::uint32_t> free_;
};

/// What both planners share: where operands lie, which kernel fits them, segments.
class Planner {
 protected:
  Planner(const Code& code, const KernelTable& kernels)
      : code_(code), kernels_(kernels), layout_(code), value_entries_(code.operations.size()) {
    plan_.instructions.reserve(2 * code.operations.size() + 2);
  }

  [[nodiscard]] std::span<const std::uint32_t> body_of(const Step& step) const {
    return std::span(code_.bodies).subspan(step.first_body, step.last_body - step.first_body);
  }

  [[nodiscard]] std::uint32_t entry(Operand operand) const {
    switch (operand.kind) {
      case Kind::Value:
        return value_entries_[operand.index];
      case Kind::Input:
      case Kind::Column:
        return Layout::kColumns + operand.index;
      case Kind::Coordinate:
        return Layout::kCoordinate;
      case Kind::Literal:
        return layout_.literals + operand.index;
      case Kind::Count:
        return Layout::kCount;
      case Kind::Parameter:
        return layout_.parameters + operand.index;
      case Kind::Weight:
        return layout_.weights + operand.index;
    }
    return 0;
  }

  std::uint32_t acquire() { return layout_.slots + slots_.acquire(); }
  void share(std::uint32_t entry) {
    if (entry >= layout_.slots) slots_.share(entry - layout_.slots);
  }
  void release(std::uint32_t entry) {
    if (entry >= layout_.slots) slots_.release(entry - layout_.slots);
  }

  [[nodiscard]] static std::size_t form(bool scalar_a, bool scalar_b) {
    return static_cast<std::size_t>(scalar_a   ? Form::ScalarVector
                                    : scalar_b ? Form::VectorScalar
                                               : Form::VectorVector);
  }

  [[nodiscard]] Kernel value_kernel(const Operation& operation,
                                    bool scalar_a,
                                    bool scalar_b) const {
    const OperatorKernels& kernels = kernels_.of(operation.op, operation.exponent);
    switch (operation.action) {
      case Action::Apply:
        return kernels.value[operation.operand_count() == 1 ? 0 : form(scalar_a, scalar_b)];
      case Action::Spread:
        return kernels_.spread;
      case Action::Add:
        return kernels_.of(Op::Add, 0).value[form(false, scalar_a)];
      case Action::AddProduct:
        return kernels_.add_product[form(scalar_a, scalar_b)];
    }
    return nullptr;
  }

  void emit(const Instruction& instruction) { plan_.instructions.push_back(instruction); }

  void emit_value(const Operation& operation, bool scalar_a, bool scalar_b, std::uint32_t out) {
    Instruction instruction{.kernel = value_kernel(operation, scalar_a, scalar_b),
                            .a = entry(operation.a),
                            .b = entry(operation.b),
                            .out = out};
    if (operation.action == Action::Add) instruction = accumulating(instruction, instruction.a);
    emit(instruction);
  }

  /// out += addend, by a kernel that adds b to a.
  [[nodiscard]] static Instruction accumulating(Instruction instruction, std::uint32_t addend) {
    instruction.a = instruction.out;
    instruction.b = addend;
    return instruction;
  }

  void emit_zero(std::uint32_t out) {
    emit({.kernel = kernels_.spread, .a = Layout::kZero, .out = out});
  }

  /// Closes what was emitted since the last call as one segment.
  void close_segment(Repeat repeat) {
    const std::uint32_t first = plan_.segments.empty() ? 0 : plan_.segments.back().last;
    const std::uint32_t last = size_of(plan_.instructions);
    if (first < last) plan_.segments.push_back({first, last, repeat});
  }

  Plan finished() {
    close_segment(Repeat::Once);
    plan_.n_slots = slots_.size();
    return std::move(plan_);
  }

  const Code& code_;
  const KernelTable& kernels_;
  Layout layout_;
  std::vector<std::uint32_t> value_entries_;  ///< by operation
  SlotPool slots_;
  Plan plan_;
};

}  // namespace neuronsmith::formula::internal
