#pragma once

#include <vector>

#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::report::internal {

/// Where an axis begins and ends, and where it has its ticks.
struct Scale {
  double low = 0.0;
  double high = 1.0;
  std::vector<double> ticks;  ///< within [low, high]
};

/// Few enough ticks that their labels do not touch, at round numbers: multiples of 1, 2 or 5 times
/// a power of ten; on a logarithmic axis these themselves, or powers of ten where there are many.
/// Without limits of its own the axis ends at round numbers too, unless it is tight. `values` are
/// finite, and positive for a logarithmic axis.
[[nodiscard]] Scale scale_of(const Axis& axis, const std::vector<double>& values);

}  // namespace neuronsmith::report::internal
