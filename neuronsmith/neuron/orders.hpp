#pragma once

#include <optional>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/neuron/aggregation.hpp"

namespace neuronsmith::neuron {

/// The structure of a polynomial aggregation: which powers of single inputs it sums, and the orders
/// of the products of inner products that it holds. Both rising, each order once.
struct OrderSet {
  std::vector<int> pure;         ///< k of the terms W x^k
  std::vector<int> interaction;  ///< total degree of the products, e.g. 3 of (w.x)(w'.x^2)

  bool operator==(const OrderSet&) const = default;
  /// Whether every order of `other` is one of these.
  [[nodiscard]] bool contains(const OrderSet& other) const;
};

/// Absent where a term is of another function than a power of x.
[[nodiscard]] std::optional<OrderSet> orders_of(const Aggregation& aggregation);

/// {"pure": [1], "interaction": [2]}
[[nodiscard]] Json to_json(const OrderSet& orders);

}  // namespace neuronsmith::neuron
