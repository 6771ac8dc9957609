#pragma once

#include <optional>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

/// d/dx of a formula of scalar x, as a formula in the same language; parameters and columns are
/// constants. At kinks and where an operator is protected it has the values of docs/formula.md,
/// save where the formula is 0/0: the derivatives of sinc and psqrt are NaN as formulas where their
/// argument is exactly 0. Sums and products with 0 and 1 are left out, nothing else is
/// simplified. None when the result would have more than kMaxNodes nodes. Throws InternalError for
/// a formula of a vector.
[[nodiscard]] std::optional<Formula> derivative(const Formula& formula);

}  // namespace neuronsmith::formula
