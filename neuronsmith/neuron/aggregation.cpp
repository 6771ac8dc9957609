#include "neuronsmith/neuron/aggregation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "neuronsmith/formula/normal_form.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::neuron {
namespace {

using formula::Formula;
using formula::NormalFactor;
using formula::NormalForm;
using formula::NormalTerm;
using formula::Op;
using formula::Shape;

NoTermForm refused(const Formula& part, const char* why) {
  return {fmt::format("{} {}", formula::to_infix(part, 4), why)};
}

/// Why a factor below a sum over coordinates cannot be part of a basis function.
std::optional<NoTermForm> objection(const Formula& base) {
  if (base.uses(Op::Weight)) return refused(base, "has a weight vector inside a function");
  if (base.uses(Op::Parameter)) return refused(base, "has a parameter inside a function");
  if (base.uses(Op::Sum)) return refused(base, "mixes a reduction into an elementwise function");
  return std::nullopt;
}

/// What a sum over coordinates sums, without its weights: they become free. The literal 1 when
/// nothing but weights and numbers is left.
std::variant<Formula, NoTermForm> basis_function(const Formula& summed) {
  NormalForm inside = formula::normalise(summed);
  // A quotient of powers may expand only now, as in (x + 1)^20 / (x + 1)^4; it is kept whole.
  if (inside.terms.size() != 1) inside.terms = {{1.0, {{summed, 1}}}};
  NormalTerm kept{1.0, {}};
  for (const NormalFactor& factor : inside.terms[0].factors) {
    const Formula& base = factor.base;
    if (base.root().op == Op::Weight || base.root().op == Op::Parameter) continue;
    if (auto reason = objection(base)) return std::move(*reason);
    kept.factors.push_back(factor);
  }
  return formula::to_monomial(kept).with_input_shape(Shape::Scalar);
}

/// A file holds the text of a basis function, and a reader must take it.
bool is_readable(const Formula& phi) {
  return phi.size() <= formula::kMaxNodes &&
         std::holds_alternative<Formula>(formula::parse(formula::to_infix(phi), Shape::Scalar));
}

/// Adds the basis functions of one scalar factor, e.g. two of x for dot(w0, x)^2.
std::optional<NoTermForm> add_factors(const NormalFactor& factor, std::vector<Formula>& functions) {
  const Formula& base = factor.base;
  if (base.root().op == Op::Parameter) return std::nullopt;
  if (base.uses(Op::Column)) return refused(base, "names a single column");
  if (base.root().op != Op::Sum) {
    return refused(base, "is a function of a sum over the inputs, not a sum or product of such");
  }
  if (factor.exponent < 0) return refused(base, "stands in a denominator");
  auto function = basis_function(base.subtree(base.size() - 2));
  if (auto* reason = std::get_if<NoTermForm>(&function)) return std::move(*reason);
  const Formula& phi = std::get<Formula>(function);
  if (phi.root().op == Op::Literal) return std::nullopt;
  if (!is_readable(phi)) return NoTermForm{"a function in it is too long or nested too deeply"};
  functions.insert(functions.end(), static_cast<std::size_t>(factor.exponent), phi);
  return std::nullopt;
}

/// Joins terms of the same basis functions: coefficients of pure terms add up, interactions gain
/// rank.
void add_term(std::vector<Term>& terms, std::vector<Formula> functions, double coefficient) {
  std::ranges::sort(functions,
                    [](const auto& a, const auto& b) { return formula::compare(a, b) < 0; });
  for (Term& term : terms) {
    if (term.factors != functions) continue;
    if (!term.is_pure()) ++term.rank;
    if (term.is_pure()) term.coefficient += coefficient;
    return;
  }
  terms.push_back({.factors = std::move(functions), .rank = 1, .coefficient = coefficient});
}

std::optional<NoTermForm> beyond_bounds(const Aggregation& aggregation) {
  bool is_finite = std::isfinite(aggregation.bias);
  for (const Term& term : aggregation.terms) {
    is_finite = is_finite && std::isfinite(term.coefficient);
    if (term.factors.size() > kMaxFactors) {
      return NoTermForm{fmt::format("a product in it has {} factors, at most {} are possible",
                                    term.factors.size(),
                                    kMaxFactors)};
    }
    if (term.rank > kMaxRank) {
      return NoTermForm{
          fmt::format("{} products of the same functions are added, at most {} are possible",
                      term.rank,
                      kMaxRank)};
    }
  }
  if (!is_finite) return NoTermForm{"a coefficient is beyond float64"};
  return std::nullopt;
}

}  // namespace

std::size_t Aggregation::parameters_per_output(std::size_t n_inputs) const {
  std::size_t n = 1;
  for (const Term& term : terms) n += n_inputs * term.factors.size() * term.rank;
  return n;
}

Aggregation linear_aggregation() {
  return {.terms = {{.factors = {Formula::input(Shape::Scalar)}}}, .bias = 0.0};
}

std::variant<Aggregation, NoTermForm> to_aggregation(const Formula& f) {
  Aggregation aggregation;
  for (const NormalTerm& term : formula::reduce(f).terms) {
    std::vector<Formula> functions;
    for (const NormalFactor& factor : term.factors) {
      if (auto reason = add_factors(factor, functions)) return std::move(*reason);
    }
    if (functions.empty()) {
      aggregation.bias += term.coefficient;
    } else {
      add_term(aggregation.terms, std::move(functions), term.coefficient);
    }
  }
  if (aggregation.terms.empty()) return refused(f, "does not depend on x");
  if (auto reason = beyond_bounds(aggregation)) return std::move(*reason);
  return aggregation;
}

Formula to_formula(const Aggregation& aggregation) {
  std::optional<Formula> sum;
  const auto add = [&sum](const Formula& part) {
    sum = sum ? Formula::apply(Op::Add, *sum, part) : part;
  };
  int weight = 0;
  for (const Term& term : aggregation.terms) {
    for (std::size_t r = 0; r < term.rank; ++r) {
      Formula product = Formula::literal(term.coefficient);
      for (const Formula& phi : term.factors) {
        Formula factor = phi.with_input_shape(Shape::Vector);
        if (!term.is_pure()) factor = Formula::apply(Op::Dot, Formula::weight(weight++), factor);
        product = Formula::apply(Op::Mul, product, factor);
      }
      add(product);
    }
  }
  if (aggregation.bias != 0.0) add(Formula::literal(aggregation.bias));
  // Ordering and signs are the simplifier's; weights have distinct numbers, so nothing merges.
  return formula::simplify(*sum);
}

}  // namespace neuronsmith::neuron
