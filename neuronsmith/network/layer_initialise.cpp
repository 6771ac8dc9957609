#include <algorithm>
#include <cmath>

#include "neuronsmith/network/internal/batch_kernels.hpp"
#include "neuronsmith/network/internal/kernels.hpp"
#include "neuronsmith/network/layer.hpp"

namespace neuronsmith::network {
namespace {

/// Values whose variance is below this share of their mean square are constant but for rounding.
constexpr double kConstantShare = 1e-10;

/// Terms whose sum varies by less than this share of what they vary by themselves cancel.
constexpr double kCancelledShare = 0.01;
constexpr int kMostDraws = 32;

bool is_constant(const internal::Moments& m) {
  return !(m.variance > kConstantShare * (m.variance + m.mean * m.mean));
}

}  // namespace

double DenseLayer::mean_variance(std::span<const float> z, std::size_t n_rows) const {
  double sum = 0.0;
  for (std::size_t o = 0; o < n_outputs(); ++o) {
    const internal::Moments unit = internal::moments(z.subspan(o * n_rows, n_rows));
    if (!is_constant(unit)) sum += unit.variance;
  }
  return sum / static_cast<double>(n_outputs());
}

double DenseLayer::total_share() const {
  double sum = 0.0;
  for (const neuron::Term& term : options_.aggregation.terms) sum += term.share;
  return sum;
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
  const double exponent = 0.5 / static_cast<double>(runs.size());  // a product's weights share alike
  std::fill(parameters.begin(), parameters.end(), 0.0F);
  for (const WeightRuns& run : runs) {
    // The factors of a product get projections of like size before the product is measured.
    const std::span<const float> phi = w.block(w.basis_, run.block);
    const double energy = internal::squared_norm(phi) / static_cast<double>(w.n_rows_);
    const double scale = std::isfinite(energy) && energy > 0.0
                             ? 1.0 / std::sqrt(energy)
                             : 1.0 / std::sqrt(static_cast<double>(n_inputs()));
    const double share = std::pow(options_.aggregation.terms[term].share, exponent);
    scale_run(run, [&](float& value) { value = static_cast<float>(share * scale * random.normal()); });
  }
  project(parameters, w, w.outputs(w.z_));
  const double variance = mean_variance(w.outputs(w.z_), w.n_rows_);
  if (!std::isfinite(variance) || variance <= 0.0) return 0.0;
  const double share = options_.aggregation.terms[term].share / total_share();
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
  project(parameters, w, w.outputs(w.z_));
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
      if (run.block == input_block_) continue;  // as large as itself
      for (std::size_t j = 0; j < n_inputs(); ++j) {
        const double ratio = size_of(w.input(), j) / size_of(w.block(w.basis_, run.block), j);
        if (!std::isfinite(ratio) || ratio <= 0.0) continue;
        const auto weights = scales.subspan(run.first + j * run.stride, run.length);
        const double scale = is_power(run.block) ? ratio : std::min(ratio, 1.0);
        std::fill(weights.begin(), weights.end(), static_cast<float>(scale));
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
  reset(parameters, statistics);
}

void DenseLayer::initialise_like_torch(std::span<float> parameters,
                                       std::span<float> statistics,
                                       Random& random) const {
  reset(parameters, statistics);
  const double bound = 1.0 / std::sqrt(static_cast<double>(n_inputs()));
  for (float& weight : parameters.first(n_weights_)) {
    weight = static_cast<float>(random.uniform(-bound, bound));
  }
}

void DenseLayer::reset(std::span<float> parameters, std::span<float> statistics) const {
  if (activation_) {
    activation_->initialise(of_activation(parameters), statistics_of_activation(statistics));
  }
  if (!is_normalised()) return;
  std::ranges::fill(parameters.subspan(scale_offset(), n_outputs()), 1.0F);
  std::ranges::fill(parameters.subspan(scale_offset() + n_outputs(), n_outputs()), 0.0F);
  std::ranges::fill(statistics.first(n_outputs()), 0.0F);
  std::ranges::fill(statistics.subspan(n_outputs(), n_outputs()), 1.0F);
}

}  // namespace neuronsmith::network
