#pragma once

#include <cstdint>
#include <memory>

#include "neuronsmith/core/ranks.hpp"
#include "neuronsmith/search/evolution/program_store.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/recipe.hpp"
#include "neuronsmith/search/strategy.hpp"

namespace neuronsmith::experiment::internal {

/// The strategy of a recipe, not a tensor decomposition, for formulas of these inputs; for whole
/// neurons inputs have no meaning. Evolution begins with the pointwise activations of the library,
/// or with x and x + x^2 as aggregations, keeps its programs in `store`, and has islands of its own on
/// each of the `ranks`; both may be null.
[[nodiscard]] std::unique_ptr<search::Strategy> strategy_of(
    const search::Recipe& recipe,
    search::InputSpace inputs,
    std::uint64_t seed,
    search::evolution::ProgramStore* store,
    Ranks* ranks = nullptr);

/// Formulas of the library's published activations that are functions of x alone, one after the other.
[[nodiscard]] std::vector<formula::Formula> published_functions();

}  // namespace neuronsmith::experiment::internal
