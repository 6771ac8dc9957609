#include "neuronsmith/experiment/reproduce/hajbi_search.hpp"

#include <algorithm>

#include "neuronsmith/experiment/reproduce/hajbi_protocol.hpp"
#include "neuronsmith/neuron/library.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"
#include "neuronsmith/search/member.hpp"
#include "neuronsmith/search/network_objective.hpp"
#include "neuronsmith/search/recipe.hpp"

namespace neuronsmith::experiment::hajbi {
namespace {

using formula::Formula;

constexpr std::size_t kFinalists = 6;
/// Trainings of one candidate when the choice is made: about so many rows of all of them together.
constexpr std::size_t kFinalRows = 150'000;
constexpr std::size_t kLeastFinalSeeds = 2;
constexpr std::size_t kMostFinalSeeds = 10;
/// A trial sees this share of the training rows, at least so many, and costs as much of a training.
constexpr double kTrialShare = 0.2;
constexpr std::size_t kLeastTrialRows = 4096;

std::size_t n_final_seeds(const PreparedData& data) {
  return std::clamp(kFinalRows / data.n_training, kLeastFinalSeeds, kMostFinalSeeds);
}

std::vector<Formula> library_formulas() {
  std::vector<Formula> formulas;
  for (const neuron::LibraryEntry& entry : neuron::published_activations()) {
    formulas.push_back(neuron::resolve_activation(std::string(entry.name)).formula);
  }
  return formulas;
}

search::NetworkObjective objective_on(const PreparedData& data,
                                      std::size_t n_rows,
                                      std::vector<std::uint64_t> seeds,
                                      const Executor& executor) {
  network::CohortOptions options{
      .shape = architecture(Size::Light, data.preprocessor.n_features(), {}),
      .training = training_options(0),
      .initialisation = network::Initialisation::Torch,
      .seeds = std::move(seeds)};
  network::Cohort cohort({{.name = data.source,
                           .training = data.block.rows(0, n_rows),
                           .test = data.validation(),
                           .loss = network::Loss::SaturatingCrossEntropy}},
                         std::move(options));
  return {std::move(cohort), {}, search::activation_member, executor};
}

/// The formula of least validation loss when each is trained on all training rows.
std::optional<neuron::Activation> best_of(const std::vector<Formula>& formulas,
                                          const PreparedData& data,
                                          std::uint64_t seed,
                                          const Executor& executor,
                                          const std::stop_token& stop) {
  std::vector<std::uint64_t> seeds;
  for (std::size_t i = 0; i < n_final_seeds(data); ++i) seeds.push_back(seed + i);
  const search::NetworkObjective objective =
      objective_on(data, data.n_training, std::move(seeds), executor);
  const std::vector<search::Score> scores = objective.score(formulas, executor);
  if (stop.stop_requested()) return std::nullopt;
  const auto best = std::ranges::min_element(scores, {}, &search::Score::error);
  return neuron::Activation(formulas[static_cast<std::size_t>(best - scores.begin())]);
}

search::GeneticOptions genetic_options() {
  search::GeneticOptions options;
  options.population = 20;
  options.tournament = 3;
  options.init_depth_low = 1;
  options.init_depth_high = 3;
  options.max_depth = 6;
  options.max_nodes = 16;
  options.constants = search::ConstantKind::Uniform;
  options.constant_low = -3.0;
  options.constant_high = 3.0;
  options.elite = 0.1;
  options.immigration = 0.1;
  options.fitness = search::Fitness::Error;
  options.parsimony = 1e-5;
  options.functions = search::parse_functions("activations");
  return options;
}

/// Best first, no two of equal score.
std::vector<Formula> finalists(const search::Archive& archive) {
  std::vector<search::Candidate> candidates = archive.front();
  std::ranges::stable_sort(candidates, {}, [](const auto& c) { return c.score.error; });
  std::vector<Formula> formulas;
  for (const search::Candidate& candidate : candidates) {
    if (formulas.size() < kFinalists) formulas.push_back(candidate.formula);
  }
  return formulas;
}

}  // namespace

std::optional<neuron::Activation> best_of_library(const PreparedData& data,
                                                  std::uint64_t seed,
                                                  const Executor& executor,
                                                  const std::stop_token& stop) {
  return best_of(library_formulas(), data, seed, executor, stop);
}

std::optional<neuron::Activation> searched_activation(const PreparedData& data,
                                                      std::uint64_t seed,
                                                      const Executor& executor,
                                                      const std::stop_token& stop) {
  const auto share =
      static_cast<std::size_t>(kTrialShare * static_cast<double>(data.n_training));
  const std::size_t n_rows = std::min(data.n_training, std::max(share, kLeastTrialRows));
  const search::NetworkObjective objective = objective_on(data, n_rows, {seed}, executor);
  search::GeneticSearch strategy(genetic_options(), formula::Shape::Scalar, seed);
  strategy.begin_with(library_formulas());
  search::DriverOptions driver;
  const double cost = static_cast<double>(n_rows) / static_cast<double>(data.n_training);
  const std::size_t n_entries = neuron::published_activations().size();
  const auto trainings = static_cast<double>((n_entries - kFinalists) * n_final_seeds(data));
  driver.budget.candidates = static_cast<std::uint64_t>(trainings / cost);
  const search::Discovery found =
      search::run_search(strategy, objective, executor, driver, nullptr, stop);
  const std::vector<Formula> best = finalists(found.archive);
  if (best.empty() || stop.stop_requested()) return std::nullopt;
  return best_of(best, data, seed, executor, stop);
}

}  // namespace neuronsmith::experiment::hajbi
