#pragma once

#include <cstddef>
#include <vector>

#include "neuronsmith/data/synthetic/worlds.hpp"

namespace neuronsmith::testing {

/// Inputs of a row.
inline std::vector<double> row_of(const WorldPart& part, std::size_t i) {
  std::vector<double> row;
  for (std::size_t j = 0; j < part.features.n_features(); ++j) {
    row.push_back(static_cast<double>(part.features.column(j)[i]));
  }
  return row;
}

}  // namespace neuronsmith::testing
