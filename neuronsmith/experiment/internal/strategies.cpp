#include "neuronsmith/experiment/internal/strategies.hpp"

#include <fmt/format.h>

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
                                         std::uint32_t first_island,
                                         const Surroundings& with) {
  if (recipe.strategy == search::StrategyKind::GeneticProgramming) {
    return std::make_unique<search::GeneticSearch>(recipe.genetic, inputs, seed);
  }
  auto programs = std::make_unique<search::evolution::ProgramSearch>(
      recipe.evolution, recipe.genetic, inputs, seed, with.store, first_island, with.ranks);
  if (inputs.shape == Shape::Vector) {
    programs->begin_with({aggregation("x"), aggregation("x + x^2")});
  } else if (inputs.n_columns == 0) {
    programs->begin_with(published_functions());
  }
  if (with.proposer != nullptr) programs->propose_with(*with.proposer, with.share, with.stop);
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
                                              const Surroundings& with) {
  const auto islands = static_cast<std::uint32_t>(recipe.evolution.islands);
  const auto rank = static_cast<std::uint32_t>(with.ranks != nullptr ? with.ranks->rank() : 0);
  if (recipe.role != search::Role::Neuron) {
    return single(recipe, inputs, seed, rank * islands, with);
  }
  const std::uint32_t first = rank * 2 * islands;
  return std::make_unique<search::NeuronSearch>(
      single(recipe, Shape::Vector, seed, first, with),
      single(recipe, Shape::Scalar, seed, first + islands, with),
      neuron::Composite{aggregation("x"), recipe.trials.reference_activation().formula});
}

std::string score_text(const search::Recipe& recipe, bool is_of_table) {
  if (recipe.is_network()) {
    const bool learns = recipe.role != search::Role::Aggregation && recipe.learnable != neuron::Learnable::None;
    return fmt::format(
        "The error of a formula is a ratio of losses: small networks are trained with it on {}, and their "
        "loss{} is divided by that of networks of as many parameters with the activation {}. Below 1 is "
        "better than that, and less is better.{}",
        is_of_table ? "a table"
                    : fmt::format("synthetic problems ({})",
                                  search::world_family_names(recipe.worlds.families)),
        is_of_table ? " on rows held out" : " beyond the range of their training",
        recipe.trials.reference,
        learns ? fmt::format(" Every number in an activation is learnt by each {}, and starts as it is written.",
                             neuron::name(recipe.learnable))
               : "");
  }
  if (recipe.role == search::Role::Activation) {
    return "The error of a formula is its loss where it predicts the target of a table by itself; less is "
           "better.";
  }
  return "The error of a formula is the squared error, over the target's variance, where it predicts the "
         "target of a table with fitted coefficients; less is better.";
}

}  // namespace neuronsmith::experiment::internal
