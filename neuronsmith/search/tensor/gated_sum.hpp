#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/search/tensor/gates.hpp"

namespace neuronsmith::search::tensor {

/// Sum of terms, each normalised, scaled, shifted and multiplied by its gate:
///   out_c = bias_c + sum_t z_t (scale_tc (v_tc - mean_tc) / deviation_tc + shift_tc).
/// Mean and deviation are those of the batch, as in batch normalisation (epsilon 1e-5), until fixed
/// ones are given. Parameters: scales [term][output], shifts [term][output], biases [output].
/// Values are [term][output][batch], outputs [output][batch]. Not to be shared between threads.
class GatedSum {
 public:
  GatedSum(std::size_t n_terms, std::size_t n_outputs, std::size_t batch);

  [[nodiscard]] std::size_t parameter_count() const { return biases() + n_outputs_; }
  /// Where the shifts and biases begin.
  [[nodiscard]] std::size_t shifts() const { return n_scaled(); }
  [[nodiscard]] std::size_t biases() const { return 2 * n_scaled(); }
  /// Scales 1, shifts and biases 0.
  void start(std::span<float> parameters) const;

  /// From now on normalisation is by these: [term][output]. Variances of 0 are possible.
  void fix(std::span<const double> means, std::span<const double> variances);
  [[nodiscard]] bool is_fixed() const { return is_fixed_; }

  void forward(std::span<const float> values,
               std::span<const float> parameters,
               std::span<const GateDraw> gates,
               std::span<float> outputs);

  /// After forward() with the same arguments: d_values, the gradient by the parameters and by the
  /// values of the gates are overwritten.
  void backward(std::span<const float> d_outputs,
                std::span<const float> parameters,
                std::span<const GateDraw> gates,
                std::span<float> d_values,
                std::span<float> gradient,
                std::span<float> d_gates) const;

 private:
  [[nodiscard]] std::size_t n_scaled() const { return n_terms_ * n_outputs_; }
  [[nodiscard]] std::span<const float> of(std::span<const float> blocks, std::size_t block) const {
    return blocks.subspan(block * batch_, batch_);
  }
  void measure(std::size_t block, std::span<const float> values);

  std::size_t n_terms_;
  std::size_t n_outputs_;
  std::size_t batch_;
  bool is_fixed_ = false;
  std::vector<float> mean_;  // [term][output]
  std::vector<float> inverse_deviation_;
  AlignedVector<float> normalised_;  // [term][output][batch]
};

}  // namespace neuronsmith::search::tensor
