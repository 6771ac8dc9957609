#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/search/fit_objective.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"

namespace neuronsmith::search {

/// A named preset: strategy, objective and budget of a published system. Every value can be
/// changed.
struct Recipe {
  std::string name;
  std::string source;  ///< the publication
  GeneticOptions genetic;
  FitOptions fit;
  std::uint64_t generations = 80;
};

/// Names of the recipes that exist.
[[nodiscard]] std::vector<std::string> recipe_names();

/// Throws ConfigError, with the names that exist.
[[nodiscard]] Recipe find_recipe(const std::string& name);

/// Name and every option, for the record and for telling whether two searches are the same.
[[nodiscard]] Json to_json(const Recipe& recipe);

/// "add,sub,mul": operators by their gplearn or infix names. Throws ConfigError naming the one that
/// does not exist.
[[nodiscard]] std::vector<formula::Op> parse_functions(std::string_view text);

}  // namespace neuronsmith::search
