#include "neuronsmith/experiment/internal/strategies.hpp"

#include <string>
#include <utility>
#include <vector>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/neuron/composite.hpp"
#include "neuronsmith/neuron/library.hpp"
#include "neuronsmith/search/evolution/program_search.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"
#include "neuronsmith/search/neuron_search.hpp"

namespace neuronsmith::experiment::internal {
namespace {

using formula::Formula;
using formula::Shape;

Formula aggregation(const char* text) {
  return formula::parse_or_throw(text, Shape::Vector, "an aggregation to begin with");
}

/// One strategy for formulas of one shape. `first_island` tells those that share a store apart.
std::unique_ptr<search::Strategy> single(const search::Recipe& recipe,
                                         search::InputSpace inputs,
                                         std::uint64_t seed,
                                         search::evolution::ProgramStore* store,
                                         std::uint32_t first_island,
                                         Ranks* ranks) {
  if (recipe.strategy == search::StrategyKind::GeneticProgramming) {
    return std::make_unique<search::GeneticSearch>(recipe.genetic, inputs, seed);
  }
  auto programs = std::make_unique<search::evolution::ProgramSearch>(
      recipe.evolution, recipe.genetic, inputs, seed, store, first_island, ranks);
  if (inputs.shape == Shape::Vector) {
    programs->begin_with({aggregation("x"), aggregation("x + x^2")});
  } else if (inputs.n_columns == 0) {
    programs->begin_with(published_functions());
  }
  return programs;
}

}  // namespace

std::vector<Formula> published_functions() {
  std::vector<Formula> functions;
  for (const neuron::LibraryEntry& entry : neuron::published_activations()) {
    Formula f = neuron::resolve_activation(std::string(entry.name)).formula;
    if (!f.uses(formula::OpKind::BatchStatistic)) functions.push_back(std::move(f));
  }
  return functions;
}

std::unique_ptr<search::Strategy> strategy_of(const search::Recipe& recipe,
                                              search::InputSpace inputs,
                                              std::uint64_t seed,
                                              search::evolution::ProgramStore* store,
                                              Ranks* ranks) {
  const auto islands = static_cast<std::uint32_t>(recipe.evolution.islands);
  const auto rank = static_cast<std::uint32_t>(ranks != nullptr ? ranks->rank() : 0);
  if (recipe.role != search::Role::Neuron) {
    return single(recipe, inputs, seed, store, rank * islands, ranks);
  }
  const std::uint32_t first = rank * 2 * islands;
  return std::make_unique<search::NeuronSearch>(
      single(recipe, Shape::Vector, seed, store, first, ranks),
      single(recipe, Shape::Scalar, seed, store, first + islands, ranks),
      neuron::Composite{aggregation("x"), recipe.trials.reference_activation().formula});
}

}  // namespace neuronsmith::experiment::internal
