#pragma once

#include <stop_token>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/experiment/discover.hpp"

namespace neuronsmith::experiment::internal {

/// Throws ConfigError naming --batch where there are fewer rows than a batch, DataError where the
/// search would take more memory than the machine has.
void require_tensor_rows(const PreparedData& data, const DiscoverOptions& options);

/// The tensor search of a recipe on the rows that it may see.
[[nodiscard]] search::tensor::TensorDiscovery tensor_discovery_of(const PreparedData& data,
                                                                  const DiscoverOptions& options,
                                                                  const Executor& executor,
                                                                  ProgressSink* progress,
                                                                  const std::stop_token& stop);

/// What the restarts of a tensor search agree on, as a neuron without provenance. The front is the
/// structures that restarts found.
[[nodiscard]] DiscoveryResult by_tensor_decomposition(const PreparedData& data,
                                                      const DiscoverOptions& options,
                                                      const Executor& executor,
                                                      ProgressSink* progress,
                                                      const std::stop_token& stop);

/// What restarts found and what they agree on, no structure twice, as formulas for a role: aggregations;
/// activations, a power of x for every order, as a power of a sum holds the product of that order;
/// whole neurons, every aggregation with every published function of the library.
[[nodiscard]] std::vector<formula::Formula> structures_of(
    const search::tensor::TensorDiscovery& discovery, search::Role role);

/// The keys that `discover --json` has of a tensor search: restarts, agreement, fallback.
[[nodiscard]] Json to_json(const search::tensor::TensorDiscovery& discovery);

}  // namespace neuronsmith::experiment::internal
