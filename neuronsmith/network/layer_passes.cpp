#include <algorithm>
#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/network/internal/batch_statistics.hpp"
#include "neuronsmith/network/internal/kernels.hpp"
#include "neuronsmith/network/internal/layer_kernels.hpp"
#include "neuronsmith/network/layer.hpp"

namespace neuronsmith::network {

using internal::kNormEpsilon;

void DenseLayer::compute_basis(LayerWorkspace& w) const {
  const std::span<const float> x = w.input();
  if (!w.powers_.empty()) internal::powers(x, w.powers_);
  for (const auto& [block, function] : functions_) {
    function.evaluate(x, w.block(w.basis_, block));
  }
}

void DenseLayer::project(std::span<const float> parameters,
                         LayerWorkspace& w,
                         std::span<float> z) const {
  const std::size_t n = w.n_rows_;
  w.kernels_->pure(w.basis_.data() + ones_column_ * n, parameters.data(), z.data());
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const float* phi = w.block(w.basis_, groups_[g].block).data();
    w.kernels_->groups[g](phi,
                          parameters.data() + groups_[g].weights,
                          w.projections_.data() + groups_[g].column * n);
  }
  add_interactions_to(w, z);
}

void DenseLayer::add_interactions_to(LayerWorkspace& w, std::span<float> z) const {
  for (const Interaction& interaction : interactions_) {
    const std::size_t order = interaction.columns.size();
    for (std::size_t r = 0; r < interaction.rank; ++r) {
      for (std::size_t m = 0; m < order; ++m) {
        const std::size_t column = interaction.columns[m] + r * n_outputs();
        w.factors_[m] = w.projections_.data() + column * w.n_rows_;
      }
      internal::add_product({w.factors_.data(), order}, z);
    }
  }
}

void DenseLayer::predict(std::span<const float> parameters,
                         std::span<const float> statistics,
                         LayerWorkspace& w,
                         std::span<float> output) const {
  const std::span<float> z = activation_ ? w.outputs(w.z_) : output;
  compute_basis(w);
  project(parameters, w, z);
  if (is_normalised()) normalise_running(parameters, statistics, w.n_rows_, z);
  if (!activation_) return;
  activation_->predict(
      of_activation(parameters), statistics_of_activation(statistics), *w.activation_, z, output);
}

void DenseLayer::forward(std::span<const float> parameters,
                         std::span<float> statistics,
                         const DropoutKey& dropout,
                         LayerWorkspace& w,
                         std::span<float> output) const {
  NEURONSMITH_ASSERT(w.use_ == WorkspaceUse::Training, "a workspace for inference");
  const std::span<float> z = activation_ || is_normalised() ? w.outputs(w.z_) : output;
  compute_basis(w);
  project(parameters, w, z);
  std::span<float> u = z;
  if (is_normalised()) {
    u = activation_ ? w.outputs(w.u_) : output;
    normalise_batch(parameters, statistics, w, z, u);
  }
  if (activation_) {
    activation_->forward(of_activation(parameters),
                         statistics_of_activation(statistics),
                         *w.activation_,
                         u,
                         output,
                         w.outputs(w.slope_));
  }
  if (options_.dropout > 0.0) drop_out(dropout, w, output);
}

void DenseLayer::normalise_batch(std::span<const float> parameters,
                                 std::span<float> statistics,
                                 LayerWorkspace& w,
                                 std::span<const float> z,
                                 std::span<float> u) const {
  const std::size_t n = w.n_rows_;
  const float* scale = parameters.data() + scale_offset();
  const float* shift = scale + n_outputs();
  for (std::size_t o = 0; o < n_outputs(); ++o) {
    const internal::Moments batch = internal::moments(z.subspan(o * n, n));
    const double inverse_deviation = 1.0 / std::sqrt(batch.variance + kNormEpsilon);
    const double factor = scale[o] * inverse_deviation;
    internal::scale_and_shift(z.subspan(o * n, n),
                              static_cast<float>(factor),
                              static_cast<float>(shift[o] - batch.mean * factor),
                              u.subspan(o * n, n));
    w.batch_mean_[o] = batch.mean;
    w.batch_inverse_deviation_[o] = inverse_deviation;
    internal::follow(batch, n, statistics[o], statistics[n_outputs() + o]);
  }
}

void DenseLayer::normalise_running(std::span<const float> parameters,
                                   std::span<const float> statistics,
                                   std::size_t n_rows,
                                   std::span<float> z) const {
  const float* scale = parameters.data() + scale_offset();
  const float* shift = scale + n_outputs();
  for (std::size_t o = 0; o < n_outputs(); ++o) {
    const double variance = statistics[n_outputs() + o];
    const double factor = scale[o] / std::sqrt(variance + kNormEpsilon);
    const std::span<float> unit = z.subspan(o * n_rows, n_rows);
    internal::scale_and_shift(unit,
                              static_cast<float>(factor),
                              static_cast<float>(shift[o] - statistics[o] * factor),
                              unit);
  }
}

void DenseLayer::drop_out(const DropoutKey& key, LayerWorkspace& w, std::span<float> y) const {
  const internal::DropoutDraw draw{
      .seed = key.seed,
      .stream = {static_cast<std::uint32_t>(Purpose::Dropout), key.step, key.layer},
      .threshold = static_cast<std::uint32_t>(options_.dropout * 0x1.0p32),
      .kept = static_cast<float>(1.0 / (1.0 - options_.dropout))};
  internal::drop_out(draw, w.outputs(w.mask_), y);
}

void DenseLayer::backward(std::span<const float> parameters,
                          LayerWorkspace& w,
                          std::span<float> d_output,
                          std::span<float> gradient,
                          InputGradient input_gradient) const {
  if (options_.dropout > 0.0) internal::multiply(w.outputs(w.mask_), d_output);
  std::span<float> dz = d_output;
  if (activation_) {
    dz = w.outputs(w.slope_);  // read here alone
    activation_->backward(of_activation(parameters),
                          *w.activation_,
                          w.outputs(is_normalised() ? w.u_ : w.z_),
                          d_output,
                          dz,
                          of_activation(gradient));
  }
  if (is_normalised()) normalisation_backward(parameters, w, dz, gradient);

  const std::size_t n = w.n_rows_;
  internal::transpose(dz.data(), n, n_outputs(), w.transposed_.data());
  w.kernels_->pure_weights(
      w.transposed_.data(), w.basis_.data() + ones_column_ * n, gradient.data());
  interactions_backward(w, dz, gradient);
  if (input_gradient == InputGradient::Compute) basis_backward(parameters, w, dz);
}

void DenseLayer::normalisation_backward(std::span<const float> parameters,
                                        LayerWorkspace& w,
                                        std::span<float> dz,
                                        std::span<float> gradient) const {
  const std::size_t n = w.n_rows_;
  const float* scale = parameters.data() + scale_offset();
  for (std::size_t o = 0; o < n_outputs(); ++o) {
    const std::span<const float> z = w.outputs(w.z_).subspan(o * n, n);
    const std::span<float> du = dz.subspan(o * n, n);
    const double mean = w.batch_mean_[o];
    const double inverse_deviation = w.batch_inverse_deviation_[o];
    const auto [sum, sum_centred] = internal::normalisation_sums(z, mean, du);
    const double sum_normalised = sum_centred * inverse_deviation;
    const double factor = scale[o] * inverse_deviation;
    const double share = factor / static_cast<double>(n);
    internal::normalisation_gradient(z,
                                     static_cast<float>(mean),
                                     static_cast<float>(factor),
                                     static_cast<float>(share * sum),
                                     static_cast<float>(share * sum_normalised * inverse_deviation),
                                     du);
    gradient[scale_offset() + o] = static_cast<float>(sum_normalised);
    gradient[scale_offset() + n_outputs() + o] = static_cast<float>(sum);
  }
}

void DenseLayer::interactions_backward(LayerWorkspace& w,
                                       std::span<const float> dz,
                                       std::span<float> gradient) const {
  const std::size_t n = w.n_rows_;
  for (const Interaction& interaction : interactions_) {
    const std::size_t order = interaction.columns.size();
    for (std::size_t r = 0; r < interaction.rank; ++r) {
      for (std::size_t m = 0; m < order; ++m) {
        const std::size_t first = (interaction.columns[m] + r * n_outputs()) * n;
        w.factors_[m] = w.projections_.data() + first;
        w.d_factors_[m] = w.d_projections_.data() + first;
      }
      internal::product_gradient({w.factors_.data(), order}, dz, {w.d_factors_.data(), order});
    }
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const Group& group = groups_[g];
    const float* d_projections = w.d_projections_.data() + group.column * n;
    internal::transpose(d_projections, n, group.n_columns, w.transposed_.data());
    const float* phi = w.block(w.basis_, group.block).data();
    w.kernels_->group_weights[g](w.transposed_.data(), phi, gradient.data() + group.weights);
  }
}

void DenseLayer::basis_backward(std::span<const float> parameters,
                                LayerWorkspace& w,
                                std::span<const float> dz) const {
  const std::size_t n = w.n_rows_;
  const std::span<float> dx = w.input_gradient();
  if (n_pure_blocks_ > 0) {
    w.kernels_->pure_basis(dz.data(),
                           parameters.data() + n_outputs(),
                           w.d_basis_.data() + (ones_column_ + 1) * n);
  }
  // A block outside the pure product is overwritten by its group; x may have neither.
  if (!blocks_[input_block_].is_pure) std::fill(dx.begin(), dx.end(), 0.0F);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const Group& group = groups_[g];
    w.kernels_->group_basis[g](w.d_projections_.data() + group.column * n,
                               parameters.data() + group.weights,
                               w.block(w.d_basis_, group.block).data());
  }
  const std::span<const float> x = w.input();
  if (!w.d_powers_.empty()) internal::powers_gradient(x, w.d_powers_, dx);
  for (const auto& [block, function] : functions_) {
    function.differentiate(x, w.block(w.d_basis_, block), dx);
  }
}

}  // namespace neuronsmith::network
