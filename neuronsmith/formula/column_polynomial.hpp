#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

/// A product of columns: their indices rising, each as often as its exponent says. Empty: 1.
using Monomial = std::vector<int>;

/// sum of coefficient * monomial; no coefficient is 0.
using ColumnPolynomial = std::map<Monomial, double>;

/// Products of two monomials that one multiplication of an expansion may take.
inline constexpr std::size_t kMaxProducts = 1'000'000;

/// The polynomial in the columns that the formula is, when it is built of columns, literals, + - *
/// neg, division by a literal and non-negative integer powers. Absent otherwise, where expanding it
/// would pass kMaxProducts, or where a coefficient is not finite. Unlike normalise() it expands
/// products of any length below that.
[[nodiscard]] std::optional<ColumnPolynomial> expand_columns(const Formula& formula);

}  // namespace neuronsmith::formula
