#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/experiment/compare.hpp"

namespace neuronsmith::experiment {

/// A table as read, and the options that name it.
struct TransferTable {
  SourceTables tables;
  DataOptions options;
};

/// Neurons on several tables: what compare() says of each, with p values for all of them together.
struct Transfer {
  std::vector<Comparison> comparisons;  ///< one a table, with the same rows in the same order
  bool interrupted = false;
  double seconds = 0.0;
};

/// The name under which a table's own discovery takes part.
inline constexpr const char* kSpecialist = "specialist";

/// Those of `list` (parse_contenders), after them relu, gelu and silu where they are not in it, and
/// `specialist`, the activation that the recipe `activation-gp` discovers on each repeat's own
/// training rows; without it where `with_specialist` is false.
[[nodiscard]] std::vector<Contender> transfer_contenders(
    std::string_view list,
    bool with_specialist,
    const neuron::UserLibrary& library = neuron::UserLibrary());

/// compare() on each of `tables`, one after the other; repeats run side by side. Holm's correction
/// is for all rows of all tables together. A stop request leaves the
/// tables that are finished, and of the one under way the finished repeats.
///
/// Throws ConfigError for a table that is given twice, otherwise what compare() throws.
[[nodiscard]] Transfer transfer(std::span<const TransferTable> tables,
                                const CompareOptions& options,
                                const Executor& executor,
                                ProgressSink* progress = nullptr,
                                std::stop_token stop = {});

/// `transfer --json` (docs/cli.md).
[[nodiscard]] Json to_json(const Transfer& transfer);

}  // namespace neuronsmith::experiment
