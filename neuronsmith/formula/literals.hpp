#pragma once

#include <span>
#include <vector>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

/// A formula whose literals became p0, p1, ... in the order in which they stand, and their values.
/// Exponents of whole powers are no literals.
struct Parametrised {
  Formula formula;
  std::vector<double> values;
};

/// Of a formula that has no parameters yet.
[[nodiscard]] Parametrised literals_to_parameters(const Formula& formula);

/// The way back: every p_k as the literal values[k].
[[nodiscard]] Formula parameters_to_literals(const Formula& formula, std::span<const double> values);

}  // namespace neuronsmith::formula
