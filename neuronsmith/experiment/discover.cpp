#include "neuronsmith/experiment/discover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/hash.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/fit_objective.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"

namespace neuronsmith::experiment {
namespace {

using search::Candidate;

/// The rows of a part as a fit sees them: classes as indicator columns.
struct FitRows {
  FitRows(const network::Part& part, const Task& task) {
    data.features = part.features;
    if (task.kind == TaskKind::Regression) {
      data.targets = {part.target};
      return;
    }
    const std::size_t n_indicators = task.n_classes() == 2 ? 1 : task.n_classes();
    for (std::size_t k = 0; k < n_indicators; ++k) {
      const auto label = static_cast<std::uint32_t>(n_indicators == 1 ? 1 : k);
      std::vector<float>& indicator = indicators.emplace_back();
      for (const std::uint32_t c : part.classes) indicator.push_back(c == label ? 1.0F : 0.0F);
    }
    data.targets.assign(indicators.begin(), indicators.end());
  }
  FitRows(const FitRows&) = delete;
  FitRows& operator=(const FitRows&) = delete;

  std::vector<std::vector<float>> indicators;
  search::FitData data;
};

std::optional<neuron::Neuron> neuron_of(const formula::Formula& fitted) {
  auto aggregation = neuron::to_aggregation(fitted);
  if (std::holds_alternative<neuron::NoTermForm>(aggregation)) return std::nullopt;
  neuron::Neuron neuron;
  neuron.formula = fitted;
  neuron.aggregation = std::get<neuron::Aggregation>(std::move(aggregation));
  return neuron;
}

/// Front and best by criterion, each formula once, ordered by what the choice goes by.
std::vector<Candidate> ranked(const search::Archive& archive,
                              const std::function<double(const Candidate&)>& rank) {
  std::vector<Candidate> candidates = archive.front();
  if (archive.best()) candidates.insert(candidates.begin(), *archive.best());
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < candidates.size(); ++i) order.emplace_back(rank(candidates[i]), i);
  std::ranges::sort(order);
  std::vector<Candidate> result;
  for (const auto& [value, i] : order) result.push_back(candidates[i]);
  return result;
}

Json provenance_of(const PreparedData& data,
                   const DiscoverOptions& options,
                   const search::Score& score,
                   std::size_t n_rows) {
  Json json = search::to_json(options.recipe);
  json["choose"] = name(options.choice);
  json["seed"] = options.seed;
  json["task"] = name(data.task.kind);
  json["target"] = data.task.target;
  json["scaling"] = name(data.preprocessor.options().scaling);
  json["data_hash"] = data.hash;
  json["rows"] = n_rows;
  json["error"] = json_number(score.error);
  json["criterion"] = json_number(score.criterion);
  json["complexity"] = score.complexity;
  return json;
}

/// What a checkpoint must agree with to be gone on from.
Json fingerprint_of(const PreparedData& data, const DiscoverOptions& options) {
  Json json = search::to_json(options.recipe);
  json["choose"] = name(options.choice);
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

}  // namespace

std::string_view name(Choice choice) {
  return choice == Choice::Criterion ? "criterion" : "validation";
}

Choice parse_choice(std::string_view text) {
  for (const Choice choice : {Choice::Criterion, Choice::Validation}) {
    if (text == name(choice)) return choice;
  }
  throw ConfigError(fmt::format("--choose must be criterion or validation, not \"{}\"", text));
}

void validate(const PreparedData& data, const DiscoverOptions& options) {
  if (options.choice == Choice::Validation && data.n_validation == 0) {
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

DataOptions for_search(DataOptions options) {
  options.keep_shared_scale = true;
  options.clip = false;
  return options;
}

DiscoveryResult discover(const PreparedData& data,
                         const DiscoverOptions& options,
                         const Executor& executor,
                         ProgressSink* progress,
                         std::stop_token stop) {
  validate(data, options);
  const bool by_validation = options.choice == Choice::Validation;
  const bool training_only = by_validation || options.training_rows_only;
  const FitRows rows(training_only ? data.training() : data.known(), data.task);
  const FitRows holdout(data.validation(), data.task);
  const search::FitObjective objective(rows.data, options.recipe.fit);
  search::GeneticSearch strategy(options.recipe.genetic, formula::Shape::Vector, options.seed);

  DiscoveryResult result;
  result.search = search::run_search(
      strategy, objective, executor, driver_options(data, options), progress, stop);
  const auto rank = [&](const Candidate& candidate) {
    return by_validation ? objective.holdout_error(candidate.formula, holdout.data)
                         : candidate.score.criterion;
  };
  std::optional<Candidate> chosen;
  for (const Candidate& candidate : ranked(result.search.archive, rank)) {
    auto neuron = neuron_of(objective.fitted(candidate.formula));
    if (!neuron) continue;
    result.neuron = std::move(*neuron);
    result.score = candidate.score;
    chosen = candidate;
    break;
  }
  if (!chosen) {
    throw DataError(fmt::format(
        "{}: the search found no formula of x that is a neuron", data.source));
  }
  result.neuron.provenance =
      provenance_of(data, options, result.score, rows.data.features.n_rows);
  const std::uint64_t chosen_key = objective.key(chosen->formula);
  for (const Candidate& candidate : result.search.archive.front()) {
    result.front.push_back({objective.fitted(candidate.formula),
                            candidate.score,
                            objective.key(candidate.formula) == chosen_key});
  }
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
  json["terms"] = neuron::to_json(result.neuron.aggregation);
  json["bias"] = json_number(result.neuron.aggregation.bias);
  json["score"] = json_number(result.score.error);
  json["criterion"] = json_number(result.score.criterion);
  json["complexity"] = result.score.complexity;
  json["front"] = front;
  json["candidates"] = result.search.candidates;
  json["generations"] = result.search.generations;
  json["interrupted"] = result.search.interrupted;
  json["seconds"] = result.search.seconds;
  json["seed"] = result.neuron.provenance["seed"];
  return json;
}

}  // namespace neuronsmith::experiment
