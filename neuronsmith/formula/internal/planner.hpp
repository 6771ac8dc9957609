#pragma once

#include <algorithm>
#include <array>
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

  /// Of an operation some of whose operands are scalars.
  static std::size_t form_of(const Operation& operation, const auto& is_scalar) {
    std::size_t result = 0;
    for (std::size_t i = 0; i < operation.operand_count(); ++i) {
      if (is_scalar(operation.operands[i])) result |= std::size_t{1} << i;
    }
    return result;
  }

  [[nodiscard]] std::array<std::uint32_t, kMaxArity> entries(const Operation& operation) const {
    std::array<std::uint32_t, kMaxArity> result{};
    std::ranges::transform(
        operation.operands, result.begin(), [this](Operand operand) { return entry(operand); });
    return result;
  }

  [[nodiscard]] Kernel value_kernel(const Operation& operation, std::size_t form) const {
    switch (operation.action) {
      case Action::Apply:
        return kernels_.of(operation.op, operation.exponent).value[form];
      case Action::Spread:
        return kernels_.spread;
      case Action::Add:
        return kernels_.of(Op::Add, 0).value[form << 1U];  // the sum so far comes first
      case Action::AddProduct:
        return kernels_.add_product[form];
    }
    return nullptr;
  }

  void emit(const Instruction& instruction) { plan_.instructions.push_back(instruction); }

  void emit_value(const Operation& operation, std::size_t form, std::uint32_t out) {
    Instruction instruction{
        .kernel = value_kernel(operation, form), .operands = entries(operation), .out = out};
    if (operation.action == Action::Add) {
      instruction = accumulating(instruction, instruction.operands[0]);
    }
    emit(instruction);
  }

  /// out += addend, by a kernel that adds the second operand to the first.
  [[nodiscard]] static Instruction accumulating(Instruction instruction, std::uint32_t addend) {
    instruction.operands = {instruction.out, addend};
    return instruction;
  }

  void emit_zero(std::uint32_t out) {
    emit({.kernel = kernels_.spread, .operands = {Layout::kZero}, .out = out});
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
