#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/neuron/aggregation.hpp"
#include "neuronsmith/neuron/orders.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/tensor/structure_fit.hpp"
#include "neuronsmith/search/tensor/tensor_options.hpp"
#include "neuronsmith/search/tensor/tensor_rows.hpp"

namespace neuronsmith::search::tensor {

/// What one restart found.
struct Restart {
  std::uint32_t index = 0;
  std::vector<TensorTerm> terms;  ///< one an order and stream, its rank the sum of all
  double loss = 0.0;              ///< over that of a constant: on the rows fitted to,
  double holdout_loss = 0.0;  ///< and on those held out (as published: the loss of the last epoch)
};

/// How many restarts have a term.
struct TermVotes {
  TensorTerm term;  ///< rank: the median of those that have it
  std::size_t votes = 0;
};

/// The outcome of a tensor search.
struct TensorDiscovery {
  std::vector<Restart> restarts;  ///< those that were finished, in order
  std::vector<TermVotes> votes;   ///< every term that some restart found, pure ones first
  std::vector<TensorTerm> terms;  ///< what more than half of the restarts have
  /// No term was found by most restarts, and the pure term of order 1 stands for them.
  bool is_fallback = false;
  StructureFit fit;  ///< of `terms` to all rows
  double seconds = 0.0;
  bool interrupted = false;
};

/// Searches options.restarts times, each time with first weights, order of rows and rows held out
/// of its own, and keeps what most searches agree on: gated search, then proof (gated_search.hpp,
/// proof.hpp); `as_published` the gates alone. Restarts run side by side; the result does not
/// depend on the number of threads. Finished restarts are written to the checkpoint and not done
/// again by a resumed search. budget.minutes: no restart begins after that, but one always ends;
/// other budgets have no meaning. Throws what a checkpoint throws; DataError where no restart was
/// finished.
[[nodiscard]] TensorDiscovery run_tensor_search(const TensorRows& rows,
                                                const TensorOptions& options,
                                                std::uint64_t seed,
                                                const Executor& executor,
                                                const DriverOptions& driver,
                                                ProgressSink* progress = nullptr,
                                                const std::stop_token& stop = {});

/// The term form: pure terms with the mean of their weights over inputs and the first output as
/// coefficient, in the units of inputs and target; products with coefficient 1, their weights free.
[[nodiscard]] neuron::Aggregation to_aggregation(const StructureFit& fit, const TensorRows& rows);
/// The same without a fit: coefficients 1, no bias.
[[nodiscard]] neuron::Aggregation to_aggregation(const std::vector<TensorTerm>& terms);

/// Bytes that a search in one thread takes for so many rows and inputs, about.
[[nodiscard]] double memory_needed(const TensorOptions& options,
                                   std::size_t n_rows,
                                   std::size_t n_inputs,
                                   std::size_t n_outputs);

}  // namespace neuronsmith::search::tensor
