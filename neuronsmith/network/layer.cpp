#include "neuronsmith/network/layer.hpp"

#include <algorithm>
#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/network/internal/gemm.hpp"
#include "neuronsmith/network/internal/kernels.hpp"

namespace neuronsmith::network {
namespace {

using formula::Formula;
using formula::Op;
using internal::Gemm;
using internal::Target;
using internal::Transpose;

constexpr double kNormEpsilon = 1e-5;
constexpr double kNormMomentum = 0.1;
/// Values whose variance is below this share of their mean square are constant but for rounding.
constexpr double kConstantShare = 1e-10;

/// Terms whose sum varies by less than this share of what they vary by themselves cancel.
constexpr double kCancelledShare = 0.01;
constexpr int kMostDraws = 32;

bool is_constant(const internal::Moments& m) {
  return !(m.variance > kConstantShare * (m.variance + m.mean * m.mean));
}

bool is_identity(const Formula& f) { return f.size() == 1 && f.root().op == Op::Input; }

// The k of x^k for k >= 2, otherwise 0.
std::size_t power_of(const Formula& f) {
  const bool is_power =
      f.size() == 2 && f.nodes()[0].op == Op::Input && f.root().op == Op::PowInt;
  return is_power && f.root().index >= 2 ? static_cast<std::size_t>(f.root().index) : 0;
}

}  // namespace

// ---------------------------------------------------------------------------------------------
// Plan of a layer

DenseLayer::DenseLayer(LayerOptions options) : options_(std::move(options)) {
  NEURONSMITH_CHECK(n_inputs() > 0 && n_outputs() > 0, "a layer without inputs or outputs");
  NEURONSMITH_CHECK(!options_.aggregation.terms.empty(), "an aggregation without terms");
  NEURONSMITH_CHECK(options_.dropout >= 0.0 && options_.dropout < 1.0, "dropout outside [0, 1)");
  add_pure_blocks();
  add_interactions();
  place_blocks();
  place_groups();
  collect_weight_runs();
  compile_functions();
}

// Every pure term has a block of its own, so that all are one product.
void DenseLayer::add_pure_blocks() {
  for (const neuron::Term& term : options_.aggregation.terms) {
    if (term.is_pure()) blocks_.push_back({.phi = term.factors[0], .is_pure = true});
  }
  n_pure_blocks_ = blocks_.size();
  const auto input = std::find_if(
      blocks_.begin(), blocks_.end(), [](const Block& block) { return is_identity(block.phi); });
  if (input == blocks_.end()) {
    blocks_.push_back({.phi = Formula::input(formula::Shape::Scalar)});
    input_block_ = blocks_.size() - 1;
  } else {
    input_block_ = static_cast<std::size_t>(input - blocks_.begin());
  }
  blocks_[input_block_].is_input = true;
}

std::size_t DenseLayer::find_or_add_block(const Formula& phi) {
  const auto found = std::find_if(
      blocks_.begin(), blocks_.end(), [&](const Block& block) { return block.phi == phi; });
  if (found != blocks_.end()) return static_cast<std::size_t>(found - blocks_.begin());
  blocks_.push_back({.phi = phi});
  return blocks_.size() - 1;
}

void DenseLayer::add_interactions() {
  for (const neuron::Term& term : options_.aggregation.terms) {
    if (term.is_pure()) continue;
    NEURONSMITH_CHECK(!term.factors.empty() && term.rank > 0, "a term without factors or rank");
    Interaction interaction{.rank = term.rank, .columns = {}, .groups = {}};
    for (const Formula& phi : term.factors) {
      const std::size_t block = find_or_add_block(phi);
      auto group = std::find_if(
          groups_.begin(), groups_.end(), [&](const Group& g) { return g.block == block; });
      if (group == groups_.end()) group = groups_.insert(group, Group{.block = block});
      interaction.groups.push_back(static_cast<std::size_t>(group - groups_.begin()));
      interaction.columns.push_back(group->n_columns);
      group->n_columns += term.rank * n_outputs();
    }
    max_order_ = std::max(max_order_, term.factors.size());
    interactions_.push_back(std::move(interaction));
  }
}

// Columns of the basis matrix: [x if not pure] 1 [pure blocks] [others].
void DenseLayer::place_blocks() {
  std::size_t column = 0;
  if (!blocks_[input_block_].is_pure) {
    blocks_[input_block_].column = 0;
    column = n_inputs();
  }
  ones_column_ = column++;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    if (b == input_block_ && !blocks_[b].is_pure) continue;
    blocks_[b].column = column;
    column += n_inputs();
  }
  n_basis_columns_ = column;
}

void DenseLayer::place_groups() {
  parameter_count_ = (1 + n_pure_blocks_ * n_inputs()) * n_outputs();
  for (Group& group : groups_) {
    group.column = n_projections_;
    group.weights = parameter_count_;
    n_projections_ += group.n_columns;
    parameter_count_ += n_inputs() * group.n_columns;
  }
  for (Interaction& interaction : interactions_) {
    for (std::size_t m = 0; m < interaction.columns.size(); ++m) {
      interaction.columns[m] += groups_[interaction.groups[m]].column;
    }
  }
  if (is_normalised()) parameter_count_ += 2 * n_outputs();
}

void DenseLayer::collect_weight_runs() {
  std::size_t pure = 0;
  std::size_t next_interaction = 0;
  for (const neuron::Term& term : options_.aggregation.terms) {
    std::vector<WeightRuns> runs;
    if (term.is_pure()) {
      const std::size_t first = n_outputs() + pure * n_inputs() * n_outputs();
      runs.push_back({first, n_outputs(), n_outputs(), pure});
      ++pure;
    } else {
      const Interaction& interaction = interactions_[next_interaction++];
      for (std::size_t m = 0; m < interaction.columns.size(); ++m) {
        const Group& group = groups_[interaction.groups[m]];
        const std::size_t first = group.weights + interaction.columns[m] - group.column;
        runs.push_back({first, interaction.rank * n_outputs(), group.n_columns, group.block});
      }
    }
    runs_of_term_.push_back(std::move(runs));
  }
}

void DenseLayer::compile_functions() {
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    if (blocks_[b].is_input) continue;
    const std::size_t power = power_of(blocks_[b].phi);
    const std::size_t slot = power - 2;
    if (power > 0 && slot >= block_of_power_.size()) block_of_power_.resize(slot + 1, kNone);
    if (power > 0 && block_of_power_[slot] == kNone) {
      block_of_power_[slot] = b;
    } else {
      functions_.emplace_back(b, formula::ElementwiseFunction(blocks_[b].phi));
    }
  }
  const formula::Formula& activation = options_.activation.formula;
  if (!activation.empty() && !is_identity(activation)) {
    activation_.emplace(activation);
  }
}

std::size_t DenseLayer::statistics_count() const {
  return is_normalised() ? 2 * n_outputs() : 0;
}

std::uint64_t DenseLayer::multiply_adds() const {
  std::uint64_t count = n_pure_blocks_ * n_inputs() * n_outputs();
  for (const Group& group : groups_) count += group.n_columns * n_inputs();
  for (const Interaction& interaction : interactions_) {
    count += interaction.rank * (interaction.columns.size() - 1) * n_outputs();
  }
  count += block_of_power_.size() * n_inputs();
  if (is_normalised()) count += n_outputs();
  return count;
}

// ---------------------------------------------------------------------------------------------
// Workspace

struct LayerWorkspace::Kernels {
  std::size_t n_rows = 0;
  Gemm pure;                         // Z = [1 Phi] W
  std::vector<Gemm> groups;          // P = Phi V
  Gemm pure_weights;                 // dW = dZ^T [1 Phi]
  std::vector<Gemm> group_weights;   // dV = dP^T Phi
  Gemm pure_basis;                   // dPhi = dZ W^T
  std::vector<Gemm> group_basis;     // dPhi += dP V^T
};

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
    kernels->groups.emplace_back(internal::GemmShape{
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
    kernels->group_weights.emplace_back(internal::GemmShape{
        columns, n_in, n, columns, n, columns, Transpose::No, Target::Overwrite});
    kernels->group_basis.emplace_back(
        internal::GemmShape{n, n_in, columns, n, columns, n, Transpose::No, target});
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

// ---------------------------------------------------------------------------------------------
// Forward

void DenseLayer::compute_basis(LayerWorkspace& w) const {
  const std::span<const float> x = w.input();
  if (!w.powers_.empty()) internal::powers(x, w.powers_);
  for (const auto& [block, function] : functions_) {
    function.evaluate(x, w.block(w.basis_, block));
  }
}

void DenseLayer::aggregate(std::span<const float> parameters,
                           LayerWorkspace& w,
                           std::span<float> z) const {
  compute_basis(w);
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

void DenseLayer::activate(std::span<const float> u,
                          std::span<float> y,
                          std::span<float> slope) const {
  if (activation_ && !slope.empty()) {
    activation_->evaluate_with_slope(u, y, slope);
  } else if (activation_) {
    activation_->evaluate(u, y);
  } else if (u.data() != y.data()) {
    std::copy(u.begin(), u.end(), y.begin());
  }
}

void DenseLayer::predict(std::span<const float> parameters,
                         std::span<const float> statistics,
                         LayerWorkspace& w,
                         std::span<float> output) const {
  const std::span<float> z = activation_ ? w.outputs(w.z_) : output;
  aggregate(parameters, w, z);
  if (is_normalised()) normalise_running(parameters, statistics, w.n_rows_, z);
  activate(z, output, {});
}

void DenseLayer::forward(std::span<const float> parameters,
                         std::span<float> statistics,
                         const DropoutKey& dropout,
                         LayerWorkspace& w,
                         std::span<float> output) const {
  NEURONSMITH_ASSERT(w.use_ == WorkspaceUse::Training, "a workspace for inference");
  const std::span<float> z = activation_ || is_normalised() ? w.outputs(w.z_) : output;
  aggregate(parameters, w, z);
  std::span<float> u = z;
  if (is_normalised()) {
    u = activation_ ? w.outputs(w.u_) : output;
    normalise_batch(parameters, statistics, w, z, u);
  }
  activate(u, output, activation_ ? w.outputs(w.slope_) : std::span<float>());
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
  const auto average = [](float running, double batch) {
    return static_cast<float>((1.0 - kNormMomentum) * running + kNormMomentum * batch);
  };
  for (std::size_t o = 0; o < n_outputs(); ++o) {
    const auto [mean, variance] = internal::moments(z.subspan(o * n, n));
    const double inverse_deviation = 1.0 / std::sqrt(variance + kNormEpsilon);
    const double factor = scale[o] * inverse_deviation;
    internal::scale_and_shift(z.subspan(o * n, n),
                              static_cast<float>(factor),
                              static_cast<float>(shift[o] - mean * factor),
                              u.subspan(o * n, n));
    w.batch_mean_[o] = mean;
    w.batch_inverse_deviation_[o] = inverse_deviation;
    if (n == 1) continue;  // one row has no variance
    const double unbiased = variance * static_cast<double>(n) / static_cast<double>(n - 1);
    statistics[o] = average(statistics[o], mean);
    statistics[n_outputs() + o] = average(statistics[n_outputs() + o], unbiased);
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
  const std::span<float> mask = w.outputs(w.mask_);
  Random random(key.seed, Purpose::Dropout, key.step, key.layer);
  const auto threshold = static_cast<std::uint32_t>(options_.dropout * 0x1.0p32);
  const auto kept = static_cast<float>(1.0 / (1.0 - options_.dropout));
  for (float& value : mask) value = random() < threshold ? 0.0F : kept;
  internal::multiply(mask, y);
}

// ---------------------------------------------------------------------------------------------
// Backward

void DenseLayer::backward(std::span<const float> parameters,
                          LayerWorkspace& w,
                          std::span<float> d_output,
                          std::span<float> gradient,
                          InputGradient input_gradient) const {
  if (options_.dropout > 0.0) internal::multiply(w.outputs(w.mask_), d_output);
  std::span<float> dz = d_output;
  if (activation_) {
    dz = w.outputs(w.slope_);  // read here alone
    internal::multiply(d_output, dz);
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
    const float* z = w.z_.data() + o * n;
    float* du = dz.data() + o * n;
    const double mean = w.batch_mean_[o];
    const double inverse_deviation = w.batch_inverse_deviation_[o];
    double sum = 0.0;
    double sum_normalised = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += du[i];
      sum_normalised += du[i] * (z[i] - mean) * inverse_deviation;
    }
    const double factor = scale[o] * inverse_deviation;
    for (std::size_t i = 0; i < n; ++i) {
      const double normalised = (z[i] - mean) * inverse_deviation;
      const double centred = du[i] - (sum + normalised * sum_normalised) / static_cast<double>(n);
      du[i] = static_cast<float>(factor * centred);
    }
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

// ---------------------------------------------------------------------------------------------
// Initialisation

double DenseLayer::mean_variance(std::span<const float> z, std::size_t n_rows) const {
  double sum = 0.0;
  for (std::size_t o = 0; o < n_outputs(); ++o) {
    const internal::Moments unit = internal::moments(z.subspan(o * n_rows, n_rows));
    if (!is_constant(unit)) sum += unit.variance;
  }
  return sum / static_cast<double>(n_outputs());
}

// Leaves one term's weights in `parameters`, all others zero; returns the variance that it adds.
double DenseLayer::draw_term(std::size_t term,
                           LayerWorkspace& w,
                           Random& random,
                           std::span<float> parameters) const {
  const std::vector<WeightRuns>& runs = runs_of_term_[term];
  const auto scale_run = [&](const WeightRuns& run, auto&& change) {
    for (std::size_t j = 0; j < n_inputs(); ++j) {
      for (float& value : parameters.subspan(run.first + j * run.stride, run.length)) change(value);
    }
  };
  std::fill(parameters.begin(), parameters.end(), 0.0F);
  for (const WeightRuns& run : runs) {
    // The factors of a product get projections of like size before the product is measured.
    const std::span<const float> phi = w.block(w.basis_, run.block);
    const double energy = internal::squared_norm(phi) / static_cast<double>(w.n_rows_);
    const double scale = std::isfinite(energy) && energy > 0.0
                             ? 1.0 / std::sqrt(energy)
                             : 1.0 / std::sqrt(static_cast<double>(n_inputs()));
    scale_run(run, [&](float& value) { value = static_cast<float>(scale * random.normal()); });
  }
  aggregate(parameters, w, w.outputs(w.z_));
  const double variance = mean_variance(w.outputs(w.z_), w.n_rows_);
  if (!std::isfinite(variance) || variance <= 0.0) return 0.0;
  const double share = 1.0 / static_cast<double>(options_.aggregation.terms.size());
  const double exponent = 0.5 / static_cast<double>(runs.size());
  const auto factor = static_cast<float>(std::pow(share / variance, exponent));
  for (const WeightRuns& run : runs) scale_run(run, [&](float& value) { value *= factor; });
  return share;
}

// All terms together; z of the rows is left in the workspace.
DenseLayer::Draw DenseLayer::draw_terms(LayerWorkspace& w,
                                        Random& random,
                                        std::span<float> parameters) const {
  std::vector<float> sum(parameter_count_, 0.0F);
  double expected = 0.0;  // variance of z if the terms were independent
  for (std::size_t term = 0; term < runs_of_term_.size(); ++term) {
    expected += draw_term(term, w, random, parameters);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += parameters[i];
  }
  std::copy(sum.begin(), sum.end(), parameters.begin());
  aggregate(parameters, w, w.outputs(w.z_));
  const double variance = mean_variance(w.outputs(w.z_), w.n_rows_);
  return variance < kCancelledShare * expected ? Draw::Cancelled : Draw::Good;
}

void DenseLayer::measure_step_scales(LayerWorkspace& w, std::span<float> scales) const {
  compute_basis(w);
  std::fill(scales.begin(), scales.end(), 1.0F);
  const auto size_of = [&](std::span<const float> block, std::size_t j) {
    return std::sqrt(internal::squared_norm(block.subspan(j * w.n_rows_, w.n_rows_)));
  };
  for (const std::vector<WeightRuns>& runs : runs_of_term_) {
    for (const WeightRuns& run : runs) {
      for (std::size_t j = 0; j < n_inputs(); ++j) {
        const double ratio = size_of(w.input(), j) / size_of(w.block(w.basis_, run.block), j);
        if (!std::isfinite(ratio) || ratio <= 0.0) continue;
        const auto weights = scales.subspan(run.first + j * run.stride, run.length);
        std::fill(weights.begin(), weights.end(), static_cast<float>(ratio));
      }
    }
  }
}

void DenseLayer::initialise(std::span<float> parameters,
                            std::span<float> statistics,
                            LayerWorkspace& w,
                            Random& random) const {
  compute_basis(w);
  bool do_cancel = true;
  for (int draw = 0; draw < kMostDraws && do_cancel; ++draw) {
    do_cancel = draw_terms(w, random, parameters) == Draw::Cancelled;
  }
  for (std::size_t o = 0; o < n_outputs(); ++o) {
    const auto unit = internal::moments(w.outputs(w.z_).subspan(o * w.n_rows_, w.n_rows_));
    // Centred, a constant would leave the next layer nothing but rounding to be scaled by.
    const bool can_centre = std::isfinite(unit.mean) && !is_constant(unit);
    parameters[o] = can_centre ? static_cast<float>(-unit.mean) : 0.0F;
  }
  if (!is_normalised()) return;
  const auto scale = parameters.subspan(scale_offset(), n_outputs());
  std::fill(scale.begin(), scale.end(), 1.0F);
  std::fill_n(statistics.begin(), n_outputs(), 0.0F);
  std::fill_n(statistics.begin() + static_cast<std::ptrdiff_t>(n_outputs()), n_outputs(), 1.0F);
}

}  // namespace neuronsmith::network
