#pragma once

#include <optional>
#include <string>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/neuron/activation.hpp"
#include "neuronsmith/neuron/aggregation.hpp"

namespace neuronsmith::neuron {

/// Aggregation + activation, with where they come from.
struct Neuron {
  std::string name;                           ///< library name, or empty
  formula::Formula formula;                   ///< of the aggregation, as found or given
  Aggregation aggregation;                    ///< its term form
  std::optional<Activation> activation;       ///< absent: the trainer's choice
  Json provenance = Json::object();           ///< data hash, options, seed, scores
};

/// Wraps a formula. Throws ConfigError "SOURCE: ..." when it has no term form.
[[nodiscard]] Neuron make_neuron(const formula::Formula& formula, const std::string& source);

/// Whether there is an activation to speak of: the identity is one of the ordinary neuron, and of any
/// other it says that none follows the aggregation.
[[nodiscard]] bool has_own_activation(const Neuron& neuron);

/// The ordinary neuron, w . x + b, with this activation.
[[nodiscard]] Neuron ordinary_neuron(Activation activation);

/// `text` is a neuron file, a shipped name or a formula, tried in that order. The name of an
/// activation means the ordinary neuron with that activation. Throws IoError,
/// ParseError or ConfigError; `option` says where the text was given. neuron/lookup.hpp knows a
/// user's own names too.
[[nodiscard]] Neuron resolve_neuron(const std::string& text, const std::string& option = "--neuron");

/// neuron.json, docs/files.md. Reading throws ParseError naming `source` and the key.
[[nodiscard]] Json to_json(const Neuron& neuron);
[[nodiscard]] Neuron neuron_from_json(const Json& json, const std::string& source);

/// The terms as they stand in neuron.json: also part of other files and of `discover --json`.
[[nodiscard]] Json to_json(const Aggregation& aggregation);
[[nodiscard]] Aggregation aggregation_from_json(const Json& json, const std::string& source);

}  // namespace neuronsmith::neuron
