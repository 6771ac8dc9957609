#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::report {

/// Methods ranked on several tables.
struct RankedMethods {
  std::vector<std::string> names;
  std::vector<double> ranks;  ///< mean over the tables, one a method; 1 is the best
  double difference = 0.0;    ///< how far apart ranks must be to be told apart
  std::vector<std::vector<std::size_t>> groups = {};  ///< of methods by place, not told apart
};

/// A critical-difference diagram (Demsar, Statistical comparisons of classifiers over multiple data
/// sets, JMLR 2006): a method a row, the best at the top, at its mean rank; above them the critical
/// difference to scale; on the right a bar along every group that is not told apart.
[[nodiscard]] Plot rank_plot(const RankedMethods& methods);

}  // namespace neuronsmith::report
