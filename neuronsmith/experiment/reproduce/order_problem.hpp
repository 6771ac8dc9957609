#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/data/synthetic/order_laws.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/neuron/orders.hpp"

/// Recovery of the orders of synthetic laws: the problems and how an answer is judged.
namespace neuronsmith::experiment::recovery {

/// The orders that a law sums.
[[nodiscard]] neuron::OrderSet true_orders(const OrderLaw& law);

/// What a found set is beside the true one.
enum class Verdict : std::uint8_t {
  Perfect,   ///< equal
  Superset,  ///< every true order, and others
  Missing,   ///< lacks a true order
};
/// "perfect", "superset", "missing".
[[nodiscard]] std::string_view name(Verdict verdict);
/// Absent: the method found nothing that has orders.
[[nodiscard]] Verdict verdict_of(const std::optional<neuron::OrderSet>& found,
                                 const neuron::OrderSet& truth);

/// "S2 + I3"; "nothing" of an empty set, "no polynomial" of none.
[[nodiscard]] std::string text_of(const std::optional<neuron::OrderSet>& orders);

/// Training rows are all rows of `tables.data`, test rows those of `tables.test`; nothing is scaled
/// any further.
[[nodiscard]] PreparedData prepared(OrderLawTables&& tables);

/// Variance of each term over the rows of `tables.data`, over that of y; then that of the noise.
/// They add up to 1 but for the terms' covariances: S2 and S4 have one.
[[nodiscard]] std::vector<double> variance_shares(const OrderLawTables& tables, double noise);

}  // namespace neuronsmith::experiment::recovery
