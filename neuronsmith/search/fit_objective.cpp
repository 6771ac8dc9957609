#include "neuronsmith/search/fit_objective.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <variant>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/hash.hpp"
#include "neuronsmith/search/gram.hpp"
#include "neuronsmith/search/internal/refine.hpp"
#include "neuronsmith/search/internal/score_form.hpp"
#include "neuronsmith/search/internal/sums.hpp"
#include "neuronsmith/search/internal/term_values.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;
using formula::NormalTerm;
using formula::Op;
using internal::BoundForm;
using internal::GeneralForm;
using internal::PowerForm;
using internal::PowerList;
using internal::ScoreForm;
using internal::sum_of_squares_about_mean;
using internal::TermValues;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kMaxTerms = 24;
constexpr int kMaxRefine = 1000;
/// Steps that weight vectors and parameters take at least.
constexpr int kLeastSteps = 60;

/// What rounding to float32 can add to the residual variance, over the variance: the error is
/// uniform within half a unit in the last place, so its square has mean u^2 / 12 and variance u^4 /
/// 180; four standard deviations above the mean.
double rounding_share(std::span<const float> target) {
  double mean = 0.0;
  double variance = 0.0;
  for (const float value : target) {
    const double ulp = static_cast<double>(
        std::nextafter(std::abs(value), std::numeric_limits<float>::infinity()) - std::abs(value));
    mean += ulp * ulp / 12.0;
    variance += ulp * ulp * ulp * ulp / 180.0;
  }
  return (mean + 4.0 * std::sqrt(variance)) / sum_of_squares_about_mean(target);
}

Gram gram_of(const FitData& data,
             std::size_t n_terms,
             const TermValues& values,
             Precision precision) {
  const auto fill = [&](std::size_t first, std::size_t count, std::span<double> out) {
    values(data.features.rows(first, count), out.first(n_terms * count));
    for (std::size_t t = 0; t < data.targets.size(); ++t) {
      std::ranges::copy(data.targets[t].subspan(first, count),
                        out.begin() + static_cast<std::ptrdiff_t>((n_terms + t) * count));
    }
  };
  return Gram(data.features.n_rows, n_terms, data.targets.size(), fill, precision);
}

/// 0, 1, ..., n-1.
std::vector<std::size_t> all_features(std::size_t n) {
  std::vector<std::size_t> chosen(n);
  for (std::size_t i = 0; i < n; ++i) chosen[i] = i;
  return chosen;
}

bool all_finite(const Gram& gram, std::span<const std::size_t> chosen) {
  return std::ranges::all_of(chosen, [&](std::size_t k) { return gram.is_finite(k); });
}

double error_on(const Gram& gram,
                std::span<const std::size_t> chosen,
                std::span<const double> coefficients,
                const FitOptions& options) {
  if (!all_finite(gram, chosen)) return kInfinity;
  const double error = options.coefficients == Coefficients::Fitted
                           ? gram.fit_error(chosen, options.ridge)
                           : gram.error_of(chosen, coefficients);
  return std::isfinite(error) ? error : kInfinity;
}

GramFit fit_on(const Gram& gram,
               std::span<const std::size_t> chosen,
               std::span<const double> coefficients,
               const FitOptions& options) {
  return options.coefficients == Coefficients::Fitted ? gram.fit(chosen, options.ridge)
                                                      : gram.fit_intercepts(chosen, coefficients);
}

std::vector<double> coefficients_of(const GeneralForm& terms) {
  std::vector<double> coefficients;
  for (const NormalTerm& term : terms) coefficients.push_back(term.coefficient);
  return coefficients;
}

bool is_scorable(const PowerForm& form, int max_degree, std::size_t) {
  return form.exponents != 0 && form.degree() <= max_degree;
}

bool is_scorable(const GeneralForm& terms, int max_degree, std::size_t n_features) {
  if (terms.size() > kMaxTerms) return false;
  return std::ranges::all_of(terms, [&](const NormalTerm& term) {
    return term.degree() <= max_degree &&
           std::ranges::none_of(term.factors, [&](const formula::NormalFactor& factor) {
             return static_cast<std::size_t>(factor.base.count(Op::Column)) > n_features;
           });
  });
}

std::uint64_t key_of(const PowerForm& form, Coefficients coefficients) {
  if (coefficients == Coefficients::Fitted || form.exponents == 0) return form.exponents;
  return hash_bytes(std::as_bytes(std::span(form.coefficients)));
}

std::uint64_t key_of(GeneralForm terms, Coefficients coefficients) {
  if (coefficients == Coefficients::Fitted) {
    for (NormalTerm& term : terms) term.coefficient = 1.0;
  }
  return formula::to_formula(formula::NormalForm{std::move(terms), formula::Shape::Vector}).hash();
}

/// residuals -= sum_k coefficients[k] * values[k], row by row.
void subtract_terms(std::span<double> residuals,
                    std::span<const double> values,
                    std::span<const double> coefficients) {
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    if (coefficients[k] == 0.0) continue;
    const auto column = values.subspan(k * residuals.size(), residuals.size());
    for (std::size_t i = 0; i < column.size(); ++i) residuals[i] -= coefficients[k] * column[i];
  }
}

/// Residual over total sum of squares, averaged over the targets that vary.
double mean_share(std::span<const double> squares,
                  std::span<const std::span<const float>> targets) {
  double sum = 0.0;
  double n = 0.0;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const double total = sum_of_squares_about_mean(targets[t]);
    if (total == 0.0) continue;
    sum += squares[t] / total;
    n += 1.0;
  }
  const double share = n > 0.0 ? sum / n : kInfinity;
  return std::isfinite(share) ? share : kInfinity;
}

}  // namespace

std::string_view name(Coefficients coefficients) {
  return coefficients == Coefficients::Fitted ? "fitted" : "as-written";
}

Coefficients parse_coefficients(std::string_view text) {
  for (const Coefficients coefficients : {Coefficients::Fitted, Coefficients::AsWritten}) {
    if (text == name(coefficients)) return coefficients;
  }
  throw ConfigError(fmt::format("--coefficients must be fitted or as-written, not \"{}\"", text));
}

void FitOptions::validate() const {
  if (!(ridge >= 0.0) || !std::isfinite(ridge)) {
    throw ConfigError(fmt::format("--ridge must be 0 or more, not {}", ridge));
  }
  if (max_degree < 1 || max_degree > formula::kMaxPolynomialDegree) {
    throw ConfigError(fmt::format(
        "--max-degree must be 1 to {}, not {}", formula::kMaxPolynomialDegree, max_degree));
  }
  if (!(gamma >= 0.0 && gamma <= 2.0)) {
    throw ConfigError(fmt::format("--gamma must be 0 to 2, not {}", gamma));
  }
  if (refine < 0 || refine > kMaxRefine) {
    throw ConfigError(fmt::format("--refine must be 0 to {} steps, not {}", kMaxRefine, refine));
  }
}

struct FitObjective::Tables {
  FitData data;
  FitOptions options;
  double least_error;
  Gram powers;  ///< sum over coordinates of x^k, k = 1 .. max_degree
  /// Fitted error by set of exponents, bit k - 1 for x^k; NaN until it is first asked for. The
  /// value is a function of the place, so it does not matter which thread writes it, nor how often.
  std::vector<std::atomic<double>> error_by_exponents;

  Tables(FitData fit_data, FitOptions fit_options)
      : data(std::move(fit_data)),
        options(fit_options),
        least_error(mean_rounding_share()),
        powers(gram_of(
            data,
            degree(),
            [this](const FeatureView& rows, std::span<double> out) {
              internal::power_sums(rows, degree(), out);
            },
            Precision::Double)),
        error_by_exponents(std::size_t{1} << degree()) {
    for (auto& error : error_by_exponents) error = std::numeric_limits<double>::quiet_NaN();
  }

  [[nodiscard]] std::size_t degree() const { return static_cast<std::size_t>(options.max_degree); }

  /// Above 0, also for targets that do not vary.
  [[nodiscard]] double mean_rounding_share() const {
    double sum = 0.0;
    double n = 0.0;
    for (const auto& target : data.targets) {
      const double share = rounding_share(target);
      if (!std::isfinite(share)) continue;
      sum += share;
      n += 1.0;
    }
    return n > 0.0 ? std::max(sum / n, std::numeric_limits<double>::min()) : 1.0;
  }

  [[nodiscard]] bool is_scorable(const ScoreForm& form) const {
    return std::visit(
        [this](const auto& terms) {
          return search::is_scorable(terms, options.max_degree, data.features.n_features);
        },
        form);
  }

  [[nodiscard]] double error(const PowerForm& form) const {
    const PowerList list(form);
    return error_on(powers, list.chosen(), list.factors(), options);
  }

  [[nodiscard]] double known_error(const PowerForm& form) {
    if (options.coefficients == Coefficients::AsWritten) return error(form);
    std::atomic<double>& known = error_by_exponents[form.exponents >> 1];
    double value = known.load(std::memory_order_relaxed);
    if (std::isnan(value)) {
      value = error(form);
      known.store(value, std::memory_order_relaxed);
    }
    return value;
  }

  /// The terms with values for what is not linear in them.
  [[nodiscard]] BoundForm resolved(const GeneralForm& terms) const {
    BoundForm form = internal::bound(terms, data.features.n_features);
    const bool has_free = !form.parameters.empty() || !form.weights.empty();
    const int steps = has_free ? std::max(options.refine, kLeastSteps) : options.refine;
    if (steps == 0 || !internal::has_unknowns(terms)) return form;
    return internal::refine(form, data.features, data.targets, steps);
  }

  [[nodiscard]] Gram gram_of_terms(const GeneralForm& terms) const {
    return gram_of(data, terms.size(), internal::values_of(resolved(terms)), Precision::Float);
  }

  [[nodiscard]] double error(const GeneralForm& terms) const {
    const Gram gram = gram_of_terms(terms);
    return error_on(gram, all_features(terms.size()), coefficients_of(terms), options);
  }

  /// Absent when a term is not finite.
  [[nodiscard]] std::optional<GramFit> fit(const PowerForm& form) const {
    const PowerList list(form);
    if (!all_finite(powers, list.chosen())) return std::nullopt;
    return fit_on(powers, list.chosen(), list.factors(), options);
  }

  [[nodiscard]] std::optional<GramFit> fit(const GeneralForm& terms) const {
    const Gram gram = gram_of_terms(terms);
    const auto chosen = all_features(terms.size());
    if (!all_finite(gram, chosen)) return std::nullopt;
    return fit_on(gram, chosen, coefficients_of(terms), options);
  }

  [[nodiscard]] std::optional<GramFit> fit(const ScoreForm& form) const {
    if (!is_scorable(form)) return std::nullopt;
    return std::visit([this](const auto& terms) { return fit(terms); }, form);
  }

  [[nodiscard]] TermValues values_of(const ScoreForm& form) const {
    if (const auto* powers = std::get_if<PowerForm>(&form)) return internal::values_of(*powers);
    return internal::values_of(resolved(std::get<GeneralForm>(form)));
  }

  [[nodiscard]] std::size_t independent_targets() const {
    return data.targets.size() > 2 ? data.targets.size() - 1 : data.targets.size();
  }

  [[nodiscard]] std::size_t first_varying_target() const {
    std::size_t target = 0;
    while (target + 1 < data.targets.size() && !powers.target_varies(target)) ++target;
    return target;
  }
};

FitObjective::FitObjective(FitData data, FitOptions options) {
  options.validate();
  NEURONSMITH_CHECK(data.features.n_rows > 0 && !data.targets.empty(), "a fit needs rows");
  tables_ = std::make_unique<Tables>(std::move(data), options);
}

FitObjective::~FitObjective() = default;

double FitObjective::criterion(double error, std::size_t n_terms) const {
  const double n = static_cast<double>(tables_->data.features.n_rows);
  const double m = static_cast<double>(tables_->independent_targets());
  const double p = static_cast<double>(tables_->options.max_degree);
  const double penalty = std::log(n) + 2.0 * tables_->options.gamma * std::log(p);
  return m * (n * std::log(std::max(error, tables_->least_error)) +
              static_cast<double>(n_terms) * penalty);
}

std::uint64_t FitObjective::key(const Formula& formula) const {
  ScoreForm form = internal::score_form(formula, tables_->data.features.n_features);
  return std::visit(
      [this](auto& terms) { return key_of(std::move(terms), tables_->options.coefficients); },
      form);
}

std::vector<Score> FitObjective::score(std::span<const Formula> formulas,
                                       const Executor& executor) const {
  constexpr std::size_t kChunk = 32;  // one candidate is too little for a task
  std::vector<Score> scores(formulas.size());
  executor.for_each((formulas.size() + kChunk - 1) / kChunk, [&](std::size_t chunk) {
    const std::size_t end = std::min(formulas.size(), (chunk + 1) * kChunk);
    for (std::size_t i = chunk * kChunk; i < end; ++i) scores[i] = score_one(formulas[i]);
  });
  return scores;
}

Score FitObjective::score_one(const Formula& formula) const {
  const ScoreForm form = internal::score_form(formula, tables_->data.features.n_features);
  if (!tables_->is_scorable(form)) return {};
  if (const auto* powers = std::get_if<PowerForm>(&form)) {
    const double error = tables_->known_error(*powers);
    return {error, internal::complexity(*powers), criterion(error, powers->n_terms())};
  }
  const auto& terms = std::get<GeneralForm>(form);
  const double error = tables_->error(terms);
  return {error, internal::complexity(terms), criterion(error, terms.size())};
}

double FitObjective::holdout_error(const Formula& formula, const FitData& holdout) const {
  const ScoreForm form = internal::score_form(formula, tables_->data.features.n_features);
  const auto fit = tables_->fit(form);
  if (!fit || holdout.features.n_rows == 0) return kInfinity;
  const std::size_t n_terms = fit->coefficients.size() / fit->intercepts.size();
  const TermValues values = tables_->values_of(form);
  std::vector<double> block(n_terms * Gram::kBlockRows);
  std::vector<double> squares(holdout.targets.size());
  for (std::size_t first = 0; first < holdout.features.n_rows; first += Gram::kBlockRows) {
    const std::size_t count = std::min(Gram::kBlockRows, holdout.features.n_rows - first);
    values(holdout.features.rows(first, count), block);
    for (std::size_t t = 0; t < holdout.targets.size(); ++t) {
      const auto target = holdout.targets[t].subspan(first, count);
      std::vector<double> residuals(target.begin(), target.end());
      subtract_terms(residuals, block, std::span(fit->coefficients).subspan(t * n_terms, n_terms));
      for (const double r : residuals) {
        squares[t] += (r - fit->intercepts[t]) * (r - fit->intercepts[t]);
      }
    }
  }
  return mean_share(squares, holdout.targets);
}

Formula FitObjective::fitted(const Formula& formula) const {
  ScoreForm form = internal::score_form(formula, tables_->data.features.n_features);
  const auto fit = tables_->fit(form);
  if (!fit) return formula::simplify(formula);
  if (auto* terms = std::get_if<GeneralForm>(&form)) *terms = tables_->resolved(*terms).terms;
  const std::size_t target = tables_->first_varying_target();
  const std::size_t n_terms = fit->coefficients.size() / fit->intercepts.size();
  const auto coefficients = std::span(fit->coefficients).subspan(target * n_terms, n_terms);
  return internal::with_coefficients(
      form, formula.input_shape(), coefficients, fit->intercepts[target]);
}

}  // namespace neuronsmith::search
