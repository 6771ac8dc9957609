#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/neuron/neuron.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/recipe.hpp"

namespace neuronsmith::experiment {

/// How one formula is chosen from a search's front.
enum class Choice : std::uint8_t {
  Criterion,   ///< least information criterion on training and validation rows together
  Validation,  ///< fitted on the training rows, least error on the validation rows
};

[[nodiscard]] std::string_view name(Choice choice);
/// Throws ConfigError naming --choose.
[[nodiscard]] Choice parse_choice(std::string_view text);

struct DiscoverOptions {
  search::Recipe recipe;
  search::DriverOptions driver;  ///< its fingerprint is filled in here
  Choice choice = Choice::Criterion;
  /// Validation rows are left out of the search, as where they choose between trained networks.
  bool training_rows_only = false;
  std::uint64_t seed = 1;
};

/// One formula of the front as it is reported.
struct FrontEntry {
  formula::Formula formula;  ///< with the coefficients of the fit
  search::Score score;
  bool is_chosen = false;
};

struct DiscoveryResult {
  neuron::Neuron neuron;  ///< the chosen one, its provenance filled in (no times: same seed, same bytes)
  search::Score score;
  std::vector<FrontEntry> front;  ///< in order of complexity
  search::Discovery search;
};

/// Throws, before any work, what discover() would throw because of the options: ConfigError, or
/// ParseError for a broken checkpoint.
void validate(const PreparedData& data, const DiscoverOptions& options);

/// Equal for searches of which one can go on from where the other ended: of the same data, recipe and
/// seed, with their checkpoint in the same place. Empty without a checkpoint.
[[nodiscard]] std::string search_identity(const PreparedData& data, const DiscoverOptions& options);

/// How a search wants the data of `options` prepared: inputs that share a scale as they are, and
/// none clipped, because a fit needs the rows as they are.
[[nodiscard]] DataOptions for_search(DataOptions options);

/// Searches on the rows of `data` that are not in its test part, or on the training rows alone where
/// `options` say so. Throws DataError when no formula
/// could be scored or none has a term form, otherwise what the search throws.
[[nodiscard]] DiscoveryResult discover(const PreparedData& data,
                                       const DiscoverOptions& options,
                                       const Executor& executor,
                                       ProgressSink* progress = nullptr,
                                       std::stop_token stop = {});

/// `discover --json` (docs/cli.md).
[[nodiscard]] Json to_json(const DiscoveryResult& result);

}  // namespace neuronsmith::experiment
