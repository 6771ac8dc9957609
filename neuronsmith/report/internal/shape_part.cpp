#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/neuron/aggregation.hpp"
#include "neuronsmith/neuron/neuron.hpp"
#include "neuronsmith/report/internal/figure.hpp"
#include "neuronsmith/report/internal/formula_view.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/parts.hpp"
#include "neuronsmith/report/mathml.hpp"

namespace neuronsmith::report::internal {
namespace {

using experiment::RunRecord;
using formula::Formula;
using formula::Op;
using neuron::Aggregation;
using neuron::Term;

constexpr std::size_t kPoints = 201;
constexpr double kReach = 2.0;
constexpr std::size_t kMaxTerms = 5;

std::optional<Aggregation> aggregation_of(const RunRecord& run) {
  try {
    return neuron::aggregation_from_json(value_at(run.result, "terms"), "terms");
  } catch (const Error&) {
    // Not every command has terms, and a coefficient may be null: the formula says as much.
  }
  const auto formula = read_formula(text_at(run.result, "formula"));
  if (!formula || formula->size() > kMaxTypesetNodes) return std::nullopt;
  auto result = neuron::to_aggregation(*formula);
  auto* aggregation = std::get_if<Aggregation>(&result);
  return aggregation == nullptr ? std::nullopt : std::optional(std::move(*aggregation));
}

/// Pure terms, those of the greatest coefficients first.
std::vector<Term> pure_terms(const Aggregation& aggregation) {
  std::vector<Term> terms;
  std::ranges::copy_if(aggregation.terms, std::back_inserter(terms), &Term::is_pure);
  std::ranges::stable_sort(
      terms, std::greater(), [](const Term& term) { return std::abs(term.coefficient); });
  return terms;
}

std::vector<double> grid() {
  std::vector<double> x(kPoints);
  for (std::size_t i = 0; i < kPoints; ++i) {
    x[i] = -kReach + 2.0 * kReach * static_cast<double>(i) / static_cast<double>(kPoints - 1);
  }
  return x;
}

std::vector<double> values_of(const Term& term, const std::vector<double>& x) {
  std::vector<float> values(x.begin(), x.end());
  formula::ElementwiseFunction(term.factors[0]).evaluate(values, values);
  std::vector<double> result;
  for (const float value : values) result.push_back(term.coefficient * static_cast<double>(value));
  return result;
}

/// The term as a formula of x with its coefficient.
std::string term_html(const Term& term) {
  if (term.coefficient == 1.0) return to_mathml(term.factors[0]);
  return to_mathml(Formula::apply(Op::Mul, Formula::literal(term.coefficient), term.factors[0]));
}

bool is_straight(const Aggregation& aggregation) {
  return aggregation.terms.size() == 1 && aggregation.terms[0].is_pure() &&
         aggregation.terms[0].factors[0].root().op == Op::Input;
}

Plot empty_plot() {
  return {.title = "Shape of the neuron",
          .x = {.label = "x, one input", .low = -kReach, .high = kReach},
          .y = {.label = "what it adds to z"}};
}

std::string caption_of(const Aggregation& aggregation, std::size_t n_pure) {
  std::string text =
      "What one input adds to z, term by term, with the coefficients as found; the constant is "
      "left "
      "out.";
  if (n_pure > kMaxTerms) {
    text += fmt::format(" Of {} terms the {} with the greatest coefficients are drawn one by one.",
                        n_pure,
                        kMaxTerms);
  }
  if (n_pure < aggregation.terms.size()) {
    text += " Products of sums over all inputs have no curve of one input and are not drawn.";
  }
  return text;
}

}  // namespace

std::string shape_part(const RunRecord& run) {
  const auto aggregation = aggregation_of(run);
  if (!aggregation || is_straight(*aggregation)) return {};
  const std::vector<Term> terms = pure_terms(*aggregation);
  if (terms.empty()) return {};
  Plot plot = empty_plot();
  std::vector<std::string> legend;
  const std::vector<double> x = grid();
  std::vector<double> sum(kPoints, 0.0);
  for (std::size_t k = 0; k < terms.size(); ++k) {
    std::vector<double> y = values_of(terms[k], x);
    for (std::size_t i = 0; i < kPoints; ++i) sum[i] += y[i];
    if (k >= kMaxTerms || terms.size() == 1) continue;
    cut_poles(y);
    const auto tone = static_cast<Tone>(static_cast<std::size_t>(Tone::Second) + k);
    plot.series.push_back({.name = "term", .tone = tone, .x = x, .y = std::move(y)});
    legend.push_back(term_html(terms[k]));
  }
  cut_poles(sum);
  plot.series.push_back({.name = "sum", .tone = Tone::First, .x = x, .y = std::move(sum)});
  legend.push_back(terms.size() == 1 ? term_html(terms[0]) : "their sum");
  return figure(plot, caption_of(*aggregation, terms.size()), legend);
}

}  // namespace neuronsmith::report::internal
