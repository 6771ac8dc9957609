#pragma once

#include <optional>
#include <string>

#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/neuron/neuron.hpp"

namespace neuronsmith::neuron {

// A whole neuron as one formula of the vector x: an activation of sum(an aggregation), such as
// tanh(sum(x^2 + x)). A search of both at once proposes such formulas.

/// The two parts of a whole neuron.
struct Composite {
  formula::Formula aggregation;  ///< of vector x
  formula::Formula activation;   ///< of scalar x
};

/// activation(sum(aggregation)).
[[nodiscard]] formula::Formula compose(const Composite& parts);

/// The parts of a formula all of whose x stand within sums of one and the same aggregation; absent
/// for any other.
[[nodiscard]] std::optional<Composite> decompose(const formula::Formula& formula);

/// The neuron of both parts, literals of the activation learnable as said. Throws ConfigError "SOURCE: ..."
/// when the aggregation has no term form.
[[nodiscard]] Neuron make_neuron(const Composite& parts,
                                 Learnable learnable,
                                 const std::string& source);

}  // namespace neuronsmith::neuron
