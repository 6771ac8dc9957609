#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace neuronsmith::network::internal {

// Elementwise float32 kernels on plain arrays, dispatched at run time to the widest vectors of the
// processor. All spans of a call have the same length unless said otherwise, and do not overlap.

/// out[j + columns * i] = in[i + rows * j]: column-major [rows x columns] to [columns x rows].
void transpose(const float* in, std::size_t rows, std::size_t columns, float* out) noexcept;

/// products[j] = the sum over k of row[k] * columns[k + j * stride], for stride >= row.size().
void row_times_columns(std::span<const float> row,
                       const float* columns,
                       std::size_t stride,
                       std::span<float> products) noexcept;

/// out[j * rows.size() + i] = table[rows[i] * stride + j] for j < n_columns: rows of a row-major
/// table of at least n_columns a row, to feature-major.
void gather_rows(const float* table,
                 std::size_t stride,
                 std::size_t n_columns,
                 std::span<const std::uint32_t> rows,
                 float* out) noexcept;

/// powers[k - 2] = x^k for k = 2, 3, ..., by one chain of multiplications. A null pointer is a
/// power that is not wanted; the others have room for x.size() values.
void powers(std::span<const float> x, std::span<float* const> powers) noexcept;

/// dx += sum over k of k x^(k-1) d_powers[k - 2]; null pointers count as zero.
void powers_gradient(std::span<const float> x,
                     std::span<const float* const> d_powers,
                     std::span<float> dx) noexcept;

/// sum += product of the factors, each with sum.size() values.
void add_product(std::span<const float* const> factors, std::span<float> sum) noexcept;

/// d_factors[m] = d_sum * product of the other factors.
void product_gradient(std::span<const float* const> factors,
                      std::span<const float> d_sum,
                      std::span<float* const> d_factors) noexcept;

/// values *= factors.
void multiply(std::span<const float> factors, std::span<float> values) noexcept;

/// y = scale * x + shift.
void scale_and_shift(std::span<const float> x,
                     float scale,
                     float shift,
                     std::span<float> y) noexcept;

/// sum of squares, accumulated in float64.
[[nodiscard]] double squared_norm(std::span<const float> x) noexcept;
/// The same of scales[i] * x[i].
[[nodiscard]] double squared_norm(std::span<const float> x, std::span<const float> scales) noexcept;

// The steps below: gradients and changes are multiplied by `scales`, one a parameter.

/// Coefficients of a step of Adam, with the bias corrections of that step folded in.
struct AdamStep {
  float decay_gradient;           ///< weight decay added to the gradient (Adam)
  float keep;                     ///< factor on the parameters before the step (AdamW)
  float gradient_scale;           ///< clipping
  float gradient_share;           ///< 1 - beta1
  float keep_square;              ///< beta2
  float square_share;             ///< 1 - beta2
  float step_size;                ///< learning rate / (1 - beta1^t)
  float inverse_root_correction;  ///< 1 / sqrt(1 - beta2^t)
  float epsilon;
};

void adam_step(const AdamStep& step,
               std::span<const float> scales,
               std::span<const float> gradient,
               std::span<float> mean,
               std::span<float> square,
               std::span<float> parameters) noexcept;

struct RmsPropStep {
  float weight_decay;
  float gradient_scale;
  float keep_square;   ///< alpha
  float square_share;  ///< 1 - alpha
  float learning_rate;
  float epsilon;
};

void rmsprop_step(const RmsPropStep& step,
                  std::span<const float> scales,
                  std::span<const float> gradient,
                  std::span<float> square,
                  std::span<float> parameters) noexcept;

struct SgdStep {
  float weight_decay;
  float gradient_scale;
  float momentum;
  float learning_rate;
};

void sgd_step(const SgdStep& step,
              std::span<const float> scales,
              std::span<const float> gradient,
              std::span<float> velocity,
              std::span<float> parameters) noexcept;

}  // namespace neuronsmith::network::internal
