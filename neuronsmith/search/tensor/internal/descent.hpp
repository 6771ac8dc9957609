#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neuronsmith/search/tensor/tensor_model.hpp"
#include "neuronsmith/search/tensor/tensor_rows.hpp"

namespace neuronsmith::search::tensor::internal {

/// What a descent minimises: the loss of offsets + unit * (bias + sum of the terms) over some rows.
struct DescentTask {
  const TensorRows& rows;
  std::span<const std::uint32_t> fit;  ///< rows, at least a batch of the model
  std::span<const float> offsets;      ///< [output][all rows], or empty for none
  double unit = 1.0;                   ///< of numbers to predict; 1 for classes
};

/// How: Adam with the rate on a cosine to 0, gradients clipped at norm 1.
struct DescentOptions {
  std::size_t steps = 0;
  double rate = 0.0;
  std::uint64_t seed = 0;  ///< of the order of the rows
  std::uint32_t stream = 0;
};

/// Moves `parameters`, those of the model and then one bias an output. Returns the mean loss of the
/// last fifth of the steps, in units of `unit`; infinity where it diverged.
double descend(const TensorModel& model,
               const DescentTask& task,
               const DescentOptions& options,
               std::span<float> parameters);

}  // namespace neuronsmith::search::tensor::internal
