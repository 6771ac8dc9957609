#include <algorithm>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/network/internal/layer_kernels.hpp"
#include "neuronsmith/network/layer.hpp"

namespace neuronsmith::network {

LayerWorkspace::LayerWorkspace(const DenseLayer& layer, std::size_t max_rows, WorkspaceUse use)
    : layer_(&layer), max_rows_(max_rows), use_(use) {
  NEURONSMITH_CHECK(max_rows > 0, "a workspace for no rows");
  const std::size_t n_out = layer.n_outputs();
  basis_.resize(layer.n_basis_columns_ * max_rows);
  projections_.resize(layer.n_projections_ * max_rows);
  z_.resize(n_out * max_rows);
  factors_.resize(layer.max_order_);
  d_factors_.resize(layer.max_order_);
  powers_.resize(layer.block_of_power_.size());
  d_powers_.resize(layer.block_of_power_.size());
  if (layer.activation_) activation_.emplace(*layer.activation_);
  if (use == WorkspaceUse::Inference) return;
  std::size_t widest = n_out;
  for (const auto& group : layer.groups_) widest = std::max(widest, group.n_columns);
  u_.resize(layer.is_normalised() ? n_out * max_rows : 0);
  mask_.resize(layer.options_.dropout > 0.0 ? n_out * max_rows : 0);
  d_basis_.resize(basis_.size());
  d_projections_.resize(projections_.size());
  slope_.resize(layer.activation_ ? n_out * max_rows : 0);
  transposed_.resize(widest * max_rows);
  batch_mean_.resize(n_out);
  batch_inverse_deviation_.resize(n_out);
}

LayerWorkspace::~LayerWorkspace() = default;
LayerWorkspace::LayerWorkspace(LayerWorkspace&&) noexcept = default;
LayerWorkspace& LayerWorkspace::operator=(LayerWorkspace&&) noexcept = default;

std::unique_ptr<LayerWorkspace::Kernels> LayerWorkspace::make_kernels(std::size_t n) const {
  const DenseLayer& layer = *layer_;
  const std::size_t n_in = layer.n_inputs();
  const std::size_t n_out = layer.n_outputs();
  const std::size_t n_pure = layer.n_pure_blocks_ * n_in;
  auto kernels = std::make_unique<Kernels>();
  kernels->n_rows = n;
  kernels->pure = Gemm({n, n_out, n_pure + 1, n, n_out, n, Transpose::Yes, Target::Overwrite});
  for (const auto& group : layer.groups_) {
    const std::size_t columns = group.n_columns;
    kernels->groups.emplace_back(GemmShape{
        n, columns, n_in, n, columns, n, Transpose::Yes, Target::Overwrite});
  }
  if (use_ == WorkspaceUse::Inference) return kernels;
  kernels->pure_weights =
      Gemm({n_out, n_pure + 1, n, n_out, n, n_out, Transpose::No, Target::Overwrite});
  kernels->pure_basis = Gemm({n, n_pure, n_out, n, n_out, n, Transpose::No, Target::Overwrite});
  for (const auto& group : layer.groups_) {
    const std::size_t columns = group.n_columns;
    const Target target =
        layer.blocks_[group.block].is_pure ? Target::Accumulate : Target::Overwrite;
    kernels->group_weights.emplace_back(GemmShape{
        columns, n_in, n, columns, n, columns, Transpose::No, Target::Overwrite});
    kernels->group_basis.emplace_back(
        GemmShape{n, n_in, columns, n, columns, n, Transpose::No, target});
  }
  return kernels;
}

void LayerWorkspace::resize(std::size_t n_rows) {
  NEURONSMITH_CHECK(n_rows > 0 && n_rows <= max_rows_, "more rows than the workspace has room for");
  if (n_rows == n_rows_) return;
  n_rows_ = n_rows;
  auto found = std::find_if(all_kernels_.begin(), all_kernels_.end(), [&](const auto& kernels) {
    return kernels->n_rows == n_rows;
  });
  if (found == all_kernels_.end()) {
    found = all_kernels_.insert(all_kernels_.end(), make_kernels(n_rows));
  }
  kernels_ = found->get();
  std::fill_n(basis_.data() + layer_->ones_column_ * n_rows, n_rows, 1.0F);
  point_powers();
}

void LayerWorkspace::point_powers() {
  for (std::size_t k = 0; k < powers_.size(); ++k) {
    const std::size_t b = layer_->block_of_power_[k];
    if (b == DenseLayer::kNone) continue;
    powers_[k] = block(basis_, b).data();
    if (use_ == WorkspaceUse::Training) d_powers_[k] = block(d_basis_, b).data();
  }
}

std::span<float> LayerWorkspace::block(AlignedVector<float>& basis, std::size_t block) const {
  return {basis.data() + layer_->blocks_[block].column * n_rows_, layer_->n_inputs() * n_rows_};
}

std::span<float> LayerWorkspace::outputs(AlignedVector<float>& buffer) const {
  return {buffer.data(), layer_->n_outputs() * n_rows_};
}

std::span<float> LayerWorkspace::input() { return block(basis_, layer_->input_block_); }

std::span<float> LayerWorkspace::input_gradient() { return block(d_basis_, layer_->input_block_); }

}  // namespace neuronsmith::network
