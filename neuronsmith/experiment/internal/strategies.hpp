#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "neuronsmith/search/evolution/program_database.hpp"
#include "neuronsmith/search/evolution/proposer.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/recipe.hpp"
#include "neuronsmith/search/strategy.hpp"

namespace neuronsmith::experiment::internal {

/// Whom evolution asks besides its grammar.
struct Adviser {
  search::evolution::Proposer* proposer = nullptr;  ///< null: nobody; must outlive the strategy
  double share = 0.0;                               ///< of an island's proposals
  std::stop_token stop = {};
};

/// The strategy of a recipe, not a tensor decomposition, for formulas of these inputs; for whole
/// neurons inputs have no meaning. Evolution begins with the pointwise activations of the library,
/// or with x and x + x^2 as aggregations, and keeps its programs in `database`, which may be null.
[[nodiscard]] std::unique_ptr<search::Strategy> strategy_of(
    const search::Recipe& recipe,
    search::InputSpace inputs,
    std::uint64_t seed,
    search::evolution::ProgramDatabase* database,
    const Adviser& adviser = {});

/// How a formula gets its error in a search of the recipe, on a table or on synthetic worlds: for a
/// language model, which learns nothing of the table but that.
[[nodiscard]] std::string score_text(const search::Recipe& recipe, bool is_of_table);

/// Formulas of the library's activations that are functions of x alone, one after the other.
[[nodiscard]] std::vector<formula::Formula> library_functions();

}  // namespace neuronsmith::experiment::internal
