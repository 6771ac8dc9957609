#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "neuronsmith/core/ranks.hpp"
#include "neuronsmith/search/evolution/program_store.hpp"
#include "neuronsmith/search/evolution/proposer.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/recipe.hpp"
#include "neuronsmith/search/strategy.hpp"

namespace neuronsmith::experiment::internal {

/// What an evolution works with besides its objective. All that is pointed to may be null and must
/// outlive the strategy.
struct Surroundings {
  search::evolution::ProgramStore* store = nullptr;  ///< where it keeps its programs
  Ranks* ranks = nullptr;                            ///< on each of them islands of their own
  search::evolution::Proposer* proposer = nullptr;   ///< whom it asks besides its grammar
  double share = 0.0;                                ///< of an island's proposals that are the proposer's
  std::stop_token stop = {};                         ///< ends what the proposer does
};

/// The strategy of a recipe, not a tensor decomposition, for formulas of these inputs; for whole
/// neurons inputs have no meaning. Evolution begins with the pointwise activations of the library,
/// or with x and x + x^2 as aggregations.
[[nodiscard]] std::unique_ptr<search::Strategy> strategy_of(
    const search::Recipe& recipe,
    search::InputSpace inputs,
    std::uint64_t seed,
    const Surroundings& surroundings = {});

/// How a formula gets its error in a search of the recipe, on a table or on synthetic worlds: for a
/// language model, which learns nothing of the table but that.
[[nodiscard]] std::string score_text(const search::Recipe& recipe, bool is_of_table);

/// Formulas of the library's published activations that are functions of x alone, one after the other.
[[nodiscard]] std::vector<formula::Formula> published_functions();

}  // namespace neuronsmith::experiment::internal
