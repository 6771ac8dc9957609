#pragma once

#include <optional>
#include <span>
#include <vector>

#include "neuronsmith/search/tensor/tensor_model.hpp"
#include "neuronsmith/search/tensor/tensor_rows.hpp"

namespace neuronsmith::search::tensor::internal {

/// What is linear in a structure: bias, one weight an input of each pure term, one factor of each
/// product.
struct LinearSolution {
  double bias = 0.0;
  std::vector<std::vector<double>> coefficients;  ///< per term: [n_inputs], or one
};

/// Least squares over some rows, of a number to predict, with the factors in `parameters` as they
/// are. Absent where the equations have no finite solution.
[[nodiscard]] std::optional<LinearSolution> solve_linear(const TensorModel& model,
                                                         std::span<const float> parameters,
                                                         const TensorRows& rows,
                                                         std::span<const std::uint32_t> fit);

}  // namespace neuronsmith::search::tensor::internal
