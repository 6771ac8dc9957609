#include "neuronsmith/network/layer_activation.hpp"

#include <algorithm>
#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/network/internal/batch_statistics.hpp"
#include "neuronsmith/network/internal/kernels.hpp"

namespace neuronsmith::network {
namespace {

using formula::Formula;
using formula::kZScoreEpsilon;
using formula::Op;
using formula::OpKind;

// What a statistic of the batch is of x, its mean p_n and its deviation p_(n+1).
Formula of_parameters(Op statistic, std::size_t n) {
  const Formula x = Formula::input(formula::Shape::Scalar);
  const Formula mean = Formula::parameter(static_cast<int>(n));
  const Formula deviation = Formula::parameter(static_cast<int>(n + 1));
  if (statistic == Op::Mean) return mean;
  if (statistic == Op::Std) return deviation;
  const Formula divisor = Formula::apply(Op::Add, deviation, Formula::literal(kZScoreEpsilon));
  return Formula::apply(Op::Div, Formula::apply(Op::Sub, x, mean), divisor);
}

Formula with_statistics_as_parameters(Formula formula, std::size_t n) {
  for (std::size_t i = 0; i < formula.size(); ++i) {
    const Op op = formula.nodes()[i].op;
    if (formula::info(op).kind != OpKind::BatchStatistic) continue;
    NEURONSMITH_CHECK(formula.nodes()[i - 1].op == Op::Input, "a statistic of what is not x");
    formula = formula.with_subtree(i, of_parameters(op, n));
    --i;  // its argument is gone too
  }
  return formula;
}

FeatureView as_feature(std::span<const float> x) { return {x.data(), x.size(), 1, x.size()}; }

}  // namespace

LayerActivation::LayerActivation(const neuron::Activation& activation, std::size_t n_outputs)
    : start_(activation),
      n_outputs_(n_outputs),
      has_statistics_(activation.formula.uses(OpKind::BatchStatistic)) {
  const std::string objection = neuron::objection_to(activation);
  NEURONSMITH_CHECK(objection.empty(), "the formula of an activation " + objection);
  NEURONSMITH_CHECK(start_.parameters.empty() || start_.learnable != neuron::Learnable::None,
                    "parameters that are not learnable");
  if (start_.parameters.empty() && !has_statistics_) {
    function_.emplace(start_.formula);
  } else {
    evaluator_.emplace(with_statistics_as_parameters(start_.formula, n_own()));
  }
}

LayerActivation::Scratch::Scratch(const LayerActivation& activation)
    : values_(activation.n_own() + 2),
      gradients_(activation.n_own() + 2),
      mean_(activation.has_statistics_ ? activation.n_outputs_ : 0),
      deviation_(mean_.size()) {}

std::size_t LayerActivation::place(std::size_t parameter, std::size_t output) const {
  return is_shared() ? parameter : parameter * n_outputs_ + output;
}

void LayerActivation::initialise(std::span<float> parameters, std::span<float> statistics) const {
  const std::size_t n_sets = n_own() == 0 ? 0 : parameter_count() / n_own();
  for (std::size_t k = 0; k < n_own(); ++k) {
    const auto value = static_cast<float>(start_.parameters[k]);
    std::fill_n(parameters.begin() + static_cast<std::ptrdiff_t>(k * n_sets), n_sets, value);
  }
  const std::size_t half = statistics.size() / 2;
  std::ranges::fill(statistics.first(half), 0.0F);
  std::ranges::fill(statistics.subspan(half), 1.0F);
}

// What the formula's parameters are at an output.
void LayerActivation::load(std::span<const float> parameters,
                           std::size_t output,
                           Scratch& scratch) const {
  for (std::size_t k = 0; k < n_own(); ++k) scratch.values_[k] = parameters[place(k, output)];
  if (!has_statistics_) return;
  scratch.values_[n_own()] = static_cast<float>(scratch.mean_[output]);
  scratch.values_[n_own() + 1] = static_cast<float>(scratch.deviation_[output]);
}

void LayerActivation::evaluate(std::span<const float> parameters,
                               Scratch& scratch,
                               std::span<const float> u,
                               std::span<float> y) const {
  const std::size_t n_parts = n_evaluations();
  const std::size_t length = u.size() / n_parts;
  for (std::size_t o = 0; o < n_parts; ++o) {
    load(parameters, o, scratch);
    evaluator_->evaluate({.features = as_feature(u.subspan(o * length, length)),
                          .parameters = scratch.values_,
                          .weights = {}},
                         y.subspan(o * length, length));
  }
}

void LayerActivation::predict(std::span<const float> parameters,
                              std::span<const float> statistics,
                              Scratch& scratch,
                              std::span<const float> u,
                              std::span<float> y) const {
  if (function_) return function_->evaluate(u, y);
  for (std::size_t o = 0; o < scratch.mean_.size(); ++o) {
    scratch.mean_[o] = statistics[o];
    scratch.deviation_[o] = std::sqrt(statistics[n_outputs_ + o]);
  }
  evaluate(parameters, scratch, u, y);
}

void LayerActivation::measure(std::span<float> statistics,
                              Scratch& scratch,
                              std::span<const float> u) const {
  const std::size_t n = u.size() / n_outputs_;
  for (std::size_t o = 0; o < scratch.mean_.size(); ++o) {
    const internal::Moments batch = internal::moments(u.subspan(o * n, n));
    scratch.mean_[o] = batch.mean;
    scratch.deviation_[o] = std::sqrt(batch.variance);
    internal::follow(batch, n, statistics[o], statistics[n_outputs_ + o]);
  }
}

void LayerActivation::forward(std::span<const float> parameters,
                              std::span<float> statistics,
                              Scratch& scratch,
                              std::span<const float> u,
                              std::span<float> y,
                              std::span<float> slope) const {
  if (function_) return function_->evaluate_with_slope(u, y, slope);
  measure(statistics, scratch, u);
  evaluate(parameters, scratch, u, y);
}

void LayerActivation::backward(std::span<const float> parameters,
                               Scratch& scratch,
                               std::span<const float> u,
                               std::span<const float> dy,
                               std::span<float> du,
                               std::span<float> gradient) const {
  if (function_) return internal::multiply(dy, du);
  std::ranges::fill(du, 0.0F);
  const std::size_t n_parts = n_evaluations();
  const std::size_t length = u.size() / n_parts;
  std::ranges::fill(scratch.gradients_, 0.0);
  for (std::size_t o = 0; o < n_parts; ++o) {
    load(parameters, o, scratch);
    const auto kept =
        static_cast<std::ptrdiff_t>(is_shared() ? n_own() : 0);  // add up over outputs
    std::fill(scratch.gradients_.begin() + kept, scratch.gradients_.end(), 0.0);
    const auto part = u.subspan(o * length, length);
    evaluator_->differentiate(
        {.features = as_feature(part), .parameters = scratch.values_, .weights = {}},
        dy.subspan(o * length, length),
        {.x = du.subspan(o * length, length), .parameters = scratch.gradients_, .weights = {}});
    for (std::size_t k = 0; k < n_own(); ++k) {
      gradient[place(k, o)] = static_cast<float>(scratch.gradients_[k]);
    }
    if (has_statistics_) through_statistics(o, scratch, part, du.subspan(o * length, length));
  }
}

// d/du of mean and deviation of n rows:
//   dmean/du_i = 1 / n    ddeviation/du_i = (u_i - mean) / (n deviation)
void LayerActivation::through_statistics(std::size_t output,
                                         Scratch& scratch,
                                         std::span<const float> u,
                                         std::span<float> du) const {
  const auto n = static_cast<double>(u.size());
  const double mean = scratch.mean_[output];
  const double deviation = scratch.deviation_[output];
  const double by_mean = scratch.gradients_[n_own()] / n;
  const double by_deviation = scratch.gradients_[n_own() + 1];
  // A constant output has no direction in which its deviation grows.
  const double factor = deviation > 0.0 ? by_deviation / (n * deviation) : 0.0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    du[i] += static_cast<float>(by_mean + factor * (u[i] - mean));
  }
}

}  // namespace neuronsmith::network
