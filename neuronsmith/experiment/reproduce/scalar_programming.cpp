#include "neuronsmith/experiment/reproduce/scalar_programming.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"
#include "neuronsmith/search/loss_objective.hpp"
#include "neuronsmith/search/recipe.hpp"

namespace neuronsmith::experiment::recovery {
namespace {

using formula::Formula;
using formula::Monomial;

/// E[x^k] of a standard normal x: (k - 1)!! for even k.
double normal_moment(std::size_t k) {
  if (k % 2 == 1) return 0.0;
  double moment = 1.0;
  for (std::size_t i = 1; i < k; i += 2) moment *= static_cast<double>(i);
  return moment;
}

bool is_pure(const Monomial& monomial) { return monomial.front() == monomial.back(); }

}  // namespace

search::GeneticOptions scalar_genetic_options() {
  constexpr int kDepth = 5;
  search::GeneticOptions options = search::find_recipe("activation-gp").genetic;
  options.population = 1000;
  options.tournament = 20;
  options.init_depth_high = kDepth;
  options.max_depth = kDepth;
  options.max_nodes = (std::size_t{2} << kDepth) - 1;
  options.functions = search::parse_functions("add,sub,mul");
  return options;
}

std::optional<Formula> searched_scalar_formula(const network::Part& training,
                                               std::uint64_t seed,
                                               const Budget& budget,
                                               const Executor& executor,
                                               const std::stop_token& stop) {
  const search::LossData data{.features = training.features, .target = training.target};
  const search::LossObjective objective(data, {.linear_scaling = true});
  search::GeneticSearch strategy(
      scalar_genetic_options(), search::InputSpace::columns(training.features.n_features), seed);
  search::DriverOptions driver;
  driver.budget = budget;
  const search::Discovery found =
      search::run_search(strategy, objective, executor, driver, nullptr, stop);
  const std::vector<search::Candidate>& front = found.archive.front();
  if (front.empty()) return std::nullopt;
  return objective.fitted(front.back().formula);
}

double deviation_under_normal(const Monomial& monomial) {
  double mean = 1.0;
  double square = 1.0;
  for (auto first = monomial.begin(); first != monomial.end();) {
    const auto last = std::find_if(first, monomial.end(), [&](int i) { return i != *first; });
    const auto exponent = static_cast<std::size_t>(last - first);
    mean *= normal_moment(exponent);
    square *= normal_moment(2 * exponent);
    first = last;
  }
  return std::sqrt(square - mean * mean);
}

std::optional<neuron::OrderSet> orders_of_scalar(const Formula& formula) {
  const auto polynomial = formula::expand_columns(formula);
  if (!polynomial) return std::nullopt;
  std::set<int> pure;
  std::set<int> interaction;
  for (const auto& [monomial, coefficient] : *polynomial) {
    if (std::abs(coefficient) * deviation_under_normal(monomial) < kNegligible) continue;
    (is_pure(monomial) ? pure : interaction).insert(static_cast<int>(monomial.size()));
  }
  return neuron::OrderSet{.pure = {pure.begin(), pure.end()},
                          .interaction = {interaction.begin(), interaction.end()}};
}

}  // namespace neuronsmith::experiment::recovery
