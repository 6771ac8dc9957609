#include "neuronsmith/experiment/discover.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/hash.hpp"
#include "neuronsmith/experiment/internal/choice.hpp"
#include "neuronsmith/experiment/internal/pursuit.hpp"
#include "neuronsmith/experiment/internal/strategies.hpp"
#include "neuronsmith/experiment/internal/tensor_discovery.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/network/cohort.hpp"
#include "neuronsmith/neuron/orders.hpp"
#include "neuronsmith/search/evolution/program_database.hpp"
#include "neuronsmith/search/evolution/shared_programs.hpp"

namespace neuronsmith::experiment {
namespace {

using search::evolution::ModelProposer;
using search::evolution::ProgramDatabase;
using search::evolution::ProgramStore;
using search::Score;

Json columns_to_json(const ColumnsFormula& columns) {
  Json names = Json::object();
  for (const auto& [index, name] : columns.names) names[fmt::format("x{}", index)] = name;
  Json json;
  json["columns_formula"] = formula::to_infix(columns.formula);
  json["columns"] = names;
  json["column"] = columns.kept ? Json(fmt::format("x{}", *columns.kept)) : Json();
  return json;
}

bool sees_training_rows_only(const DiscoverOptions& options) {
  const search::Recipe& recipe = options.recipe;
  const bool validation_rows_choose =
      recipe.has_choice() && recipe.choice == search::Choice::Validation;
  return options.training_rows_only || validation_rows_choose || recipe.is_network();
}

/// With the rows that a tensor search may see.
DiscoverOptions for_structures(DiscoverOptions options) {
  options.training_rows_only = sees_training_rows_only(options);
  return options;
}

Json data_to_json(const PreparedData& data, const DiscoverOptions& options) {
  return {{"task", name(data.task.kind)},
          {"target", data.task.target},
          {"scaling", name(data.preprocessor.options().scaling)},
          {"data_hash", data.hash},
          {"rows", data.n_training + (sees_training_rows_only(options) ? 0 : data.n_validation)}};
}

/// `data` is null in a search on synthetic worlds, here and below.
Json provenance_of(const PreparedData* data,
                   const DiscoverOptions& options,
                   const DiscoveryResult& result) {
  Json json = search::to_json(options.recipe);
  if (result.columns) json.update(columns_to_json(*result.columns));
  if (result.columns && data->task.n_classes() > 2) {
    json["class"] = data->task.labels[internal::class_told(*data)];
  }
  json["seed"] = options.seed;
  if (data != nullptr) {
    json.update(data_to_json(*data, options));
  } else {
    json["worlds"] = search::to_json(options.recipe.worlds);
  }
  json.update(search::to_json(result.score));
  for (const FrontEntry& finalist : result.finalists) {
    if (finalist.is_chosen) json["anew"] = search::to_json(finalist.score);
  }
  if (result.model && result.model->accepted > 0) {
    json["llm"] = {{"model", result.model->model}, {"accepted", result.model->accepted}};
  }
  return json;
}

/// What a checkpoint must agree with to be gone on from.
Json fingerprint_of(const PreparedData* data, const DiscoverOptions& options) {
  Json json = search::to_json(options.recipe);
  json["seed"] = options.seed;
  json["training_rows_only"] = options.training_rows_only;
  if (options.ranks != nullptr) json["ranks"] = options.ranks->size();
  if (options.recipe.is_network()) json["trainings"] = network::Cohort::kVersion;
  if (data == nullptr) {
    json["worlds"] = search::to_json(options.recipe.worlds);
    return json;
  }
  json["data"] = data->hash;
  json["preprocessing"] = to_json(data->preprocessor);
  json["rows"] = {data->n_training, data->n_validation};
  if (data->is_shifted) json["shifted"] = true;
  return json;
}

/// `store` may be null.
search::DriverOptions driver_options(const PreparedData* data,
                                     const DiscoverOptions& options,
                                     search::StateStore* store) {
  search::DriverOptions driver = options.driver;
  driver.fingerprint = fingerprint_of(data, options);
  driver.store = store;
  driver.ranks = options.ranks;
  std::optional<std::uint64_t>& candidates = driver.budget.candidates;
  if (candidates && options.ranks != nullptr) {
    candidates = (*candidates + options.ranks->size() - 1) / options.ranks->size();
  }
  return driver;
}

bool is_first(const DiscoverOptions& options) {
  return options.ranks == nullptr || options.ranks->is_first();
}

/// Null where none is wanted, and on other ranks than the first. One that holds a search is not begun anew.
std::unique_ptr<ProgramDatabase> database_of(const DiscoverOptions& options) {
  const bool keeps_programs =
      options.recipe.is_evolution() && !options.database.empty() && is_first(options);
  if (!keeps_programs) return nullptr;
  auto database = std::make_unique<ProgramDatabase>(options.database);
  if (!options.driver.resume && database->has_state()) {
    throw ConfigError(fmt::format(
        "--database {}: it holds a search already; --resume goes on with it", options.database));
  }
  return database;
}

/// The programs of all ranks, or of this process alone. Null where none are kept.
std::unique_ptr<ProgramStore> store_of(const DiscoverOptions& options, ProgramDatabase* database) {
  if (options.ranks == nullptr || options.database.empty()) return nullptr;
  return std::make_unique<search::evolution::SharedPrograms>(*options.ranks, database);
}

void require_place_for_model(const DiscoverOptions& options) {
  if (!options.model) return;
  options.model->validate();
  if (!options.recipe.is_evolution()) {
    throw ConfigError(fmt::format("--llm-url: --recipe {} has no such option, a language model takes part in "
                                  "program evolution alone",
                                  options.recipe.name));
  }
  if (options.database.empty()) throw ConfigError("--llm-url: a language model needs a --database");
}

std::unique_ptr<internal::Pursuit> pursuit_of(const PreparedData* data,
                                              const DiscoverOptions& options,
                                              const internal::NetworkSetting& setting) {
  if (options.recipe.is_network()) {
    return internal::network_pursuit(data, options.recipe, options.training_rows_only, setting);
  }
  return internal::fit_pursuit(*data, options.recipe, sees_training_rows_only(options));
}

/// That the search may begin, or go on, where its state is kept.
void require_place(const PreparedData* data, const DiscoverOptions& options) {
  if (options.ranks != nullptr) {
    if (!options.recipe.is_evolution()) {
      throw ConfigError("mpirun: of all searches only --strategy evolution runs on several processes");
    }
    options.driver.budget.validate();
    static_cast<void>(database_of(options));
    return;
  }
  const auto database = database_of(options);
  search::validate(driver_options(data, options, database.get()));
}

ErrorKind error_kind_of(const PreparedData* data, const DiscoverOptions& options) {
  if (options.recipe.is_network()) return ErrorKind::Ratio;
  const bool is_log_loss = options.recipe.role == search::Role::Activation &&
                           data->task.kind != TaskKind::Regression;
  return is_log_loss ? ErrorKind::LogLoss : ErrorKind::SquaredError;
}

std::string source_of(const PreparedData* data) {
  return data != nullptr ? data->source : "synthetic worlds";
}

/// Null where none is wanted.
std::unique_ptr<ModelProposer> proposer_of(const PreparedData* data,
                                           const DiscoverOptions& options,
                                           ProgressSink* progress) {
  if (!options.model) return nullptr;
  search::evolution::ModelTask task{.score = internal::score_text(options.recipe, data != nullptr)};
  if (options.recipe.is_network()) task.max_cost = options.recipe.trials.max_cost;
  return std::make_unique<ModelProposer>(options.model->chat, std::move(task), progress);
}

ModelSummary summary_of(const ProgramDatabase& database, const std::string& model) {
  return {.model = model,
          .accepted = database.count_programs(search::evolution::Origin::Model),
          .refused = database.count_log("refusal"),
          .failed = database.count_log("failure")};
}

/// Formulas proposed by a strategy, scored by the objective of the recipe's role.
DiscoveryResult by_strategy(const PreparedData* data,
                            const DiscoverOptions& options,
                            const Executor& executor,
                            ProgressSink* progress,
                            const std::stop_token& stop) {
  const std::unique_ptr<ProgramDatabase> database = database_of(options);
  const std::unique_ptr<ProgramStore> shared = store_of(options, database.get());
  ProgramStore* const store = shared != nullptr ? shared.get() : database.get();
  const auto pursuit = pursuit_of(data,
                                  options,
                                  {.executor = executor,
                                   .seed = options.seed,
                                   .store = store,
                                   .progress = progress,
                                   .stop = stop});
  const auto proposer = proposer_of(data, options, progress);
  const auto strategy = internal::strategy_of(
      options.recipe,
      pursuit->inputs(),
      options.seed,
      {.store = store,
       .ranks = options.ranks,
       .proposer = proposer.get(),
       .share = options.model ? options.model->share : 0.0,
       .stop = stop});
  DiscoveryResult result;
  result.search = search::run_search(*strategy,
                                     pursuit->objective(),
                                     executor,
                                     driver_options(data, options, store),
                                     progress,
                                     stop);
  internal::Pool pool = internal::pool_of(result.search.archive, strategy->standing());
  if (options.ranks != nullptr) pool = internal::gathered(pool, *options.ranks, result.search);
  if (!is_first(options)) return result;
  if (options.model && database != nullptr) result.model = summary_of(*database, options.model->chat.model);
  result.error_kind = error_kind_of(data, options);
  internal::conclude(
      std::move(pool), options.recipe, source_of(data), *pursuit, executor, result);
  return result;
}

/// The structures that a tensor search found, scored by the objective of the recipe's role.
DiscoveryResult by_structures(const PreparedData& data,
                              const DiscoverOptions& options,
                              const Executor& executor,
                              ProgressSink* progress,
                              const std::stop_token& stop) {
  DiscoveryResult result;
  result.tensor =
      internal::tensor_discovery_of(data, for_structures(options), executor, progress, stop);
  result.search.seconds = result.tensor->seconds;
  const auto pursuit = pursuit_of(
      &data, options, {.executor = executor, .seed = options.seed, .progress = progress, .stop = stop});
  const std::vector<formula::Formula> formulas =
      internal::structures_of(*result.tensor, options.recipe.role);
  const std::vector<Score> scores = pursuit->objective().score(formulas, executor);
  result.search.interrupted = result.tensor->interrupted || scores.size() < formulas.size();
  for (std::size_t i = 0; i < scores.size(); ++i) {
    result.search.archive.add({formulas[i], scores[i]});
  }
  result.search.candidates = scores.size();
  result.error_kind = error_kind_of(&data, options);
  internal::conclude(internal::pool_of(result.search.archive, {}),
                     options.recipe,
                     source_of(&data),
                     *pursuit,
                     executor,
                     result);
  return result;
}

std::string identity_of(const PreparedData* data, const DiscoverOptions& options) {
  const std::string& place =
      options.database.empty() ? options.driver.checkpoint : options.database;
  if (place.empty()) return {};
  const std::string fingerprint = fingerprint_of(data, options).dump();
  Hasher hasher;
  hasher.update(std::as_bytes(std::span(fingerprint)));
  return hasher.hex() + " " + std::filesystem::absolute(place).string();
}

}  // namespace

std::string_view name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::SquaredError:
      return search::name(search::Loss::SquaredError);
    case ErrorKind::LogLoss:
      return search::name(search::Loss::LogLoss);
    case ErrorKind::Ratio:
      break;
  }
  return "ratio";
}

void validate(const PreparedData& data, const DiscoverOptions& options) {
  options.recipe.validate();
  require_place_for_model(options);
  if (options.recipe.is_tensor()) internal::require_tensor_rows(data, for_structures(options));
  if (options.recipe.is_network()) {
    internal::require_network_rows(data, options.training_rows_only);
  } else if (options.recipe.has_choice() && options.recipe.choice == search::Choice::Validation &&
             data.n_validation == 0) {
    throw ConfigError("--choose validation needs validation rows, and --split leaves none");
  }
  require_place(&data, options);
}

void validate(const DiscoverOptions& options) {
  options.recipe.validate();
  require_place_for_model(options);
  if (options.recipe.is_tensor() || !options.recipe.is_network()) {
    throw ConfigError(fmt::format("--data: --recipe {} searches on a table; only --objective network of "
                                  "genetic programming and evolution can do without",
                                  options.recipe.name));
  }
  require_place(nullptr, options);
}

std::string search_identity(const PreparedData& data, const DiscoverOptions& options) {
  return identity_of(&data, options);
}

std::string search_identity(const DiscoverOptions& options) {
  return identity_of(nullptr, options);
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
  DiscoverOptions resolved = options;
  resolved.driver.fingerprint = fingerprint_of(&data, options);
  DiscoveryResult result =
      !options.recipe.has_choice()
          ? internal::by_tensor_decomposition(data, resolved, executor, progress, stop)
      : options.recipe.is_tensor() ? by_structures(data, resolved, executor, progress, stop)
                           : by_strategy(&data, resolved, executor, progress, stop);
  if (is_first(options)) result.neuron.provenance = provenance_of(&data, options, result);
  return result;
}

DiscoveryResult discover(const DiscoverOptions& options,
                         const Executor& executor,
                         ProgressSink* progress,
                         std::stop_token stop) {
  validate(options);
  DiscoveryResult result = by_strategy(nullptr, options, executor, progress, stop);
  if (is_first(options)) result.neuron.provenance = provenance_of(nullptr, options, result);
  return result;
}

Json to_json(const std::vector<FrontEntry>& entries) {
  Json json = Json::array();
  for (const FrontEntry& entry : entries) {
    Json& item = json.emplace_back(search::to_json(entry.score));
    item["formula"] = formula::to_infix(entry.formula);
    item["chosen"] = entry.is_chosen;
  }
  return json;
}

Json to_json(const ModelSummary& summary) {
  return {{"model", summary.model},
          {"accepted", summary.accepted},
          {"refused", summary.refused},
          {"failed_requests", summary.failed}};
}

Json to_json(const DiscoveryResult& result) {
  Json json;
  json["formula"] = formula::to_infix(result.neuron.formula);
  json["loss"] = name(result.error_kind);
  if (result.neuron.activation) {
    json["activation"] = neuron::to_json(*result.neuron.activation);
  }
  if (result.columns) {
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
  json["front"] = to_json(result.front);
  if (!result.tradeoffs.empty()) json["tradeoffs"] = to_json(result.tradeoffs);
  if (!result.finalists.empty()) json["finalists"] = to_json(result.finalists);
  const auto orders = neuron::orders_of(result.neuron.aggregation);
  if (orders && !result.columns) {
    json["orders"] = neuron::to_json(*orders);
  }
  if (result.tensor) json.update(internal::to_json(*result.tensor));
  if (result.search.candidates > 0) {
    json["candidates"] = result.search.candidates;
    json["generations"] = result.search.generations;
  }
  if (result.model) json["llm"] = to_json(*result.model);
  json["interrupted"] = result.search.interrupted;
  json["seconds"] = result.search.seconds;
  json["seed"] = result.neuron.provenance["seed"];
  return json;
}

}  // namespace neuronsmith::experiment
