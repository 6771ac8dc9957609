#pragma once

#include <cstdint>
#include <vector>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

/// base^exponent, exponent != 0. The base is itself simplified and no product, power or number.
struct NormalFactor {
  Formula base;
  int exponent = 1;

  bool operator==(const NormalFactor&) const = default;
};

/// coefficient * product of factors; no factors: a constant.
struct NormalTerm {
  double coefficient = 0.0;
  std::vector<NormalFactor> factors;  ///< in canonical order, distinct bases

  [[nodiscard]] Shape shape() const;
  /// Total degree in x: of x^2 * sum(x^3) it is 5. A function of x counts as one.
  [[nodiscard]] int degree() const;
};

/// A formula expanded to a sum of products: terms in canonical order (highest degree first, the
/// constant last), no two with the same factors, no coefficient zero. Formulas of the same meaning
/// under the laws of commutative rings have the same normal form up to rounding of coefficients.
struct NormalForm {
  std::vector<NormalTerm> terms;
  Shape input_shape = Shape::Scalar;
};

/// Expands, folds constants, orders. Products that would pass 512 terms stay products, and so does
/// what is left when all expansions together pass 50,000 nodes. Keeps the value wherever every
/// part of the formula is finite (x/x becomes 1, also at 0).
[[nodiscard]] NormalForm normalise(const Formula& formula);

/// The neuron's reduction of a vector formula to one number: every vector term of the normal form
/// is summed over the coordinates, every scalar term counts once (so the 3 of x + 3 is a bias and
/// not 3 times the number of features, as in the published code). Factors are then all scalar:
/// reductions, named columns, parameters and functions of those.
[[nodiscard]] NormalForm reduce(const Formula& formula);

[[nodiscard]] Formula to_formula(const NormalForm& form);
[[nodiscard]] Formula to_formula(const NormalTerm& term);
/// The product of the factors, without the coefficient; the literal 1 for a constant.
[[nodiscard]] Formula to_monomial(const NormalTerm& term);

/// The normal form as a formula.
[[nodiscard]] Formula simplify(const Formula& formula);

/// Equal for formulas with equal normal forms.
[[nodiscard]] std::uint64_t canonical_hash(const Formula& formula);

/// Canonical order of formulas: negative, zero, positive.
[[nodiscard]] int compare(const Formula& a, const Formula& b);

}  // namespace neuronsmith::formula
