#include "neuronsmith/search/loss_objective.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/normal_form.hpp"
#include "neuronsmith/formula/shared_evaluator.hpp"
#include "neuronsmith/search/internal/loss_kernels.hpp"
#include "neuronsmith/search/internal/refine_literals.hpp"
#include "neuronsmith/search/internal/sums.hpp"

namespace neuronsmith::search {
namespace {

using formula::Evaluator;
using formula::Formula;
using formula::Op;
using internal::LinearScale;
using internal::mean_of;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kMaxRefine = 1000;
constexpr int kNewtonSteps = 8;
constexpr double kLeastError = 1e-14;
/// Formulas that are evaluated together: what they share is kept in memory, a tile a subtree.
constexpr std::size_t kMostTogether = 1000;
/// Sums are those of SharedEvaluator's blocks, whoever evaluates: the same score to the bit.
constexpr std::size_t kBlockRows = 512;

/// LogLoss: -1 for class 1, 1 for class 0. SquaredError: the target.
std::vector<float> comparison_of(const LossData& data) {
  std::vector<float> result(data.target.begin(), data.target.end());
  if (data.loss == Loss::SquaredError) return result;
  for (float& value : result) value = value > 0.5F ? -1.0F : 1.0F;
  return result;
}

/// The number of rows, or their sum of squares about the mean; 0 where the target does not vary.
double total_of(const LossData& data) {
  const double squares = internal::sum_of_squares_about_mean(data.target);
  if (squares == 0.0 || data.loss == Loss::SquaredError) return squares;
  return static_cast<double>(data.target.size());
}

double block_sum(Loss loss,
                 std::span<const float> values,
                 std::span<const float> comparison,
                 LinearScale scale) {
  if (loss == Loss::LogLoss) return internal::log_loss_sum(values, comparison, scale);
  return internal::squared_error_sum(values, comparison);
}

void apply(LinearScale scale, std::span<float> values) {
  for (float& v : values) {
    v = static_cast<float>(scale.scale * static_cast<double>(v) + scale.offset);
  }
}

double loss_sum(Loss loss,
                std::span<const float> values,
                std::span<const float> comparison,
                LinearScale scale = {}) {
  double sum = 0.0;
  for (std::size_t first = 0; first < values.size(); first += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, values.size() - first);
    sum += block_sum(loss, values.subspan(first, count), comparison.subspan(first, count), scale);
  }
  return sum;
}

LinearScale least_squares(std::span<const float> values, std::span<const float> targets) {
  const double mean_f = mean_of(values);
  const double mean_y = mean_of(targets);
  double ff = 0.0;
  double fy = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double f = static_cast<double>(values[i]) - mean_f;
    ff += f * f;
    fy += f * (static_cast<double>(targets[i]) - mean_y);
  }
  const double scale = ff > 0.0 ? fy / ff : 0.0;
  return {scale, mean_y - scale * mean_f};
}

/// The Newton step for scale and offset; none where the second derivatives do not tell them apart.
std::optional<LinearScale> newton_step(const internal::LogLossSlopes& s) {
  const double determinant =
      s.by_scale_scale * s.by_offset_offset - s.by_scale_offset * s.by_scale_offset;
  if (!(determinant > 1e-9 * s.by_scale_scale * s.by_offset_offset)) return std::nullopt;
  return LinearScale{
      -(s.by_offset_offset * s.by_scale - s.by_scale_offset * s.by_offset) / determinant,
      -(s.by_scale_scale * s.by_offset - s.by_scale_offset * s.by_scale) / determinant};
}

/// From the best constant on, downhill.
LinearScale logistic(std::span<const float> values, std::span<const float> signs) {
  const double share = (1.0 - mean_of(signs)) / 2.0;
  LinearScale best{0.0, std::log(share / (1.0 - share))};
  double least = loss_sum(Loss::LogLoss, values, signs, best);
  for (int i = 0; i < kNewtonSteps; ++i) {
    const auto step = newton_step(internal::log_loss_slopes(values, signs, best));
    if (!step) break;
    const double before = least;
    for (double part = 1.0; part > 0.1 && least == before; part *= 0.5) {
      const LinearScale next{best.scale + part * step->scale, best.offset + part * step->offset};
      const double loss = loss_sum(Loss::LogLoss, values, signs, next);
      if (!(loss < least)) continue;
      least = loss;
      best = next;
    }
    if (!(before - least > 1e-7 * before)) break;
  }
  return best;
}

LinearScale best_scale(Loss loss,
                       std::span<const float> values,
                       std::span<const float> comparison) {
  return loss == Loss::LogLoss ? logistic(values, comparison) : least_squares(values, comparison);
}

/// d loss / d value, a number a row, of the loss after scaling.
void write_adjoint(Loss loss,
                   std::span<const float> values,
                   std::span<const float> comparison,
                   LinearScale by,
                   std::span<float> adjoint) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double scaled = by.scale * static_cast<double>(values[i]) + by.offset;
    const double c = static_cast<double>(comparison[i]);
    const double slope =
        loss == Loss::LogLoss ? c / (1.0 + std::exp(-c * scaled)) : 2.0 * (scaled - c);
    adjoint[i] = static_cast<float>(by.scale * slope);
  }
}

/// What a formula is evaluated on, one after the other.
std::vector<FeatureView> views_of(const FeatureView& features, Slot slot) {
  if (slot == Slot::Columns) return {features};
  std::vector<FeatureView> views;
  for (std::size_t j = 0; j < features.n_features; ++j) {
    views.push_back({features.column(j).data(), features.stride, 1, features.n_rows});
  }
  return views;
}

/// Sum of losses after scaling; scales `values` of a squared error.
double scaled_sum(Loss loss,
                  std::span<float> values,
                  std::span<const float> comparison,
                  LinearScale by) {
  if (loss == Loss::LogLoss) return loss_sum(loss, values, comparison, by);
  apply(by, values);
  return loss_sum(loss, values, comparison);
}

bool is_finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float v) { return std::isfinite(v); });
}

bool is_number(const Formula& formula, double value) {
  return formula.root().op == Op::Literal && formula.root().value == value;
}

/// a op b without what a neutral number adds.
Formula joined(Op op, const Formula& a, const Formula& b) {
  const bool is_sum = op == Op::Add || op == Op::Sub;
  if (is_sum && is_number(b, 0.0)) return a;
  if (op == Op::Add && is_number(a, 0.0)) return b;
  if (op == Op::Mul && (is_number(a, 0.0) || is_number(b, 1.0))) return a;
  if (op == Op::Mul && (is_number(b, 0.0) || is_number(a, 1.0))) return b;
  return Formula::apply(op, a, b);
}

double finite_or_infinity(double value) { return std::isfinite(value) ? value : kInfinity; }

}  // namespace

std::string_view name(Loss loss) { return loss == Loss::LogLoss ? "log_loss" : "squared_error"; }

void LossOptions::validate() const {
  if (refine < 0 || refine > kMaxRefine) {
    throw ConfigError(fmt::format("--refine must be 0 to {} steps, not {}", kMaxRefine, refine));
  }
}

/// Everything that was fitted of a formula.
struct LossObjective::Fit {
  Formula resolved;
  std::vector<LinearScale> scales;  ///< one a view
  double error = kInfinity;
};

LossObjective::LossObjective(const LossData& data, LossOptions options, Slot slot)
    : data_(data),
      options_((options.validate(), options)),
      slot_(slot),
      comparison_(comparison_of(data)),
      total_(total_of(data)) {
  NEURONSMITH_CHECK(data.target.size() == data.features.n_rows && !data.target.empty(),
                    "one target a row");
}

std::uint64_t LossObjective::key(const Formula& formula) const {
  return formula::shared_hash(formula);
}

bool LossObjective::is_scorable(const Formula& formula) const {
  if (total_ == 0.0) return false;
  const std::size_t n_columns = slot_ == Slot::Columns ? data_.features.n_features : 0;
  return static_cast<std::size_t>(formula.count(Op::Column)) <= n_columns;
}

Score LossObjective::score_of(const Formula& formula, double error) const {
  Score score{.complexity = static_cast<double>(formula.size())};
  if (!std::isfinite(error)) return score;
  const auto n = static_cast<double>(data_.features.n_rows);
  const double fit =
      data_.loss == Loss::LogLoss ? 2.0 * n * error : n * std::log(std::max(error, kLeastError));
  score.error = error;
  score.criterion = fit + score.complexity * std::log(n);
  return score;
}

std::vector<double> LossObjective::shared_errors(std::span<const Formula> formulas) const {
  std::vector<double> sums(formulas.size());
  const formula::SharedEvaluator evaluator(formulas);
  const std::span<const float> comparison = comparison_;
  evaluator.evaluate(
      data_.features, [&](std::size_t i, std::size_t first, std::span<const float> values) {
        sums[i] += block_sum(data_.loss, values, comparison.subspan(first, values.size()), {});
      });
  for (double& sum : sums) sum /= total_;
  return sums;
}

std::vector<Score> LossObjective::score(std::span<const Formula> formulas,
                                        const Executor& executor) const {
  std::vector<Score> scores(formulas.size());
  if (is_scaled() || options_.refine > 0) {
    executor.for_each(formulas.size(), [&](std::size_t i) { scores[i] = score_one(formulas[i]); });
    return scores;
  }
  std::vector<std::size_t> scorable;
  for (std::size_t i = 0; i < formulas.size(); ++i) {
    if (is_scorable(formulas[i])) scorable.push_back(i);
  }
  const std::size_t n_parts = std::min(
      std::max(executor.n_threads(), scorable.size() / kMostTogether + 1), scorable.size());
  executor.for_each(n_parts, [&](std::size_t part) {
    const std::size_t first = part * scorable.size() / n_parts;
    const std::size_t last = (part + 1) * scorable.size() / n_parts;
    std::vector<Formula> mine;
    for (std::size_t k = first; k < last; ++k) mine.push_back(formulas[scorable[k]]);
    const std::vector<double> errors = shared_errors(mine);
    for (std::size_t k = first; k < last; ++k) {
      scores[scorable[k]] = score_of(formulas[scorable[k]], errors[k - first]);
    }
  });
  return scores;
}

std::optional<LossObjective::Fit> LossObjective::fit(const Formula& formula) const {
  if (!is_scorable(formula)) return std::nullopt;
  const std::vector<FeatureView> views = views_of(data_.features, slot_);
  std::vector<float> values(data_.features.n_rows);
  std::vector<float> adjoint(values.size());
  const auto n_views = static_cast<double>(views.size());
  const auto loss = [&](const Evaluator& evaluator,
                        std::span<const float> parameters,
                        std::span<double> gradient) {
    double sum = 0.0;
    for (const FeatureView& view : views) {
      evaluator.evaluate({view, parameters, {}}, values);
      if (!is_finite(values)) return kInfinity;
      const LinearScale by =
          is_scaled() ? best_scale(data_.loss, values, comparison_) : LinearScale{};
      write_adjoint(data_.loss, values, comparison_, by, adjoint);
      evaluator.differentiate({view, parameters, {}}, adjoint, {{}, gradient, {}});
      sum += scaled_sum(data_.loss, values, comparison_, by);
    }
    for (double& g : gradient) g /= total_ * n_views;
    return sum / (total_ * n_views);
  };
  Fit fit{.resolved = internal::refine_literals(formula, loss, options_.refine),
          .scales = {},
          .error = 0.0};
  const Evaluator evaluator(fit.resolved);
  for (const FeatureView& view : views) {
    evaluator.evaluate({view, {}, {}}, values);
    if (!is_finite(values)) return std::nullopt;
    fit.scales.push_back(is_scaled() ? best_scale(data_.loss, values, comparison_) : LinearScale{});
    const double sum = is_scaled() ? scaled_sum(data_.loss, values, comparison_, fit.scales.back())
                                   : loss_sum(data_.loss, values, comparison_);
    fit.error += sum / total_ / n_views;
  }
  return fit;
}

Score LossObjective::score_one(const Formula& formula) const {
  const auto result = fit(formula);
  return score_of(formula, result ? result->error : kInfinity);
}

Formula LossObjective::resolved(const Formula& formula) const {
  const auto result = fit(formula);
  return result ? result->resolved : formula;
}

Formula LossObjective::fitted(const Formula& formula) const {
  const auto result = fit(formula);
  if (!result) return shortened(formula);
  if (!options_.linear_scaling || slot_ == Slot::EachColumn) return shortened(result->resolved);
  const LinearScale by = result->scales[0];
  const Formula scaled =
      Formula::apply(Op::Mul, Formula::literal(by.scale), shortened(result->resolved));
  return shortened(Formula::apply(Op::Add, scaled, Formula::literal(by.offset)));
}

double LossObjective::holdout_error(const Formula& formula, const LossData& other) const {
  const auto result = fit(formula);
  const double total = total_of(other);
  if (!result || total == 0.0) return kInfinity;
  const std::vector<float> comparison = comparison_of(other);
  const std::vector<FeatureView> views = views_of(other.features, slot_);
  const Evaluator evaluator(result->resolved);
  std::vector<float> values(other.features.n_rows);
  double error = 0.0;
  for (std::size_t i = 0; i < views.size(); ++i) {
    evaluator.evaluate({views[i], {}, {}}, values);
    if (!is_finite(values)) return kInfinity;
    error += scaled_sum(other.loss, values, comparison, result->scales[i]) / total /
             static_cast<double>(views.size());
  }
  return finite_or_infinity(error);
}

Formula shortened(const Formula& formula) {
  Formula simplified = formula::simplify(formula);
  if (simplified.size() <= formula.size()) return simplified;
  // Only the expansion of products makes it longer: parts of it may still become shorter.
  const formula::Node& root = formula.root();
  std::vector<Formula> arguments;
  for (const std::size_t position : formula.arguments(formula.size() - 1)) {
    arguments.push_back(shortened(formula.subtree(position)));
  }
  if (root.op == Op::PowInt) return Formula::power(arguments[0], root.index);
  if (arguments.size() == 1) return Formula::apply(root.op, arguments[0]);
  return joined(root.op, arguments[0], arguments[1]);
}

}  // namespace neuronsmith::search
