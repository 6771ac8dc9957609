#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/json.hpp"
#include "neuronsmith/neuron/activation.hpp"
#include "neuronsmith/search/fit_objective.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/loss_objective.hpp"
#include "neuronsmith/search/tensor/tensor_options.hpp"

namespace neuronsmith::search {

/// What the formula of a recipe becomes in a neuron.
enum class Role : std::uint8_t {
  Aggregation,  ///< a formula of the vector x, scored by FitObjective
  Activation,   ///< a formula of columns, scored by LossObjective and collapsed to one input
};

/// How a recipe searches.
enum class StrategyKind : std::uint8_t {
  GeneticProgramming,   ///< GeneticSearch, with an objective
  TensorDecomposition,  ///< tensor/tensor_search.hpp, for aggregations
};

/// How one formula is chosen of those that a search found.
enum class Choice : std::uint8_t {
  Error,       ///< least error in the last generation
  Criterion,   ///< least information criterion of the whole search
  Validation,  ///< fitted on the training rows, least error on the validation rows
};

/// How a formula of columns becomes one of a single input.
enum class Collapse : std::uint8_t {
  Same,          ///< every column becomes x
  OthersAtMean,  ///< the column that matters most becomes x, the others their means
  Univariate,    ///< the search is over formulas of x, in which every column stands in turn
};

[[nodiscard]] std::string_view name(Role role);
/// "genetic programming", "tensor decomposition"
[[nodiscard]] std::string_view name(StrategyKind strategy);
[[nodiscard]] std::string_view name(Choice choice);
[[nodiscard]] std::string_view name(Collapse collapse);
/// Throw ConfigError naming --choose, --collapse.
[[nodiscard]] Choice parse_choice(std::string_view text);
[[nodiscard]] Collapse parse_collapse(std::string_view text);

/// A named preset: strategy, objective and budget of a published system. Every value can be
/// changed.
struct Recipe {
  std::string name;
  std::string source;  ///< the publication
  Role role = Role::Aggregation;
  StrategyKind strategy = StrategyKind::GeneticProgramming;
  TensorOptions tensor;    ///< StrategyKind::TensorDecomposition; all below is of the other
  GeneticOptions genetic;
  FitOptions fit;    ///< Role::Aggregation
  LossOptions loss;  ///< Role::Activation, as all below
  Collapse collapse = Collapse::Same;
  neuron::Learnable learnable = neuron::Learnable::None;  ///< literals of the activation
  Choice choice = Choice::Criterion;                      ///< both roles
  std::uint64_t generations = 80;

  /// Throws ConfigError naming the option.
  void validate() const;
  /// What ends a search for which no other limit is given; none for tensors, which end by themselves.
  [[nodiscard]] Budget budget() const;
};

/// Names of the recipes that exist.
[[nodiscard]] std::vector<std::string> recipe_names();

/// Throws ConfigError, with the names that exist.
[[nodiscard]] Recipe find_recipe(const std::string& name);

/// Name and every option that has a meaning for its role and strategy, for the record and for telling whether
/// two searches are the same.
[[nodiscard]] Json to_json(const Recipe& recipe);

/// "add,sub,hajbi": functions by their gplearn or infix names, and sets of functions by theirs;
/// each function is taken once. Throws ConfigError with the names that exist.
[[nodiscard]] std::vector<formula::Op> parse_functions(std::string_view text);

/// "add,sub,mul".
[[nodiscard]] std::string function_names(const std::vector<formula::Op>& functions);

}  // namespace neuronsmith::search
