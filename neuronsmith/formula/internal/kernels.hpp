#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "neuronsmith/formula/operators.hpp"

namespace neuronsmith::formula::internal {

/// Kernels work on whole blocks of this many rows, so none has a remainder to care for.
inline constexpr std::size_t kBlockRows = 16;

/// Where the operands of a kernel lie.
using Operands = std::array<const float*, kMaxArity>;

/// n rows, a multiple of kBlockRows, from the operands to `out`. Adjoint kernels read the
/// operator's value from `y` and the derivative of the loss by it from `adjoint`; the others ignore
/// those two. `out` may be any of the operands itself, and need not be aligned.
using Kernel = void (*)(const Operands& operands,
                        const float* y,
                        const float* adjoint,
                        float* out,
                        std::size_t n) noexcept;

/// n rows of value and derivative of an operator of one argument at once; the three do not overlap.
using JointKernel = void (*)(const float* a, float* value, float* slope, std::size_t n) noexcept;

/// Sums n products (or n values of `a`) in float64; here n is any number.
using SumKernel = double (*)(const float* a, const float* b, std::size_t n) noexcept;

/// Kernels by which operands are scalars, pointers to one value: bit i of the index is set where
/// operand i is one. The others lie as tiles, and at least one operand does.
inline constexpr std::size_t kFormCount = std::size_t{1} << kMaxArity;
using Forms = std::array<Kernel, kFormCount>;

/// The index of a form.
constexpr std::size_t form(bool scalar_a, bool scalar_b, bool scalar_c = false) {
  return (scalar_a ? 1U : 0U) + (scalar_b ? 2U : 0U) + (scalar_c ? 4U : 0U);
}

/// What an adjoint kernel reads besides the adjoint.
struct Reads {
  bool a = false;
  bool b = false;
  bool value = false;
  bool is_flat = false;  ///< the derivative is 0 everywhere: there is no kernel
};

/// The kernels of one elementwise operator.
struct OperatorKernels {
  Forms value{};
  std::array<Forms, kMaxArity> adjoint{};  ///< by argument: out = adjoint * d value / d argument
  std::array<Reads, kMaxArity> reads{};
  /// Where value and derivative have work in common, otherwise null.
  JointKernel joint = nullptr;
};

/// Exponents of PowInt with kernels of their own; 0 and 1 are no powers.
inline constexpr int kLeastPower = -3;
inline constexpr int kGreatestPower = 6;

struct KernelTable {
  /// Empty for leaves and reductions. PowInt: any exponent, whose bits stand in the float *b.
  std::array<OperatorKernels, kOpCount> operators;
  std::array<OperatorKernels, kGreatestPower - kLeastPower + 1> powers;
  Kernel copy;               ///< out = a
  Kernel spread;             ///< out = the scalar a
  Forms add_product;         ///< out += a * b
  SumKernel sum;             ///< of a
  SumKernel sum_of_product;  ///< of a * b

  [[nodiscard]] const OperatorKernels& of(Op op, int exponent) const {
    const bool own = op == Op::PowInt && exponent >= kLeastPower && exponent <= kGreatestPower;
    return own ? powers[static_cast<std::size_t>(exponent - kLeastPower)]
               : operators[static_cast<std::size_t>(op)];
  }
};

/// The table for the widest vectors of this processor.
[[nodiscard]] const KernelTable& kernels();

}  // namespace neuronsmith::formula::internal
