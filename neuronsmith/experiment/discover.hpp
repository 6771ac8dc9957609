#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/core/ranks.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/neuron/neuron.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/evolution/model_proposer.hpp"
#include "neuronsmith/search/recipe.hpp"
#include "neuronsmith/search/tensor/tensor_search.hpp"

namespace neuronsmith::experiment {

struct DiscoverOptions {
  search::Recipe recipe;
  search::DriverOptions driver;  ///< its fingerprint and store are filled in here
  /// StrategyKind::ProgramEvolution: file that keeps all programs (search/evolution/program_database.hpp),
  /// in place of the driver's checkpoint; empty: none.
  std::string database;
  /// StrategyKind::ProgramEvolution with a database: a language model that proposes formulas. Nothing of
  /// it is part of what a search must agree with to be gone on with: its answers are not reproducible, and
  /// a search may go on with another model, another share or none.
  std::optional<search::evolution::ModelOptions> model;
  /// Validation rows are left out of the search, as where they choose between trained networks.
  bool training_rows_only = false;
  std::uint64_t seed = 1;
  /// StrategyKind::ProgramEvolution: processes that each evolve islands of their own, in step; the first one
  /// keeps the database and chooses. Null: this one alone. Borrowed.
  Ranks* ranks = nullptr;
};

/// One formula of the front as it is reported.
struct FrontEntry {
  formula::Formula formula;  ///< with the coefficients of the fit
  search::Score score;
  bool is_chosen = false;
};

/// The formula of columns that an activation was made from.
struct ColumnsFormula {
  formula::Formula formula;          ///< with what was fitted; of x after a univariate search
  std::map<int, std::string> names;  ///< of the columns that it reads, by index
  std::optional<int> kept;           ///< the column that became x, where the others went to their means
};

/// A formula that would have been chosen, were it a neuron.
struct Rejected {
  formula::Formula formula;
  std::string reason;
};

/// What the errors of a discovery are.
enum class ErrorKind : std::uint8_t {
  SquaredError,  ///< over the variance of the target
  LogLoss,
  Ratio,  ///< of losses of networks to those of the reference: search/network_objective.hpp
};
/// "squared_error", "log_loss", "ratio"
[[nodiscard]] std::string_view name(ErrorKind kind);

/// What came of a language model's proposals, in all runs of a search together.
struct ModelSummary {
  std::string model;         ///< of this run
  std::size_t accepted = 0;  ///< proposals that were scored
  std::size_t refused = 0;   ///< entries of the log: proposals, or replies without any
  std::size_t failed = 0;    ///< requests
};
/// "model", "accepted", "refused", "failed_requests"
[[nodiscard]] Json to_json(const ModelSummary& summary);

struct DiscoveryResult {
  neuron::Neuron neuron;  ///< the chosen one, its provenance filled in (no times: same seed, same bytes)
  search::Score score;
  std::vector<FrontEntry> front;  ///< Pareto front of error and complexity, in order of complexity
  /// Of networks the front of error, loss within the distribution, cost and complexity; otherwise empty.
  std::vector<FrontEntry> tradeoffs;
  /// Choice::Validation among networks: what was trained anew, best first; otherwise empty.
  std::vector<FrontEntry> finalists;
  std::optional<ColumnsFormula> columns;  ///< of a recipe for activations
  std::vector<Rejected> rejected;         ///< in the order of the choice, at most 20
  ErrorKind error_kind = ErrorKind::SquaredError;
  search::Discovery search;  ///< of a tensor search only the seconds and whether it was interrupted
  std::optional<search::tensor::TensorDiscovery> tensor;  ///< of a tensor search
  std::optional<ModelSummary> model;                      ///< of a search with a language model
};

/// Throws, before any work, what discover() would throw because of the options: ConfigError, or
/// ParseError for a broken checkpoint.
void validate(const PreparedData& data, const DiscoverOptions& options);
/// The same of a search on synthetic worlds.
void validate(const DiscoverOptions& options);

/// Equal for searches of which one can go on from where the other ended: of the same data, recipe and
/// seed, with their checkpoint or database in the same place. Empty without either.
[[nodiscard]] std::string search_identity(const PreparedData& data, const DiscoverOptions& options);
[[nodiscard]] std::string search_identity(const DiscoverOptions& options);

/// How a search wants the data of `options` prepared: for aggregations inputs that share a scale as
/// they are, and none clipped, because a fit needs the rows as they are.
[[nodiscard]] DataOptions for_search(DataOptions options, const search::Recipe& recipe);

/// How a search wants a number to predict scaled where the user does not say: for aggregations not
/// at all, so that a law's coefficients are those of its own unit; for activations to Standard, as
/// a formula has no scale and offset of its own.
[[nodiscard]] Scaling search_target_scaling(const search::Recipe& recipe);

/// Searches on the rows of `data` that are not in its test part, or on the training rows alone where
/// `options` say so. On a rank that is not the first the result has neither neuron nor front. Throws DataError when no formula
/// could be scored or none is a neuron, otherwise what the search throws.
[[nodiscard]] DiscoveryResult discover(const PreparedData& data,
                                       const DiscoverOptions& options,
                                       const Executor& executor,
                                       ProgressSink* progress = nullptr,
                                       std::stop_token stop = {});
/// On synthetic worlds: for recipes of ObjectiveKind::Network.
[[nodiscard]] DiscoveryResult discover(const DiscoverOptions& options,
                                       const Executor& executor,
                                       ProgressSink* progress = nullptr,
                                       std::stop_token stop = {});

/// `discover --json` (docs/cli.md).
[[nodiscard]] Json to_json(const DiscoveryResult& result);

}  // namespace neuronsmith::experiment
