#pragma once

#include <functional>
#include <span>

#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::search::internal {

/// A loss as a function of a formula's parameters; writes its gradient where one is asked for.
using ParameterLoss = std::function<double(const formula::Evaluator& evaluator,
                                           std::span<const float> parameters,
                                           std::span<double> gradient)>;

/// Moves the literals of `formula` to a local minimum of the loss by at most `max_steps` steps of
/// BFGS (Nocedal and Wright, Numerical Optimization, 2006, chapter 6) with backtracking. Returns
/// `formula` where nothing can be gained.
[[nodiscard]] formula::Formula refine_literals(const formula::Formula& formula,
                                               const ParameterLoss& loss,
                                               int max_steps);

}  // namespace neuronsmith::search::internal
