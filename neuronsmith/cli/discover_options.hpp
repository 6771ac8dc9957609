#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/cli/recording.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/evolution/model_proposer.hpp"
#include "neuronsmith/search/recipe.hpp"

namespace neuronsmith::cli {

/// One option of the command that stands for a value of the recipe. What is not given leaves the
/// recipe's own value.
struct RecipeOption {
  CLI::Option* option = nullptr;
  std::function<void(search::Recipe&)> take_over;
  std::function<std::string(const search::Recipe&)> value_of;
  bool (*scope)(const search::Recipe&) = nullptr;  ///< the recipes that it has a meaning for
};

/// --llm-...: a language model that proposes formulas.
struct ModelFlags {
  std::optional<std::string> url;
  std::optional<std::string> model;
  search::evolution::ModelOptions options;  ///< with what else was given
  std::vector<const CLI::Option*> all;        ///< of them

  /// None without --llm-url; the key is that of the environment. Throws ConfigError naming an option that
  /// is wrong, or given without the others that it needs.
  [[nodiscard]] std::optional<search::evolution::ModelOptions> resolved() const;
};

/// What `discover` is asked, as text from the command line.
struct DiscoverFlags {
  DataFlags data;
  std::string recipe = "vsr";
  std::optional<std::string> role;
  std::optional<std::string> strategy;
  std::optional<std::string> objective;
  std::string out = "neuron.json";
  std::string checkpoint;
  std::string database;
  ModelFlags model;
  bool training_rows_only = false;
  std::vector<RecipeOption> recipe_options;
  search::DriverOptions driver;
  StoreFlags store;
};

/// All options of `discover` but those of run store and context.
void add_discover_options(CLI::App& command, DiscoverFlags& flags);

/// The recipe with what was given; what was not is told to the run store as the recipe has it. Throws
/// ConfigError naming an option that is wrong or has no meaning for the recipe.
[[nodiscard]] search::Recipe resolved_recipe(const DiscoverFlags& flags);

/// "it discovers aggregations by genetic programming"
[[nodiscard]] std::string what_it_does(const search::Recipe& recipe);

}  // namespace neuronsmith::cli
