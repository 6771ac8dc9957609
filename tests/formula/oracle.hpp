#pragma once

// Straightforward float64 evaluation of formulas, with an estimate of how far a float32 evaluation
// may lie off, and what tests of kernels need.

#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula::testing {

/// How many float32 numbers lie between two; 0 for two NaN, far for a NaN and a number.
inline std::int64_t ulp_distance(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) {
    return std::isnan(a) && std::isnan(b) ? 0 : std::numeric_limits<std::int64_t>::max();
  }
  const auto position = [](float value) {
    const auto bits = static_cast<std::int64_t>(std::bit_cast<std::int32_t>(std::abs(value)));
    return std::signbit(value) ? -bits : bits;
  };
  return std::abs(position(a) - position(b));
}

/// Calls `check` with Highway dispatching to each of the processor's targets in turn.
template <typename Check>
void for_each_target(const Check& check) {
  const auto dispatch_to = [](std::int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  };
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    dispatch_to(target);
    check(hwy::TargetName(target));
  }
  dispatch_to(0);
}

/// One row.
struct Sample {
  std::vector<double> x;
  std::vector<double> parameters;
  std::vector<double> weights;  ///< weight k at k * x.size()
};

struct Estimate {
  double value = 0.0;
  double error = 0.0;  ///< to first order; inf near a jump or beyond float32
};

/// Tree walk.
class Oracle {
 public:
  Oracle(const Formula& formula, const Sample& sample) : formula_(formula), sample_(sample) {}

  [[nodiscard]] Estimate value() const {
    const std::size_t root = formula_.size() - 1;
    return formula_.shape() == Shape::Vector ? sum(root) : at(root, 0);
  }

 private:
  static constexpr double kRounding = 0x1p-23;  // the unit in the last place, an upper bound

  [[nodiscard]] Estimate at(std::size_t position, std::size_t coordinate) const {
    const Node& node = formula_.nodes()[position];
    const OperatorInfo& row = info(node.op);
    if (row.kind == OpKind::Leaf) return leaf(node, coordinate);
    const std::vector<std::size_t> arguments = formula_.arguments(position);
    if (node.op == Op::Sum) return sum(arguments[0]);
    if (node.op == Op::Dot) return dot(arguments[0], arguments[1]);
    std::array<Estimate, kMaxArity> values{};
    values[1].value = static_cast<double>(node.index);  // the exponent of PowInt
    for (std::size_t i = 0; i < arguments.size(); ++i) values[i] = at(arguments[i], coordinate);
    return applied(row, values);
  }

  [[nodiscard]] Estimate leaf(const Node& node, std::size_t coordinate) const {
    const auto index = static_cast<std::size_t>(node.index);
    switch (node.op) {
      case Op::Literal:
        return {node.value, std::abs(node.value) * kRounding};
      case Op::Input:
        return {sample_.x[formula_.input_shape() == Shape::Vector ? coordinate : 0], 0.0};
      case Op::Column:
        return {sample_.x[index], 0.0};
      case Op::Parameter:
        return {sample_.parameters[index], 0.0};
      default:
        return {sample_.weights[index * sample_.x.size() + coordinate], 0.0};
    }
  }

  /// The greatest change of the value as the arguments move by their errors, plus its rounding.
  static Estimate applied(const OperatorInfo& row, const std::array<Estimate, kMaxArity>& a) {
    const double value = row.value({a[0].value, a[1].value, a[2].value});
    const bool is_whole = row.op == Op::Sign || row.op == Op::Less || row.op == Op::LessEqual;
    double error = is_whole ? 0.0 : std::abs(value) * kRounding * (row.max_ulp + 1.0) + 1e-44;
    double change = 0.0;
    for (int way = 0; way < 27; ++way) {  // each argument below, at or above its value
      const auto moved_argument = [&](std::size_t i, int direction) {
        return direction == 0 ? a[i].value : a[i].value + direction * a[i].error;
      };
      const double moved = row.value({moved_argument(0, way % 3 - 1),
                                      moved_argument(1, way / 3 % 3 - 1),
                                      moved_argument(2, way / 9 - 1)});
      if (!(std::abs(moved) < 1e37)) error = std::numeric_limits<double>::infinity();
      change = std::max(change, std::abs(moved - value));
    }
    return {value, error + change};
  }

  static void add(Estimate& total, const Estimate& term) {
    total.value += term.value;
    total.error += term.error + kRounding * (std::abs(total.value) + std::abs(term.value));
  }

  [[nodiscard]] Estimate sum(std::size_t position) const {
    Estimate total;
    for (std::size_t j = 0; j < sample_.x.size(); ++j) add(total, at(position, j));
    return total;
  }

  [[nodiscard]] Estimate dot(std::size_t left, std::size_t right) const {
    Estimate total;
    for (std::size_t j = 0; j < sample_.x.size(); ++j) {
      add(total, applied(info(Op::Mul), {at(left, j), at(right, j)}));
    }
    return total;
  }

  const Formula& formula_;
  const Sample& sample_;
};

}  // namespace neuronsmith::formula::testing
