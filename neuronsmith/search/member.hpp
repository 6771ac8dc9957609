#pragma once

#include <optional>

#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/network/cohort.hpp"

namespace neuronsmith::search {

// How a formula becomes the neuron of a cohort's networks; absent where it makes none.

/// A formula of scalar x: the activation of the ordinary neuron.
[[nodiscard]] std::optional<network::Member> activation_member(const formula::Formula& formula);

}  // namespace neuronsmith::search
