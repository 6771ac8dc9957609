#pragma once

#include <optional>
#include <string>
#include <variant>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/search/loss_objective.hpp"
#include "neuronsmith/search/recipe.hpp"

namespace neuronsmith::experiment {

/// A formula of columns made one of scalar x.
struct Collapsed {
  formula::Formula activation;
  std::optional<int> column;  ///< the one that became x, where the others went to their means
};

/// What an activation is made for.
struct CollapseRows {
  search::LossData data;  ///< the rows searched
  FeatureView means_of;   ///< rows whose means stand for columns
  bool linear_scaling = false;
};

/// Why a formula of scalar x is no use as an activation: constant, or value or slope not finite
/// somewhere on a grid over [-10, 10] and over what the features span; empty when it is one.
[[nodiscard]] std::string objection_to_activation(const formula::Formula& formula,
                                                  const FeatureView& features);

/// The formula simplified, or why it is no activation.
///
/// Collapse::Same puts x in the place of every column, as published. It is another function than
/// the one that was found: with two columns, even a constant can come of it.
/// Collapse::OthersAtMean keeps the column that matters most: the one whose replacement by its mean
/// raises the loss most (of equal ones the first). Where what is left is no activation, the next
/// one. Collapse::Univariate takes a formula of x as it is.
[[nodiscard]] std::variant<Collapsed, std::string> collapse(const formula::Formula& formula,
                                                            search::Collapse how,
                                                            const CollapseRows& rows);

}  // namespace neuronsmith::experiment
