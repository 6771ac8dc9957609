#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/json.hpp"
#include "neuronsmith/neuron/activation.hpp"
#include "neuronsmith/search/evolution/evolution_options.hpp"
#include "neuronsmith/search/fit_objective.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/loss_objective.hpp"
#include "neuronsmith/search/tensor/tensor_options.hpp"
#include "neuronsmith/search/trial_options.hpp"

namespace neuronsmith::search {

/// What the formula of a recipe becomes in a neuron.
enum class Role : std::uint8_t {
  Aggregation,  ///< a formula of the vector x
  /// Of scalar x; with ObjectiveKind::Fit of columns, and then collapsed to one input.
  Activation,
  Neuron,  ///< aggregation and activation together: neuron/composite.hpp
};

/// How a recipe searches.
enum class StrategyKind : std::uint8_t {
  GeneticProgramming,   ///< GeneticSearch
  TensorDecomposition,  ///< tensor/tensor_search.hpp: its structures are the formulas
  ProgramEvolution,     ///< evolution::ProgramSearch
};

/// What formulas are scored by.
enum class ObjectiveKind : std::uint8_t {
  Fit,      ///< FitObjective, of activations LossObjective: the formula itself predicts
  Network,  ///< NetworkObjective: networks made of the formula are trained
};

/// How one formula is chosen of those that a search found.
enum class Choice : std::uint8_t {
  Error,      ///< least error in what the strategy held on to at the end
  Criterion,  ///< least criterion of the whole search
  /// Least error on rows that the search did not see: fitted on the training rows, judged on the
  /// validation rows; networks are trained anew with other seeds, on other synthetic worlds.
  Validation,
};

/// How a formula of columns becomes one of a single input.
enum class Collapse : std::uint8_t {
  Same,          ///< every column becomes x
  OthersAtMean,  ///< the column that matters most becomes x, the others their means
  Univariate,    ///< the search is over formulas of x, in which every column stands in turn
};

[[nodiscard]] std::string_view name(Role role);
/// "genetic programming", "tensor decomposition", "program evolution"
[[nodiscard]] std::string_view name(StrategyKind strategy);
/// "fit", "network"
[[nodiscard]] std::string_view name(ObjectiveKind objective);
[[nodiscard]] std::string_view name(Choice choice);
[[nodiscard]] std::string_view name(Collapse collapse);
/// Throw ConfigError naming --role, --strategy, --objective, --choose, --collapse. A strategy is given by its
/// first word: genetic, tensor or evolution.
[[nodiscard]] Role parse_role(std::string_view text);
[[nodiscard]] StrategyKind parse_strategy(std::string_view text);
[[nodiscard]] ObjectiveKind parse_objective(std::string_view text);
[[nodiscard]] Choice parse_choice(std::string_view text);
[[nodiscard]] Collapse parse_collapse(std::string_view text);

/// A named preset: strategy, objective and budget of a published system. Every value can be
/// changed.
struct Recipe {
  std::string name;
  std::string source;  ///< the publication
  Role role = Role::Aggregation;
  StrategyKind strategy = StrategyKind::GeneticProgramming;
  ObjectiveKind objective = ObjectiveKind::Fit;
  TensorOptions tensor = {};        ///< StrategyKind::TensorDecomposition
  GeneticOptions genetic = {};      ///< the other strategies; programs take the grammar from it
  EvolutionOptions evolution = {};  ///< StrategyKind::ProgramEvolution
  FitOptions fit = {};              ///< ObjectiveKind::Fit, but for activations
  LossOptions loss = {};            ///< ObjectiveKind::Fit of activations
  TrialOptions trials = {};         ///< ObjectiveKind::Network
  WorldChoice worlds = {};          ///< ObjectiveKind::Network without a table
  Collapse collapse = Collapse::Same;                     ///< of activations by fit
  neuron::Learnable learnable = neuron::Learnable::None;  ///< literals of the activation
  Choice choice = Choice::Criterion;
  std::uint64_t generations = 80;

  /// Throws ConfigError naming the option.
  void validate() const;
  /// The same system with another role, strategy or objective. Another objective brings its own choice:
  /// networks are trained anew, a fit goes by the criterion.
  [[nodiscard]] Recipe as(Role role, StrategyKind strategy, ObjectiveKind objective) const;
  /// What ends a search for which no other limit is given; none for tensors, which end by themselves.
  [[nodiscard]] Budget budget() const;

  [[nodiscard]] bool is_tensor() const { return strategy == StrategyKind::TensorDecomposition; }
  [[nodiscard]] bool is_evolution() const { return strategy == StrategyKind::ProgramEvolution; }
  [[nodiscard]] bool is_network() const { return objective == ObjectiveKind::Network; }
  /// Whether one formula is chosen of several: a tensor search of aggregations by fit has one outcome.
  [[nodiscard]] bool has_choice() const {
    return !is_tensor() || is_network() || role != Role::Aggregation;
  }

 private:
  void validate_grammar() const;
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
