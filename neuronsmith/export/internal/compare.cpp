#include "neuronsmith/export/internal/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/derivative.hpp"
#include "neuronsmith/formula/evaluate.hpp"

namespace neuronsmith::exports::internal {
namespace {

constexpr int kHalfGrid = 45'000;
constexpr double kReach = 10.0;
constexpr int kMagnitudes = 2'500;  ///< of small and of large numbers, each sign
constexpr double kComparable = 1e30;
/// No more points than one in so many may lie beside jumps.
constexpr std::size_t kPointsAJump = 100;

/// An even grid, and magnitudes below its first and beyond its last step.
std::vector<float> points() {
  std::vector<float> x;
  for (int i = -kHalfGrid; i <= kHalfGrid; ++i) {
    x.push_back(static_cast<float>(kReach * i / kHalfGrid));
  }
  for (int i = 0; i < kMagnitudes; ++i) {
    const double share = (i + 0.5) / kMagnitudes;
    for (const double magnitude :
         {std::pow(10.0, -8.0 + 4.0 * share), std::pow(10.0, 1.0 + share)}) {
      x.push_back(static_cast<float>(magnitude));
      x.push_back(static_cast<float>(-magnitude));
    }
  }
  std::ranges::sort(x);
  x.erase(std::ranges::unique(x).begin(), x.end());
  return x;
}

/// One function's numbers: ours and how they move with x.
struct Ours {
  std::span<const float> value;
  std::span<const float> slope;
};

bool is_comparable(float value) { return std::abs(static_cast<double>(value)) < kComparable; }

double measure(const Reference& reference, const Ours& ours, std::size_t i, double exported) {
  const double value = ours.value[i];
  const double moved = std::abs(static_cast<double>(reference.x[i]) * ours.slope[i]);
  const double scale = std::max({1.0, std::abs(value), std::isfinite(moved) ? moved : 0.0});
  const double difference = std::abs(exported - value) / scale;
  return std::isnan(difference) ? HUGE_VAL : difference;
}

/// Whether `exported` is between what ours are here and at the neighbours.
bool is_within_jump(std::span<const float> x, const Ours& ours, std::size_t i, double exported) {
  const std::size_t first = i == 0 ? 0 : i - 1;
  const std::size_t count = std::min(ours.value.size(), i + 2) - first;
  const auto [low, high] = std::ranges::minmax(ours.value.subspan(first, count));
  // Ours moves from neighbour to neighbour beside the jump too.
  const double step = static_cast<double>(x[first + count - 1]) - static_cast<double>(x[first]);
  const double slack =
      kGreatestDifference * std::max({1.0, std::abs(double{low}), std::abs(double{high})}) +
      step * std::abs(static_cast<double>(ours.slope[i]));
  return exported >= low - slack && exported <= high + slack;
}

void require_close(const Difference& difference, std::size_t n_points) {
  if (difference.compared == 0) {
    throw DataError(fmt::format(
        "not exported: the {} is no number at any of {} points", difference.function, n_points));
  }
  if (difference.greatest > kGreatestDifference) {
    throw DataError(
        fmt::format("not exported: the {} differs from ours by {:.3g} at x = {}, more than {:g}",
                    difference.function,
                    difference.greatest,
                    difference.at,
                    kGreatestDifference));
  }
  if (difference.at_jumps > n_points / kPointsAJump) {
    throw DataError(fmt::format("not exported: the {} differs from ours beside {} jumps",
                                difference.function,
                                difference.at_jumps));
  }
}

}  // namespace

Reference make_reference(const formula::Formula& formula) {
  Reference reference{.x = points(), .value = {}, .slope = {}, .curvature = {}};
  const std::size_t n = reference.x.size();
  reference.value.resize(n);
  reference.slope.resize(n);
  reference.curvature.resize(n);
  const formula::ElementwiseFunction function(formula);
  function.evaluate_with_slope(reference.x, reference.value, reference.slope);
  if (const auto derivative = formula::derivative(formula)) {
    std::vector<float> unused(n);
    formula::ElementwiseFunction(*derivative)
        .evaluate_with_slope(reference.x, unused, reference.curvature);
  }
  return reference;
}

std::string bytes_of(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<std::vector<double>> columns_of(const std::string& bytes,
                                            std::size_t n_points,
                                            std::size_t columns) {
  if (bytes.size() != n_points * columns * sizeof(double)) return {};
  std::vector<double> numbers(n_points * columns);
  std::memcpy(numbers.data(), bytes.data(), bytes.size());
  std::vector<std::vector<double>> result(columns, std::vector<double>(n_points));
  for (std::size_t i = 0; i < numbers.size(); ++i) result[i % columns][i / columns] = numbers[i];
  return result;
}

Difference compared(const Reference& reference,
                    Quantity quantity,
                    std::span<const double> exported,
                    const std::string& function) {
  const bool is_value = quantity == Quantity::Value;
  const Ours ours{.value = is_value ? reference.value : reference.slope,
                  .slope = is_value ? reference.slope : reference.curvature};
  Difference difference{.function = function};
  for (std::size_t i = 0; i < ours.value.size(); ++i) {
    if (!is_comparable(ours.value[i])) continue;
    ++difference.compared;
    const double measured = measure(reference, ours, i, exported[i]);
    if (measured > kGreatestDifference && is_within_jump(reference.x, ours, i, exported[i])) {
      ++difference.at_jumps;
    } else if (measured > difference.greatest) {
      difference.greatest = measured;
      difference.at = reference.x[i];
    }
  }
  require_close(difference, ours.value.size());
  return difference;
}

}  // namespace neuronsmith::exports::internal
