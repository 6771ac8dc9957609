#include "neuronsmith/search/internal/score_form.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace neuronsmith::search::internal {
namespace {

using formula::Formula;
using formula::NormalFactor;
using formula::NormalForm;
using formula::NormalTerm;
using formula::Op;
using formula::Shape;

bool varies(const NormalTerm& term) {
  return std::ranges::any_of(term.factors, [](const NormalFactor& factor) {
    return factor.base.uses(Op::Input) || factor.base.uses(Op::Column);
  });
}

/// k when the factor is x^k, or the sum of x^k over the coordinates.
std::optional<int> exponent_of(const NormalFactor& factor) {
  auto nodes = factor.base.nodes();
  int exponent = factor.exponent;
  if (nodes.back().op == Op::Sum) {
    if (factor.exponent != 1) return std::nullopt;
    nodes = nodes.first(nodes.size() - 1);
  }
  if (nodes.back().op == Op::PowInt) {
    exponent *= nodes.back().index;
    nodes = nodes.first(nodes.size() - 1);
  }
  return nodes.size() == 1 && nodes[0].op == Op::Input ? std::optional(exponent) : std::nullopt;
}

std::optional<PowerForm> power_form(const GeneralForm& terms) {
  PowerForm form;
  for (const NormalTerm& term : terms) {
    const auto exponent = term.factors.size() == 1 ? exponent_of(term.factors[0]) : std::nullopt;
    if (!exponent || *exponent < 1 || *exponent > formula::kMaxPolynomialDegree)
      return std::nullopt;
    form.exponents |= 1u << *exponent;
    form.coefficients[static_cast<std::size_t>(*exponent)] = term.coefficient;
  }
  return form;
}

PowerForm power_form(const formula::Polynomial& polynomial) {
  PowerForm form;
  for (std::size_t k = 1; k <= static_cast<std::size_t>(polynomial.degree); ++k) {
    if (polynomial.coefficients[k] == 0.0) continue;
    form.exponents |= 1u << k;
    form.coefficients[k] = polynomial.coefficients[k];
  }
  return form;
}

/// A sum over the coordinates without the sum: the neuron's rule sums it again.
Formula as_reported(const NormalTerm& term) {
  if (term.factors.size() != 1 || term.factors[0].exponent != 1) return formula::to_monomial(term);
  const Formula& base = term.factors[0].base;
  return base.root().op == Op::Sum ? base.subtree(base.size() - 2) : base;
}

std::vector<Formula> reported_terms(const ScoreForm& form, Shape input_shape) {
  std::vector<Formula> terms;
  if (const auto* powers = std::get_if<PowerForm>(&form)) {
    const Formula x = Formula::input(input_shape);
    for (int k = 1; k <= powers->degree(); ++k) {
      if (!powers->has(static_cast<std::size_t>(k))) continue;
      terms.push_back(k == 1 ? x : Formula::power(x, k));
    }
    return terms;
  }
  for (const NormalTerm& term : std::get<GeneralForm>(form)) terms.push_back(as_reported(term));
  return terms;
}

}  // namespace

std::size_t PowerForm::n_terms() const {
  return static_cast<std::size_t>(std::popcount(exponents));
}

int PowerForm::degree() const { return exponents == 0 ? 0 : std::bit_width(exponents) - 1; }

ScoreForm score_form(const Formula& formula, std::size_t n_features) {
  // A scalar x is one feature; over several, their power sums would be another function.
  const bool is_power_sum = formula.input_shape() == Shape::Vector || n_features == 1;
  const auto polynomial = formula::collapse_to_polynomial(formula);
  if (polynomial && (is_power_sum || polynomial->degree == 0)) return power_form(*polynomial);
  GeneralForm terms = formula::reduce(formula).terms;
  std::erase_if(terms, [](const NormalTerm& term) { return !varies(term); });
  if (terms.empty()) return PowerForm{};
  if (is_power_sum) {
    if (auto form = power_form(terms)) return *form;
  }
  return terms;
}

double complexity(const PowerForm& form) {
  if (form.exponents == 0) return 1.0;
  return 5.0 * static_cast<double>(form.n_terms()) - 1.0 - (form.has(1) ? 1.0 : 0.0);
}

double complexity(const GeneralForm& form) {
  std::size_t nodes = form.size() - 1;  // the additions
  for (const NormalTerm& term : form) nodes += as_reported(term).size() + 2;
  return static_cast<double>(nodes);
}

Formula with_coefficients(const ScoreForm& form,
                          Shape input_shape,
                          std::span<const double> coefficients,
                          double intercept) {
  const std::vector<Formula> terms = reported_terms(form, input_shape);
  Formula sum = Formula::literal(intercept);
  for (std::size_t k = 0; k < terms.size(); ++k) {
    if (coefficients[k] == 0.0) continue;
    const Formula scaled = Formula::apply(Op::Mul, Formula::literal(coefficients[k]), terms[k]);
    sum = Formula::apply(Op::Add, sum, scaled);
  }
  return formula::simplify(sum);
}

}  // namespace neuronsmith::search::internal
