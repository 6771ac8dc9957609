#pragma once

#include <string>
#include <vector>

#include "neuronsmith/experiment/comparison.hpp"
#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::report {

/// What repeated searches found, the most frequent structure first.
struct StructureBars {
  std::string label;
  std::string truth;  ///< the structure that is to be found
  std::vector<experiment::StructureCount> structures;
};

/// One stacked bar a row, from top to bottom, in which every structure has a part as long as it is
/// frequent. The true one has a colour of its own, the others have those of their ranks.
[[nodiscard]] Plot structure_plot(const std::vector<StructureBars>& rows);

}  // namespace neuronsmith::report
