#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::neuron {

/// Bounds of what a neuron file holds, and so of every term form.
inline constexpr std::size_t kMaxRank = 1024;
inline constexpr std::size_t kMaxFactors = 64;
inline constexpr double kMostShare = 1e6;

/// One term of the term form: sum over ranks r of prod over factors m of (W_{r,m} . phi_m(x)).
struct Term {
  /// phi_m: elementwise formulas of scalar x, in canonical order. One factor: a pure term W phi(x).
  /// Several: an interaction of that order.
  std::vector<formula::Formula> factors;
  /// CP rank: number of products that are summed. Always 1 for a pure term.
  std::size_t rank = 1;
  /// Coefficient that discovery found. The layer's weights are free, so it says how the formula
  /// fitted, not how a network starts.
  double coefficient = 1.0;
  /// How much of the variance of z the term brings when a network starts, relative to the other
  /// terms; above 0, at most kMostShare. A basis of rough functions starts smooth if they have small shares.
  double share = 1.0;

  [[nodiscard]] bool is_pure() const { return factors.size() == 1; }
};

/// What replaces the inner product: z = b + sum_t sum_r prod_m (W_{t,r,m} . phi_{t,m}(x)).
struct Aggregation {
  std::vector<Term> terms;  ///< never empty
  double bias = 0.0;        ///< the constant that discovery found

  /// Weights of one output with `n_inputs` inputs, the bias included.
  [[nodiscard]] std::size_t parameters_per_output(std::size_t n_inputs) const;
};

/// The ordinary neuron: w . x + b.
[[nodiscard]] Aggregation linear_aggregation();

/// Why a formula has no term form.
struct NoTermForm {
  std::string reason;
};

/// Brings a vector formula to term form: expands it, groups by elementwise basis function, makes
/// products of inner products interaction terms. Every weight becomes free, so dot(w0, x)^2 is an
/// interaction of order 2. A formula like tanh(dot(w0, x)) has no term form; neither has one that
/// passes the bounds of a neuron file or has a coefficient beyond float64.
[[nodiscard]] std::variant<Aggregation, NoTermForm> to_aggregation(const formula::Formula& formula);

/// The formula that the term form stands for, with its coefficients: a pure term as c * phi,
/// an interaction as c * dot(w, phi_1) * dot(w', phi_2).
[[nodiscard]] formula::Formula to_formula(const Aggregation& aggregation);

}  // namespace neuronsmith::neuron
