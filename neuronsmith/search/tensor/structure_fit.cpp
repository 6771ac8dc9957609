#include "neuronsmith/search/tensor/structure_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/search/tensor/internal/descent.hpp"
#include "neuronsmith/search/tensor/internal/least_squares.hpp"

namespace neuronsmith::search::tensor {
namespace {

/// Steps of Adam. Numbers may follow a law without noise, and then a small term shows only when the
/// large ones are fitted to many digits; classes never do.
struct Effort {
  std::uint32_t starts = 0;
  std::size_t start_steps = 0;
  std::size_t polish_steps = 0;
};
constexpr Effort kNumbers{.starts = 6, .start_steps = 600, .polish_steps = 1500};
constexpr Effort kClasses{.starts = 3, .start_steps = 300, .polish_steps = 500};
constexpr double kStartRate = 0.02;
constexpr double kPolishRate = 0.005;
constexpr int kMostPolishes = 6;
/// Share of the loss that a polish must take off for another one to follow.
constexpr double kPolishGain = 0.1;
/// What is left of a standardised target is float32 noise below this deviation.
constexpr double kLeastUnit = 1e-6;

const Effort& effort_for(const TensorRows& rows) {
  return rows.is_regression() ? kNumbers : kClasses;
}

bool is_pure(const FittedTerm& fitted) { return fitted.term.stream == Stream::Pure; }

}  // namespace

std::vector<TensorTerm> terms_of(const StructureFit& fit) {
  std::vector<TensorTerm> terms;
  for (const FittedTerm& fitted : fit.terms) terms.push_back(fitted.term);
  return terms;
}

double StructureFit::holdout_loss() const {
  return std::accumulate(holdout.begin(), holdout.end(), 0.0) / static_cast<double>(holdout.size());
}

StructureFitter::StructureFitter(const TensorRows& rows,
                                 FitRows parts,
                                 std::size_t batch,
                                 std::uint64_t seed)
    : rows_(rows),
      parts_(std::move(parts)),
      batch_(std::min(batch, parts_.fit.size())),
      seed_(seed) {
  NEURONSMITH_CHECK(!parts_.fit.empty() && !parts_.holdout.empty(),
                    "no rows to fit or to judge by");
}

StructureFit StructureFitter::constant() const {
  return polished({.terms = {}, .bias = std::vector<float>(rows_.n_outputs()), .holdout = {}});
}

StructureFit StructureFitter::with(const StructureFit& fit, const TensorTerm& term) const {
  StructureFit extended = fit;
  if (term.stream == Stream::Pure) {
    extended.terms.push_back({term, std::vector<float>(rows_.n_outputs() * rows_.stride())});
  } else {
    extended.terms.push_back(best_start(fit, term));
  }
  return polished(std::move(extended));
}

StructureFit StructureFitter::without(const StructureFit& fit, std::size_t term) const {
  StructureFit reduced = fit;
  reduced.terms.erase(reduced.terms.begin() + static_cast<std::ptrdiff_t>(term));
  return polished(std::move(reduced));
}

TensorModel StructureFitter::model_of(const StructureFit& fit) const {
  return {terms_of(fit), rows_.n_inputs(), rows_.n_outputs(), batch_};
}

/// The model's, then the biases.
AlignedVector<float> StructureFitter::parameters_of(const StructureFit& fit,
                                                    const TensorModel& model) const {
  AlignedVector<float> parameters(model.parameter_count());
  for (std::size_t t = 0; t < fit.terms.size(); ++t) {
    model.set_weights(t, fit.terms[t].weights, parameters);
  }
  parameters.insert(parameters.end(), fit.bias.begin(), fit.bias.end());
  return parameters;
}

/// The new term from several first weights, each beside increments of the pure terms.
FittedTerm StructureFitter::best_start(const StructureFit& fit, const TensorTerm& term) const {
  std::vector<TensorTerm> terms = {term};
  for (const FittedTerm& fitted : fit.terms) {
    if (is_pure(fitted)) terms.push_back(fitted.term);
  }
  const TensorModel model(std::move(terms), rows_.n_inputs(), rows_.n_outputs(), batch_);
  const std::vector<float> offsets = outputs_of(fit);
  const double unit = rows_.is_regression() ? std::max(std::sqrt(fit.loss), kLeastUnit) : 1.0;
  const double deviation = 1.0 / std::sqrt(static_cast<double>(rows_.n_inputs()));
  const internal::DescentTask task{rows_, parts_.fit, offsets, unit};
  AlignedVector<float> best(model.parameter_count());
  double least = std::numeric_limits<double>::infinity();
  const Effort& effort = effort_for(rows_);
  for (std::uint32_t start = 0; start < effort.starts; ++start) {
    AlignedVector<float> parameters(model.parameter_count() + rows_.n_outputs());
    Random random(seed_, Purpose::Initialisation, static_cast<std::uint32_t>(term.order), start);
    model.initialise(std::span(parameters).first(model.parameter_count()), deviation, random);
    std::fill_n(parameters.begin(), model.pure_count(), 0.0F);
    const double loss = internal::descend(
        model, task, {effort.start_steps, kStartRate, seed_, start + 1}, parameters);
    if (!(loss < least)) continue;
    least = loss;
    best = std::move(parameters);
  }
  FittedTerm fitted{term, model.weights_of(0, best)};
  model.scale_weights(0, unit, fitted.weights);
  return fitted;
}

/// All terms moved together, until that gains nothing.
StructureFit StructureFitter::polished(StructureFit fit) const {
  solve_if_linear(fit);
  judge(fit);
  if (rows_.is_regression() && std::ranges::all_of(fit.terms, is_pure)) return fit;
  for (int round = 0; round < kMostPolishes; ++round) {
    StructureFit next = descended(fit);
    const bool goes_on = next.loss < (1.0 - kPolishGain) * fit.loss;
    if (next.loss < fit.loss) fit = std::move(next);
    if (!goes_on) break;
  }
  return fit;
}

StructureFit StructureFitter::descended(StructureFit fit) const {
  const TensorModel model = model_of(fit);
  AlignedVector<float> parameters = parameters_of(fit, model);
  internal::descend(model,
                    {rows_, parts_.fit, {}, 1.0},
                    {effort_for(rows_).polish_steps, kPolishRate, seed_, 0},
                    parameters);
  for (std::size_t t = 0; t < fit.terms.size(); ++t) {
    fit.terms[t].weights = model.weights_of(t, parameters);
  }
  std::copy_n(parameters.end() - static_cast<std::ptrdiff_t>(fit.bias.size()),
              fit.bias.size(),
              fit.bias.begin());
  solve_if_linear(fit);
  judge(fit);
  return fit;
}

void StructureFitter::solve_if_linear(StructureFit& fit) const {
  if (!rows_.is_regression()) return;
  const TensorModel model = model_of(fit);
  const auto solution = internal::solve_linear(model, parameters_of(fit, model), rows_, parts_.fit);
  if (!solution) return;
  fit.bias[0] = static_cast<float>(solution->bias);
  for (std::size_t t = 0; t < fit.terms.size(); ++t) {
    const std::vector<double>& coefficients = solution->coefficients[t];
    if (is_pure(fit.terms[t])) {
      std::ranges::transform(coefficients, fit.terms[t].weights.begin(), [](double c) {
        return static_cast<float>(c);
      });
    } else {
      model.scale_weights(t, coefficients[0], fit.terms[t].weights);
    }
  }
}

/// On all rows, [output][row].
std::vector<float> StructureFitter::outputs_of(const StructureFit& fit) const {
  const std::size_t n = rows_.n_rows();
  const std::size_t n_outputs = rows_.n_outputs();
  const TensorModel model = model_of(fit);
  const AlignedVector<float> parameters = parameters_of(fit, model);
  TensorWorkspace workspace(model, rows_);
  std::vector<float> outputs(n_outputs * n);
  std::vector<std::uint32_t> batch;
  for (std::size_t first = 0; first < n; first += batch_) {
    batch.resize(std::min(batch_, n - first));
    std::iota(batch.begin(), batch.end(), static_cast<std::uint32_t>(first));
    workspace.load(batch);
    model.forward(parameters, workspace);
    for (std::size_t c = 0; c < n_outputs; ++c) {
      const auto out = std::span(outputs).subspan(c * n + first, batch.size());
      std::ranges::fill(out, fit.bias[c]);
      for (std::size_t t = 0; t < fit.terms.size(); ++t) {
        const auto values = workspace.values().subspan((t * n_outputs + c) * batch_, batch_);
        for (std::size_t i = 0; i < out.size(); ++i) out[i] += values[i];
      }
    }
  }
  return outputs;
}

/// Fills in the losses.
void StructureFitter::judge(StructureFit& fit) const {
  const std::vector<float> outputs = outputs_of(fit);
  std::vector<float> of_row(rows_.n_outputs());
  const auto loss_of = [&](std::uint32_t i) {
    for (std::size_t c = 0; c < of_row.size(); ++c) of_row[c] = outputs[c * rows_.n_rows() + i];
    float target = 0.0F;
    std::uint32_t label = 0;
    rows_.copy_targets(std::span(&i, 1), std::span(&target, 1), std::span(&label, 1));
    const network::Targets targets{.values = std::span(&target, 1),
                                   .classes = std::span(&label, 1)};
    return network::evaluate_loss(rows_.loss(), of_row, targets, {}) / rows_.constant_loss();
  };
  fit.loss = 0.0;
  for (const std::uint32_t i : parts_.fit) fit.loss += loss_of(i);
  fit.loss /= static_cast<double>(parts_.fit.size());
  fit.holdout.clear();
  for (const std::uint32_t i : parts_.holdout) fit.holdout.push_back(loss_of(i));
}

}  // namespace neuronsmith::search::tensor
