#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/neuron/orders.hpp"

/// What is set to the recovery of orders.
namespace neuronsmith::experiment::recovery {

/// Names of the methods: every recipe for aggregations as it is, kPublishedMethod, and `scalar-gp`,
/// plain genetic programming on named columns.
[[nodiscard]] std::vector<std::string> order_methods();
/// The recipe neuronseek as published: one search, its gates alone.
inline constexpr const char* kPublishedMethod = "neuronseek-published";
/// The recipe vsr with functions add, mul and dot and four weight vectors, without which it has no
/// interactions: 2000 formulas, whose weight vectors are fitted one by one, at ten inputs a
/// minute or two a search. A method for those who ask for it.
inline constexpr const char* kWeightedMethod = "vsr-weights";
/// Throws ConfigError naming --methods, with the names that exist.
void require_method(const std::string& method);

/// What a search came to.
struct OrderFinding {
  std::optional<neuron::OrderSet> orders;  ///< absent where it found nothing that has orders
  std::string formula;                     ///< as found; empty where there is none
  double seconds = 0.0;                    ///< of the search, wall clock
};

/// How a method is run.
struct OrderSearch {
  std::string method;  ///< one of order_methods(), or kWeightedMethod
  std::uint64_t seed = 1;
  /// Wall-clock limit; where it is reached, the finding depends on the clock.
  std::optional<double> seconds;
};

/// Searches the training rows. After a stop request the finding is what there was by then.
[[nodiscard]] OrderFinding find_orders(const OrderSearch& search,
                                       const PreparedData& data,
                                       const Executor& executor,
                                       const std::stop_token& stop);

}  // namespace neuronsmith::experiment::recovery
