#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/core/ranks.hpp"
#include "neuronsmith/search/archive.hpp"
#include "neuronsmith/search/objective.hpp"
#include "neuronsmith/search/state_store.hpp"
#include "neuronsmith/search/strategy.hpp"

namespace neuronsmith::search {

/// How a search is driven.
struct DriverOptions {
  Budget budget;
  std::string checkpoint;            ///< file; empty: none
  double checkpoint_seconds = 30.0;  ///< at least that long between two writes
  /// What must be equal for a checkpoint to be resumed: data hash, recipe, options, seed.
  Json fingerprint = Json::object();
  bool resume = false;  ///< go on from `checkpoint` or `store` when there is a state in it
  /// Keeps the state after every generation in place of `checkpoint`; borrowed.
  StateStore* store = nullptr;
  /// Of searches that run side by side, generation by generation, each with a strategy of its own; null:
  /// this one alone. The budget of candidates is each one's. Borrowed.
  Ranks* ranks = nullptr;
};

/// The best error after so many candidates.
struct TracePoint {
  std::uint64_t candidates = 0;
  double error = 0.0;
  double criterion = 0.0;
};

/// The outcome of a search.
struct Discovery {
  Archive archive;
  std::uint64_t candidates = 0;  ///< formulas proposed
  std::uint64_t generations = 0;
  double seconds = 0.0;
  bool interrupted = false;       ///< stopped by request before the budget was spent
  std::vector<TracePoint> trace;  ///< one point per improvement of the best by criterion
};

/// Throws, before any work, what run_search would throw because of the budget or because the
/// checkpoint to resume is broken or of another search.
void validate(const DriverOptions& options);

/// Asks, scores what is new, tells, until the budget is spent or a stop is requested. Formulas with
/// equal keys are scored once. The result does not depend on the number of threads, nor on being
/// interrupted and resumed. With ranks, all of them end after the same generation. Throws what the
/// objective throws, IoError for the checkpoint, ParseError or ConfigError for a checkpoint that is
/// broken or of another search.
[[nodiscard]] Discovery run_search(Strategy& strategy,
                                   const Objective& objective,
                                   const Executor& executor,
                                   const DriverOptions& options,
                                   ProgressSink* progress = nullptr,
                                   std::stop_token stop = {});

}  // namespace neuronsmith::search
