#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/neuron/orders.hpp"

namespace neuronsmith::experiment::recovery {

/// CP rank of the interactions of a refit: that of the published search.
inline constexpr std::size_t kRefitRank = 8;

/// The aggregation of these orders: x^k for every pure k, and a product of k projections of rank
/// kRefitRank for every interaction. At least one order.
[[nodiscard]] neuron::Aggregation aggregation_of(const neuron::OrderSet& orders,
                                                 std::size_t rank = kRefitRank);

/// What the orders alone are worth, whoever found them: one neuron of them, without activation and
/// batch normalisation, trained anew, and its mean squared error on the test rows over the variance
/// there; of no order at all that of the training rows' mean. Absent where training diverged, after
/// a stop request and without test rows. A function of the arguments alone.
///
/// Trained as the published probe (Pei et al., arXiv 2506.15715: Adam at 0.01, weight decay 1e-5,
/// batches of 128, 150 epochs of all training rows), with departures: 500 epochs with a cosine
/// schedule and steps scaled by powers, interactions of rank 1 and of rank kRefitRank from three
/// starts each, of which the last tenth of the training rows chooses. At 100 inputs the probe does
/// not come to the end of even a power sum.
[[nodiscard]] std::optional<double> refitted_test_error(const neuron::OrderSet& orders,
                                                        const PreparedData& data,
                                                        std::uint64_t seed,
                                                        const std::stop_token& stop);

}  // namespace neuronsmith::experiment::recovery
