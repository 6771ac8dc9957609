#include "neuronsmith/experiment/contender.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "neuronsmith/core/comma_list.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/neuron/baselines.hpp"
#include "neuronsmith/search/genetic/random_formula.hpp"

namespace neuronsmith::experiment {
namespace {

using formula::Formula;

constexpr std::string_view kDiscover = "discover:";
constexpr std::size_t kRandomDraws = 500;
constexpr std::size_t kMostRandomTerms = 12;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") + 1 - first));
}

/// Without blanks around them.
std::vector<std::string> names_of(std::string_view list) {
  std::vector<std::string> names = comma_list(list);
  for (std::string& name : names) name = trimmed(name);
  return names;
}

search::Recipe recipe_of(const std::string& name) {
  const std::string recipe = name.substr(kDiscover.size());
  const std::vector<std::string> known = search::recipe_names();
  if (std::ranges::find(known, recipe) != known.end()) return search::find_recipe(recipe);
  throw ConfigError(fmt::format("--neurons: {}: no recipe is called \"{}\"; known are {}",
                                name,
                                recipe,
                                fmt::join(known, ", ")));
}

Contender contender_of(const std::string& name, const neuron::UserLibrary& library) {
  if (name.starts_with(kDiscover)) return {.name = name, .recipe = recipe_of(name)};
  return {.name = name, .neuron = neuron::resolve_neuron(name, "--neurons: " + name, library)};
}

Formula structure_of(neuron::Aggregation aggregation) {
  for (neuron::Term& term : aggregation.terms) term.coefficient = 1.0;
  aggregation.bias = 0.0;
  return neuron::to_formula(aggregation);
}

std::string with_activation(const std::string& aggregation, const neuron::Neuron& neuron) {
  if (!has_own_activation(neuron)) return aggregation;
  const std::string activation = formula::to_infix(neuron.activation->formula);
  return aggregation == "x" ? activation : fmt::format("{}, then {}", aggregation, activation);
}

/// A sum of random powers, as VSR's random trees are once they are simplified, but with few and
/// many terms equally likely.
Formula random_polynomial(Random& random) {
  const search::GeneticOptions options;
  const search::RandomFormula fresh(options, formula::Shape::Vector);
  Formula sum = fresh.product(random);
  for (std::size_t n = random.below(kMostRandomTerms); n > 0; --n) {
    sum = Formula::apply(formula::Op::Add, sum, fresh.product(random));
  }
  return sum;
}

}  // namespace

std::vector<Contender> parse_contenders(std::string_view list,
                                        const neuron::UserLibrary& library) {
  const std::vector<std::string> names = names_of(list);
  if (std::ranges::find(names, "") != names.end()) {
    throw ConfigError("--neurons: a name between commas is empty");
  }
  require_distinct(names, "--neurons");
  std::vector<Contender> contenders;
  for (const std::string& name : names) contenders.push_back(contender_of(name, library));
  return contenders;
}

std::string structure_text(const neuron::Aggregation& aggregation) {
  return formula::to_infix(structure_of(aggregation));
}

std::string formula_text(const neuron::Neuron& neuron) {
  if (neuron::find_baseline(neuron.name)) return neuron.name;
  return with_activation(formula::to_infix(neuron.formula), neuron);
}

std::string structure_text(const neuron::Neuron& neuron) {
  if (neuron::find_baseline(neuron.name)) return neuron.name;
  return with_activation(structure_text(neuron.aggregation), neuron);
}

neuron::Neuron random_neuron(const neuron::Aggregation& like, std::uint64_t seed) {
  const Formula model = structure_of(like);
  Random random(seed, Purpose::Control);
  std::optional<neuron::Neuron> nearest;
  std::size_t least = 0;
  for (std::size_t i = 0; i < kRandomDraws; ++i) {
    const neuron::Neuron drawn = neuron::make_neuron(random_polynomial(random), "a random formula");
    const Formula structure = structure_of(drawn.aggregation);
    const std::size_t distance =
        std::max(structure.size(), model.size()) - std::min(structure.size(), model.size());
    if (structure == model || (nearest && distance >= least)) continue;
    least = distance;
    nearest = neuron::make_neuron(structure, "a random formula");
  }
  NEURONSMITH_CHECK(nearest.has_value(), "no random formula was drawn");
  return *nearest;
}

}  // namespace neuronsmith::experiment
