#include "neuronsmith/experiment/reproduce/order_methods.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/discover.hpp"
#include "neuronsmith/experiment/reproduce/scalar_programming.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/recipe.hpp"

namespace neuronsmith::experiment::recovery {
namespace {

constexpr const char* kScalar = "scalar-gp";

/// The method's own budget within the time limit.
Budget limited(Budget budget, const OrderSearch& search) {
  if (search.seconds) budget.minutes = *search.seconds / 60.0;
  return budget;
}

void search_scalar(const OrderSearch& search,
                   const PreparedData& data,
                   const Executor& executor,
                   const std::stop_token& stop,
                   OrderFinding& finding) {
  const auto formula = searched_scalar_formula(data.training(),
                                               search.seed,
                                               limited({.generations = kScalarGenerations}, search),
                                               executor,
                                               stop);
  if (!formula) return;
  finding.orders = orders_of_scalar(*formula);
  finding.formula = formula::to_infix(*formula);
}

search::Recipe published_neuronseek() {
  search::Recipe recipe = search::find_recipe("neuronseek");
  recipe.tensor.as_published = true;
  recipe.tensor.restarts = 1;
  return recipe;
}

search::Recipe weighted_vsr() {
  search::Recipe recipe = search::find_recipe("vsr");
  recipe.genetic.functions = search::parse_functions("add,mul,dot");
  recipe.genetic.weights = 4;
  recipe.generations = 4;
  return recipe;
}

search::Recipe recipe_of(const std::string& method) {
  if (method == kWeightedMethod) return weighted_vsr();
  if (method == kPublishedMethod) return published_neuronseek();
  return search::find_recipe(method);
}

/// That no formula could be scored, or none is a neuron, is an answer too.
void search_by_recipe(const OrderSearch& search,
                      const PreparedData& data,
                      const Executor& executor,
                      const std::stop_token& stop,
                      OrderFinding& finding) try {
  DiscoverOptions options{.recipe = recipe_of(search.method),
                          .driver = {},
                          .training_rows_only = true,
                          .seed = search.seed};
  options.driver.budget = limited(options.recipe.budget(), search);
  const DiscoveryResult result = discover(data, options, executor, nullptr, stop);
  finding.orders = neuron::orders_of(result.neuron.aggregation);
  finding.formula = formula::to_infix(result.neuron.formula);
} catch (const DataError&) {
}

}  // namespace

std::vector<std::string> order_methods() {
  std::vector<std::string> methods;
  for (const std::string& name : search::recipe_names()) {
    if (search::find_recipe(name).role == search::Role::Aggregation) methods.push_back(name);
  }
  methods.emplace_back(kPublishedMethod);
  methods.emplace_back(kScalar);
  return methods;
}

void require_method(const std::string& method) {
  std::vector<std::string> known = order_methods();
  known.emplace_back(kWeightedMethod);
  if (std::ranges::find(known, method) != known.end()) return;
  throw ConfigError(fmt::format(
      "--methods: no method is called \"{}\"; known are {}", method, fmt::join(known, ", ")));
}

OrderFinding find_orders(const OrderSearch& search,
                         const PreparedData& data,
                         const Executor& executor,
                         const std::stop_token& stop) {
  OrderFinding finding;
  const Stopwatch clock;
  const auto run = search.method == kScalar ? search_scalar : search_by_recipe;
  run(search, data, executor, stop, finding);
  finding.seconds = clock.seconds();
  return finding;
}

}  // namespace neuronsmith::experiment::recovery
