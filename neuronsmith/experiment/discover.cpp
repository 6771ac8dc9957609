#include "neuronsmith/experiment/discover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/hash.hpp"
#include "neuronsmith/experiment/internal/pursuit.hpp"
#include "neuronsmith/experiment/internal/tensor_discovery.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/neuron/orders.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"

namespace neuronsmith::experiment {
namespace {

using search::Candidate;

constexpr std::size_t kMostRejected = 20;

using Rank = std::function<double(const Candidate&)>;

/// Front and best by criterion, and before them, when the choice goes by their errors, the last
/// generation; each part ordered by what the choice goes by.
std::vector<Candidate> ranked(std::vector<Candidate> candidates, const Rank& rank) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < candidates.size(); ++i) order.emplace_back(rank(candidates[i]), i);
  std::ranges::sort(order);
  std::vector<Candidate> result;
  for (const auto& [value, i] : order) result.push_back(std::move(candidates[i]));
  return result;
}

std::vector<Candidate> best_of_all(const search::Archive& archive) {
  std::vector<Candidate> candidates = archive.front();
  if (archive.best()) candidates.insert(candidates.begin(), *archive.best());
  return candidates;
}

/// All that can be chosen, best first.
std::vector<Candidate> eligible(const search::Archive& archive,
                                std::span<const Candidate> last_generation,
                                search::Choice choice,
                                const internal::Pursuit& pursuit) {
  const Rank rank = [&](const Candidate& candidate) {
    switch (choice) {
      case search::Choice::Error:
        return candidate.score.error;
      case search::Choice::Criterion:
        return candidate.score.criterion;
      case search::Choice::Validation:
        break;
    }
    return pursuit.holdout_error(candidate.formula);
  };
  std::vector<Candidate> all = ranked(best_of_all(archive), rank);
  if (choice != search::Choice::Error) return all;
  std::vector<Candidate> last = ranked({last_generation.begin(), last_generation.end()}, rank);
  last.insert(last.end(), all.begin(), all.end());
  return last;
}

/// Goes through the candidates until one is a neuron.
std::optional<Candidate> choose(const std::vector<Candidate>& candidates,
                                const internal::Pursuit& pursuit,
                                DiscoveryResult& result) {
  for (const Candidate& candidate : candidates) {
    auto outcome = pursuit.neuron_of(candidate.formula);
    if (auto* found = std::get_if<internal::Found>(&outcome)) {
      result.neuron = std::move(found->neuron);
      result.columns = std::move(found->columns);
      result.score = candidate.score;
      return candidate;
    }
    if (result.rejected.size() == kMostRejected) continue;
    result.rejected.push_back({candidate.formula, std::move(std::get<std::string>(outcome))});
  }
  return std::nullopt;
}

/// Why nothing was chosen, in one line.
std::string nothing_found(const PreparedData& data, const DiscoveryResult& result) {
  if (result.rejected.empty()) {
    return fmt::format("{}: the search found no formula that could be scored", data.source);
  }
  const Rejected& first = result.rejected.front();
  return fmt::format("{}: the search found no formula that is a neuron; the best one, {}, {}",
                     data.source,
                     formula::to_infix(first.formula, 5),
                     first.reason);
}

Json columns_to_json(const ColumnsFormula& columns) {
  Json names = Json::object();
  for (const auto& [index, name] : columns.names) names[fmt::format("x{}", index)] = name;
  Json json;
  json["columns_formula"] = formula::to_infix(columns.formula);
  json["columns"] = names;
  json["column"] = columns.kept ? Json(fmt::format("x{}", *columns.kept)) : Json();
  return json;
}

bool is_tensor(const DiscoverOptions& options) {
  return options.recipe.strategy == search::StrategyKind::TensorDecomposition;
}

bool sees_training_rows_only(const DiscoverOptions& options) {
  const bool validation_rows_choose =
      !is_tensor(options) && options.recipe.choice == search::Choice::Validation;
  return options.training_rows_only || validation_rows_choose;
}

Json provenance_of(const PreparedData& data,
                   const DiscoverOptions& options,
                   const DiscoveryResult& result) {
  const search::Score& score = result.score;
  Json json = search::to_json(options.recipe);
  if (result.columns) json.update(columns_to_json(*result.columns));
  if (result.columns && data.task.n_classes() > 2) {
    json["class"] = data.task.labels[internal::class_told(data)];
  }
  json["seed"] = options.seed;
  json["task"] = name(data.task.kind);
  json["target"] = data.task.target;
  json["scaling"] = name(data.preprocessor.options().scaling);
  json["data_hash"] = data.hash;
  json["rows"] = data.n_training + (sees_training_rows_only(options) ? 0 : data.n_validation);
  json["error"] = json_number(score.error);
  json["criterion"] = json_number(score.criterion);
  json["complexity"] = score.complexity;
  return json;
}

/// What a checkpoint must agree with to be gone on from.
Json fingerprint_of(const PreparedData& data, const DiscoverOptions& options) {
  Json json = search::to_json(options.recipe);
  json["seed"] = options.seed;
  json["data"] = data.hash;
  json["preprocessing"] = to_json(data.preprocessor);
  json["rows"] = {data.n_training, data.n_validation};
  json["training_rows_only"] = options.training_rows_only;
  return json;
}

search::DriverOptions driver_options(const PreparedData& data, const DiscoverOptions& options) {
  search::DriverOptions driver = options.driver;
  driver.fingerprint = fingerprint_of(data, options);
  return driver;
}

/// Formulas proposed by genetic programming, scored by the objective of the recipe's role.
DiscoveryResult by_genetic_programming(const PreparedData& data,
                                       const DiscoverOptions& options,
                                       const Executor& executor,
                                       ProgressSink* progress,
                                       const std::stop_token& stop) {
  const search::Recipe& recipe = options.recipe;
  const auto pursuit = internal::pursuit_of(data, recipe, sees_training_rows_only(options));
  const search::Objective& objective = pursuit->objective();
  search::GeneticSearch strategy(recipe.genetic, pursuit->inputs(), options.seed);

  DiscoveryResult result;
  if (recipe.role == search::Role::Activation && data.task.kind != TaskKind::Regression) {
    result.loss = search::Loss::LogLoss;
  }
  result.search =
      search::run_search(strategy, objective, executor, options.driver, progress, stop);
  const auto chosen = choose(
      eligible(result.search.archive, strategy.population(), recipe.choice, *pursuit),
      *pursuit,
      result);
  if (!chosen) throw DataError(nothing_found(data, result));
  const std::uint64_t chosen_key = objective.key(chosen->formula);
  for (const Candidate& candidate : result.search.archive.front()) {
    result.front.push_back({objective.fitted(candidate.formula),
                            candidate.score,
                            objective.key(candidate.formula) == chosen_key});
  }
  return result;
}

}  // namespace

void validate(const PreparedData& data, const DiscoverOptions& options) {
  options.recipe.validate();
  if (is_tensor(options)) {
    internal::require_tensor_rows(data, options);
  } else if (options.recipe.choice == search::Choice::Validation && data.n_validation == 0) {
    throw ConfigError("--choose validation needs validation rows, and --split leaves none");
  }
  search::validate(driver_options(data, options));
}

std::string search_identity(const PreparedData& data, const DiscoverOptions& options) {
  if (options.driver.checkpoint.empty()) return {};
  const std::string fingerprint = fingerprint_of(data, options).dump();
  Hasher hasher;
  hasher.update(std::as_bytes(std::span(fingerprint)));
  return hasher.hex() + " " + std::filesystem::absolute(options.driver.checkpoint).string();
}

DataOptions for_search(DataOptions options, const search::Recipe& recipe) {
  options.keep_shared_scale = recipe.role == search::Role::Aggregation;
  options.clip = false;
  return options;
}

Scaling search_target_scaling(const search::Recipe& recipe) {
  return recipe.role == search::Role::Aggregation ? Scaling::None : Scaling::Standard;
}

DiscoveryResult discover(const PreparedData& data,
                         const DiscoverOptions& options,
                         const Executor& executor,
                         ProgressSink* progress,
                         std::stop_token stop) {
  validate(data, options);
  const auto search = is_tensor(options) ? internal::by_tensor_decomposition : by_genetic_programming;
  DiscoverOptions resolved = options;
  resolved.driver = driver_options(data, options);
  DiscoveryResult result = search(data, resolved, executor, progress, stop);
  result.neuron.provenance = provenance_of(data, options, result);
  return result;
}

Json to_json(const DiscoveryResult& result) {
  Json front = Json::array();
  for (const FrontEntry& entry : result.front) {
    front.push_back({{"formula", formula::to_infix(entry.formula)},
                     {"error", json_number(entry.score.error)},
                     {"complexity", entry.score.complexity},
                     {"criterion", json_number(entry.score.criterion)},
                     {"chosen", entry.is_chosen}});
  }
  Json json;
  json["formula"] = formula::to_infix(result.neuron.formula);
  json["loss"] = search::name(result.loss);
  if (result.columns) {
    json["activation"] = neuron::to_json(*result.neuron.activation);
    json.update(columns_to_json(*result.columns));
    json["collapse"] = result.neuron.provenance["collapse"];
    json["rejected"] = Json::array();
    for (const Rejected& rejected : result.rejected) {
      json["rejected"].push_back(
          {{"formula", formula::to_infix(rejected.formula)}, {"reason", rejected.reason}});
    }
  }
  json["terms"] = neuron::to_json(result.neuron.aggregation);
  json["bias"] = json_number(result.neuron.aggregation.bias);
  json["score"] = json_number(result.score.error);
  json["criterion"] = json_number(result.score.criterion);
  json["complexity"] = result.score.complexity;
  json["front"] = front;
  const auto orders = neuron::orders_of(result.neuron.aggregation);
  if (orders && !result.columns) {
    json["orders"] = neuron::to_json(*orders);
  }
  if (result.tensor) {
    json.update(internal::to_json(*result.tensor));
  } else {
    json["candidates"] = result.search.candidates;
    json["generations"] = result.search.generations;
  }
  json["interrupted"] = result.search.interrupted;
  json["seconds"] = result.search.seconds;
  json["seed"] = result.neuron.provenance["seed"];
  return json;
}

}  // namespace neuronsmith::experiment
