#pragma once

#include <array>
#include <optional>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

inline constexpr int kMaxPolynomialDegree = 15;

/// sum_k coefficients[k] * x^k, k <= degree. The zero polynomial has degree 0.
struct Polynomial {
  std::array<double, kMaxPolynomialDegree + 1> coefficients{};
  int degree = 0;
};

/// The polynomial in x that the formula is, when it is built of x, literals, + - * neg, division by
/// a literal and non-negative integer powers, and no intermediate degree passes
/// kMaxPolynomialDegree. No allocation: a search calls this for every candidate. nullopt otherwise,
/// or where a coefficient is not finite.
[[nodiscard]] std::optional<Polynomial> collapse_to_polynomial(const Formula& formula) noexcept;

/// k where the formula is written as x or x^k.
[[nodiscard]] std::optional<int> exponent_of(const Formula& formula) noexcept;
/// Of scalar x: x, or x^k.
[[nodiscard]] Formula power_of_x(int exponent);

}  // namespace neuronsmith::formula
