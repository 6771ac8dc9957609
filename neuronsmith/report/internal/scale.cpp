#include "neuronsmith/report/internal/scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace neuronsmith::report::internal {
namespace {

constexpr double kTicks = 6.0;
constexpr double kManyDecades = 2.5;
constexpr std::array<double, 3> kRound = {1.0, 2.0, 5.0};
/// Ends of ranges are multiples of steps up to rounding.
constexpr double kSlack = 1e-9;
/// Gnuplot is given 9 digits.
constexpr double kNarrow = 1e-7;

Scale limits_of(const Axis& axis, const std::vector<double>& values) {
  if (axis.low && axis.high) return {*axis.low, *axis.high, {}};
  if (values.empty()) return {axis.is_log ? 1.0 : 0.0, 1.0, {}};
  const auto [least, greatest] = std::ranges::minmax(values);
  return {least, greatest, {}};
}

/// Numbers that are all but one get room around them.
void widen_if_narrow(Scale& scale, bool is_log) {
  const double size = std::max(std::abs(scale.low), std::abs(scale.high));
  if (scale.high - scale.low > kNarrow * size) return;
  const double half = size == 0.0 ? 1.0 : size * 0.1;
  scale.high = is_log ? scale.high * 2.0 : scale.high + half;
  scale.low = is_log ? scale.low / 2.0 : scale.low - half;
}

/// The least of 1, 2, 5, 10 times a power of ten that is at least `width`.
double round_step(double width) {
  const double power = std::pow(10.0, std::floor(std::log10(width)));
  for (const double factor : kRound) {
    if (factor * power >= width * (1.0 - kSlack)) return factor * power;
  }
  return 10.0 * power;
}

void fill_linear(Scale& scale, bool may_widen) {
  const double step = round_step((scale.high - scale.low) / kTicks);
  if (may_widen) {
    scale.low = std::floor(scale.low / step + kSlack) * step;
    scale.high = std::ceil(scale.high / step - kSlack) * step;
  }
  const double first = std::ceil(scale.low / step - kSlack);
  const double last = std::floor(scale.high / step + kSlack);
  for (double k = first; k <= last; k += 1.0) scale.ticks.push_back(k * step + 0.0);  // no -0
}

/// 1, 2, 5, 10, 20, ... in order, from below `low` to above `high`.
std::vector<double> round_numbers(double low, double high) {
  std::vector<double> numbers;
  const auto first = static_cast<int>(std::floor(std::log10(low))) - 1;
  const auto last = static_cast<int>(std::floor(std::log10(high))) + 1;
  for (int exponent = first; exponent <= last; ++exponent) {
    for (const double factor : kRound) numbers.push_back(factor * std::pow(10.0, exponent));
  }
  return numbers;
}

void fill_logarithmic(Scale& scale, bool may_widen) {
  const std::vector<double> numbers = round_numbers(scale.low, scale.high);
  if (may_widen) {
    scale.low = *(std::ranges::upper_bound(numbers, scale.low * (1.0 + kSlack)) - 1);
    scale.high = *std::ranges::lower_bound(numbers, scale.high * (1.0 - kSlack));
  }
  const double decades = std::log10(scale.high) - std::log10(scale.low);
  const auto stride =
      static_cast<std::size_t>(decades <= kManyDecades ? 1.0 : 3.0 * std::ceil(decades / kTicks));
  for (std::size_t i = 0; i < numbers.size(); i += stride) {
    const double x = numbers[i];
    const bool is_inside = x >= scale.low * (1.0 - kSlack) && x <= scale.high * (1.0 + kSlack);
    if (is_inside) scale.ticks.push_back(x);
  }
}

}  // namespace

Scale scale_of(const Axis& axis, const std::vector<double>& values) {
  Scale scale = limits_of(axis, values);
  widen_if_narrow(scale, axis.is_log);
  const bool may_widen = !axis.is_tight && !(axis.low && axis.high);
  axis.is_log ? fill_logarithmic(scale, may_widen) : fill_linear(scale, may_widen);
  return scale;
}

}  // namespace neuronsmith::report::internal
