#include "neuronsmith/search/tensor/tensor_rows.hpp"

#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/search/tensor/internal/kernels.hpp"

namespace neuronsmith::search::tensor {
namespace {

/// 1 / root mean square, 0 where all are 0.
double inverse_root_mean(double sum_of_squares, std::size_t n) {
  if (!std::isfinite(sum_of_squares)) {
    throw DataError("an input is not finite: it cannot be searched");
  }
  return sum_of_squares > 0.0 ? std::sqrt(static_cast<double>(n) / sum_of_squares) : 0.0;
}

}  // namespace

double TensorRows::bytes(std::size_t n_rows, std::size_t n_inputs) {
  return static_cast<double>(n_rows) * static_cast<double>(internal::padded_to_lanes(n_inputs)) * sizeof(float);
}

TensorRows::TensorRows(const network::Part& part,
                       network::Loss loss,
                       std::size_t n_outputs,
                       int max_order)
    : n_rows_(part.n_rows()),
      n_inputs_(part.features.n_features),
      n_outputs_(n_outputs),
      stride_(internal::padded_to_lanes(n_inputs_)),
      loss_(loss),
      values_(n_rows_ * stride_),
      power_scales_(static_cast<std::size_t>(max_order) * stride_),
      input_scales_(n_inputs_) {
  NEURONSMITH_CHECK(n_rows_ > 0 && n_inputs_ > 0, "no rows or no inputs");
  copy_inputs(part.features);
  measure_powers(max_order);
  if (is_regression()) {
    standardise(part.target);
  } else {
    count(part.classes);
  }
}

void TensorRows::copy_inputs(const FeatureView& features) {
  for (std::size_t j = 0; j < n_inputs_; ++j) {
    const std::span<const float> column = features.column(j);
    double sum = 0.0;
    for (const float x : column) sum += static_cast<double>(x) * x;
    input_scales_[j] = inverse_root_mean(sum, n_rows_);
    for (std::size_t i = 0; i < n_rows_; ++i) {
      values_[i * stride_ + j] =
          static_cast<float>(static_cast<double>(column[i]) * input_scales_[j]);
    }
  }
}

void TensorRows::measure_powers(int max_order) {
  for (int order = 1; order <= max_order; ++order) {
    for (std::size_t j = 0; j < n_inputs_; ++j) {
      double sum = 0.0;
      for (std::size_t i = 0; i < n_rows_; ++i) {
        const double x = std::pow(static_cast<double>(row(i)[j]), order);
        sum += x * x;
      }
      power_scales_[static_cast<std::size_t>(order - 1) * stride_ + j] =
          static_cast<float>(inverse_root_mean(sum, n_rows_));
    }
  }
}

void TensorRows::standardise(std::span<const float> target) {
  double sum = 0.0;
  for (const float y : target) sum += y;
  target_mean_ = sum / static_cast<double>(n_rows_);
  double squares = 0.0;
  for (const float y : target) squares += (y - target_mean_) * (y - target_mean_);
  target_deviation_ = std::sqrt(squares / static_cast<double>(n_rows_));
  if (!std::isfinite(target_deviation_)) throw DataError("the target is not finite on some row");
  if (!(target_deviation_ > 0.0)) throw DataError("the target is constant on the rows searched");
  targets_.reserve(n_rows_);
  for (const float y : target) {
    targets_.push_back(static_cast<float>((y - target_mean_) / target_deviation_));
  }
}

void TensorRows::copy_targets(std::span<const std::uint32_t> rows,
                              std::span<float> targets,
                              std::span<std::uint32_t> labels) const {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (is_regression()) {
      targets[i] = targets_[rows[i]];
    } else {
      labels[i] = classes_[rows[i]];
    }
  }
}

void TensorRows::count(std::span<const std::uint32_t> classes) {
  classes_.assign(classes.begin(), classes.end());
  std::vector<double> counts(std::max<std::size_t>(n_outputs_, 2));
  for (const std::uint32_t c : classes_) ++counts[c];
  constant_loss_ = 0.0;
  for (const double n : counts) {
    const double share = n / static_cast<double>(n_rows_);
    if (share > 0.0) constant_loss_ -= share * std::log(share);
  }
  if (!(constant_loss_ > 0.0)) throw DataError("all rows searched are of one class");
}

}  // namespace neuronsmith::search::tensor
