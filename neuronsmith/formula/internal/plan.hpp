#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "neuronsmith/formula/internal/code.hpp"
#include "neuronsmith/formula/internal/kernels.hpp"

namespace neuronsmith::formula::internal {

/// The table of pointers through which instructions find their tiles and scalars: fixed entries,
/// the leaves of the code by kind, then the tiles of scratch memory ("slots").
struct Layout {
  static constexpr std::uint32_t kOut = 0;
  static constexpr std::uint32_t kAdjoint = 1;  ///< of the whole formula
  static constexpr std::uint32_t kGradientX = 2;
  static constexpr std::uint32_t kCoordinate = 3;
  static constexpr std::uint32_t kCount = 4;
  static constexpr std::uint32_t kZero = 5;  ///< the number 0
  static constexpr std::uint32_t kColumns = 6;
  std::uint32_t literals;
  std::uint32_t parameters;
  std::uint32_t weights;
  std::uint32_t slots;

  explicit Layout(const Code& code);
};

/// One kernel call; operands are entries of the pointer table. Exactly one of the three is set:
/// `kernel` writes to `out`, `joint` a value to `out` and its derivative to `slope`, `sum` adds to
/// a number: sum target `out` += sum of the first two operands.
struct Instruction {
  Kernel kernel = nullptr;
  SumKernel sum = nullptr;
  JointKernel joint = nullptr;
  std::array<std::uint32_t, kMaxArity> operands{};
  std::uint32_t value = 0;
  std::uint32_t adjoint = 0;
  std::uint32_t out = 0;
  std::uint32_t slope = 0;
  bool one_block = false;  ///< a uniform value: one block of rows is enough
};

enum class Repeat : std::uint8_t { Once, PerCoordinate };

struct Segment {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  Repeat repeat = Repeat::Once;
};

/// A number that a gradient is added to.
struct SumTarget {
  Op leaf = Op::Parameter;  ///< or Weight, at the running coordinate
  std::uint32_t index = 0;
};

/// What to do per tile.
struct Plan {
  std::vector<Instruction> instructions;
  std::vector<Segment> segments;
  std::vector<SumTarget> sums;
  std::uint32_t n_slots = 0;
};

/// Which derivatives a caller asks for.
struct Wanted {
  bool x = false;
  bool parameters = false;
  bool weights = false;
  /// The value too, to kOut, and the derivative by x alone: kGradientX is overwritten, and the
  /// adjoint is known to be 1.
  bool value = false;
};

/// The value to kOut; only its last instruction writes there, a reduction at the root excepted.
/// Slots are reused as soon as their value has been read.
[[nodiscard]] Plan plan_value(const Code& code, const KernelTable& kernels);

/// The values that derivatives need, each in a slot of its own, then the reverse sweep from
/// kAdjoint to kGradientX and the sums. Bodies of reductions are recomputed per coordinate.
[[nodiscard]] Plan plan_gradient(const Code& code, const KernelTable& kernels, Wanted wanted);

}  // namespace neuronsmith::formula::internal
