#pragma once

#include <optional>

#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/network/cohort.hpp"
#include "neuronsmith/neuron/activation.hpp"

namespace neuronsmith::search {

// How a formula, simplified, becomes the neuron of a cohort's networks; absent where it makes none.

/// A formula of scalar x: the activation of the ordinary neuron.
[[nodiscard]] std::optional<network::Member> activation_member(const formula::Formula& formula);

/// A formula of vector x: the aggregation, followed by this activation.
[[nodiscard]] std::optional<network::Member> aggregation_member(
    const formula::Formula& formula, const neuron::Activation& activation);

/// A whole neuron (neuron/composite.hpp).
[[nodiscard]] std::optional<network::Member> neuron_member(const formula::Formula& formula);

}  // namespace neuronsmith::search
