#pragma once

#include <cstddef>
#include <span>

namespace neuronsmith::search::tensor::internal {

// float32 kernels of the tensor model on one batch, dispatched at run time to the widest vectors of
// the processor. Rows lie one after the other, `stride` floats each, a multiple of kRowLanes with
// zeros behind the inputs; results are one number a row.

inline constexpr std::size_t kRowLanes = 16;
inline constexpr int kMaxOrder = 8;

/// Floats of a row with so many inputs.
[[nodiscard]] constexpr std::size_t padded_to_lanes(std::size_t n_inputs) {
  return (n_inputs + kRowLanes - 1) / kRowLanes * kRowLanes;
}

/// A batch of rows.
struct RowsView {
  const float* values = nullptr;
  std::size_t stride = 0;
  std::size_t n_rows = 0;
};

/// sums[i] = sum_j weights[j] * scales[j] * x_ij^order, order 1 to kMaxOrder. Weights and scales
/// have `stride` values.
void power_sums(const RowsView& rows,
                int order,
                const float* scales,
                const float* weights,
                float* sums) noexcept;

/// d_weights[j] = scales[j] * sum_i d_sums[i] * x_ij^order.
void power_sums_gradient(const RowsView& rows,
                         int order,
                         const float* scales,
                         const float* d_sums,
                         float* d_weights) noexcept;

/// The interaction of one order: factor m of output c and rank r is column (m * n_outputs + c) *
/// rank + r of `columns`, whose rows are `stride` floats apart.
struct ProductShape {
  int order = 2;
  std::size_t rank = 1;
  std::size_t n_outputs = 1;
  std::size_t n_rows = 0;
  std::size_t stride = 0;
};

/// sums[c * n_rows + i] = sum_r prod_m of the columns in row i.
void product_sums(const ProductShape& shape, const float* columns, float* sums) noexcept;

/// d_columns = derivative by each column, with the same places as `columns`.
void product_sums_gradient(const ProductShape& shape,
                           const float* columns,
                           const float* d_sums,
                           float* d_columns) noexcept;

/// Scales `values` down to this Euclidean norm where theirs is greater.
void limit_norm(std::span<float> values, float limit) noexcept;

}  // namespace neuronsmith::search::tensor::internal
