#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/search/internal/score_form.hpp"
#include "neuronsmith/search/internal/term_values.hpp"

namespace neuronsmith::search::internal {

/// Terms with a value for everything in them that is no coefficient.
struct BoundForm {
  GeneralForm terms;
  std::vector<float> parameters;  ///< [greatest index + 1]
  std::vector<float> weights;     ///< [greatest index + 1][n_features]
};

/// By the float32 evaluator.
[[nodiscard]] TermValues values_of(const BoundForm& form);

/// Parameters 1 and weights drawn from N(0, 1 / n_features), equal for equal forms.
[[nodiscard]] BoundForm bound(const GeneralForm& terms, std::size_t n_features);

/// True when there is something to refine: a literal inside a function, a parameter, a weight
/// vector.
[[nodiscard]] bool has_unknowns(const GeneralForm& terms);

/// Moves literals inside functions, parameters and weights to a local minimum of the residuals of
/// all targets, by at most `max_iterations` steps of Levenberg-Marquardt (Ceres TinySolver).
/// Coefficients and intercepts are eliminated: each evaluation takes the best ones (variable
/// projection, Golub and Pereyra, SIAM J. Numer. Anal. 1973), so only what is not linear is
/// searched. Derivatives are central differences. Works on up to 2,048 evenly spaced rows; targets
/// that are constant on them are left out. Returns `start` where nothing can be gained.
[[nodiscard]] BoundForm refine(const BoundForm& start,
                               const FeatureView& features,
                               std::span<const std::span<const float>> targets,
                               int max_iterations);

}  // namespace neuronsmith::search::internal
