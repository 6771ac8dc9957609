#include "neuronsmith/search/evolution/shape_cell.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/search/internal/grid.hpp"

namespace neuronsmith::search::evolution {
namespace {

using formula::Formula;
using formula::Op;

constexpr std::array<std::size_t, 5> kComplexities = {4, 8, 12, 18, 26};
constexpr std::array<double, 3> kExponents = {0.25, 0.75, 1.35};
constexpr std::array<std::size_t, 3> kTurns = {0, 1, 4};
constexpr float kReach = 6.0F;
constexpr std::size_t kPoints = 241;
constexpr double kFar = 16.0;
/// A change of direction is one of so much of the range of values.
constexpr double kLeastTurn = 1e-3;

/// How many of the bounds `value` is above.
template <typename T, std::size_t N>
std::size_t bin_of(T value, const std::array<T, N>& bounds) {
  return static_cast<std::size_t>(std::ranges::lower_bound(bounds, value) - bounds.begin());
}

std::vector<float> values_at(const Formula& formula, const std::vector<float>& x) {
  const std::vector<float> weights(static_cast<std::size_t>(formula.count(Op::Weight)), 1.0F);
  const auto n_columns = static_cast<std::size_t>(std::max(1, formula.count(Op::Column)));
  std::vector<float> columns;
  for (std::size_t i = 0; i < n_columns; ++i) columns.insert(columns.end(), x.begin(), x.end());
  std::vector<float> y(x.size());
  formula::Evaluator(formula).evaluate({.features = {columns.data(), x.size(), n_columns, x.size()},
                                        .parameters = {},
                                        .weights = weights},
                                       y);
  return y;
}

std::size_t turns_of(std::span<const float> y) {
  const auto [low, high] = std::ranges::minmax(y);
  const double least = kLeastTurn * (static_cast<double>(high) - static_cast<double>(low));
  std::size_t turns = 0;
  int direction = 0;
  double extreme = static_cast<double>(y[0]);
  for (const float value : y) {
    const double moved = static_cast<double>(value) - extreme;
    const int now = moved > 0.0 ? 1 : -1;
    if (now == direction) extreme = static_cast<double>(value);
    if (now == direction || !(std::abs(moved) > least)) continue;
    turns += direction == 0 ? 0 : 1;
    direction = now;
    extreme = static_cast<double>(value);
  }
  return turns;
}

/// The exponent between x and 2 x.
double exponent(float near, float far) {
  const double ratio = (1e-3 + std::abs(static_cast<double>(far))) /
                       (1e-3 + std::abs(static_cast<double>(near)));
  return std::isfinite(ratio) ? std::log2(ratio) : HUGE_VAL;
}

}  // namespace

std::size_t ShapeCell::index() const {
  return (complexity * 4 + static_cast<std::size_t>(growth)) * 4 + turns;
}

ShapeCell cell_of(const Formula& formula) {
  std::vector<float> x = internal::symmetric_grid(kReach, kPoints);
  for (const double far : {-2.0 * kFar, -kFar, kFar, 2.0 * kFar}) {
    x.push_back(static_cast<float>(far));
  }
  const std::vector<float> y = values_at(formula, x);
  const double grows = std::max(exponent(y[kPoints + 1], y[kPoints]),
                                exponent(y[kPoints + 2], y[kPoints + 3]));
  return {.complexity = bin_of(formula.size(), kComplexities),
          .growth = static_cast<Growth>(bin_of(grows, kExponents)),
          .turns = bin_of(turns_of(std::span(y).first(kPoints)), kTurns)};
}

}  // namespace neuronsmith::search::evolution
