#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/network/trainer.hpp"

namespace neuronsmith::search::tensor {

/// Rows as the tensor search reads them: one row after the other, inputs divided by their root mean
/// square (not centred: a shift would mix the orders), a number to predict brought to mean 0 and
/// variance 1. Immutable, safe to share between threads.
class TensorRows {
 public:
  /// Copies what it needs. `n_outputs` 1 but for more than two classes. Throws DataError where the
  /// number to predict is constant or a value is not finite.
  TensorRows(const network::Part& part, network::Loss loss, std::size_t n_outputs, int max_order);

  [[nodiscard]] std::size_t n_rows() const { return n_rows_; }
  [[nodiscard]] std::size_t n_inputs() const { return n_inputs_; }
  [[nodiscard]] std::size_t n_outputs() const { return n_outputs_; }
  [[nodiscard]] network::Loss loss() const { return loss_; }
  [[nodiscard]] bool is_regression() const { return loss_ == network::Loss::MeanSquaredError; }
  /// Floats of a row: the inputs, then zeros to a multiple of 16.
  [[nodiscard]] std::size_t stride() const { return stride_; }
  [[nodiscard]] const float* row(std::size_t i) const { return values_.data() + i * stride_; }
  /// Factors that bring x_j^order to a root mean square of 1: [stride].
  [[nodiscard]] const float* power_scales(int order) const {
    return power_scales_.data() + static_cast<std::size_t>(order - 1) * stride_;
  }
  /// What input j was multiplied by.
  [[nodiscard]] double input_scale(std::size_t j) const { return input_scales_[j]; }
  /// Standardised; only of numbers to predict.
  [[nodiscard]] float target(std::size_t i) const { return targets_[i]; }
  /// What there is of these rows: targets of numbers to predict or labels of classes; the other is
  /// left as it is.
  void copy_targets(std::span<const std::uint32_t> rows,
                    std::span<float> targets,
                    std::span<std::uint32_t> labels) const;
  /// Of the number to predict, in its unit.
  [[nodiscard]] double target_mean() const { return target_mean_; }
  [[nodiscard]] double target_deviation() const { return target_deviation_; }
  /// Loss of the best constant: 1, or the entropy of the classes.
  [[nodiscard]] double constant_loss() const { return constant_loss_; }

  /// Bytes that this many rows take.
  [[nodiscard]] static double bytes(std::size_t n_rows, std::size_t n_inputs);

 private:
  void copy_inputs(const FeatureView& features);
  void measure_powers(int max_order);
  void standardise(std::span<const float> target);
  void count(std::span<const std::uint32_t> classes);

  std::size_t n_rows_;
  std::size_t n_inputs_;
  std::size_t n_outputs_;
  std::size_t stride_;
  network::Loss loss_;
  AlignedVector<float> values_;
  AlignedVector<float> power_scales_;
  std::vector<double> input_scales_;
  std::vector<float> targets_;
  std::vector<std::uint32_t> classes_;
  double target_mean_ = 0.0;
  double target_deviation_ = 1.0;
  double constant_loss_ = 1.0;
};

}  // namespace neuronsmith::search::tensor
