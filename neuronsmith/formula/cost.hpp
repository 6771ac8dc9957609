#pragma once

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

/// Operations for one value of an elementwise formula, each operator weighed by its cost (FLOP, as
/// docs/formula.md has them) and every power of a whole number by its multiplications (x^5 has 3);
/// one with a negative exponent has a division more. What consists of literals alone is folded and
/// costs nothing, as in Evaluator, which computes equal parts as often as they stand there. Throws
/// InternalError for a formula with reductions.
[[nodiscard]] double operations_of(const Formula& formula);

}  // namespace neuronsmith::formula
