#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/neuron/lookup.hpp"
#include "neuronsmith/search/recipe.hpp"

namespace neuronsmith::experiment {

/// What takes part in a comparison: a neuron, or a recipe that discovers one on each repeat's own
/// rows. Exactly one of both is there.
struct Contender {
  std::string name;  ///< as the user wrote it
  std::optional<neuron::Neuron> neuron;
  std::optional<search::Recipe> recipe;
};

/// "neuron.json,linear,discover:vsr,dot(w0, x)*dot(w1, x)": neuron files, shipped names and those
/// of `library`, formulas and discover:RECIPE; commas inside parentheses belong to a formula. Throws
/// ConfigError naming --neurons for an empty or repeated name and an unknown recipe, otherwise what
/// neuron::resolve_neuron throws.
[[nodiscard]] std::vector<Contender> parse_contenders(
    std::string_view list, const neuron::UserLibrary& library = {});

/// An aggregation without coefficients and bias, which are free in a network: neurons of the same
/// structure make the same networks.
[[nodiscard]] std::string structure_text(const neuron::Aggregation& aggregation);

/// What tells a neuron apart for people: its aggregation, as found or as a structure, and behind it
/// its activation if it has one of its own; the activation alone for an ordinary aggregation; the
/// name alone of a baseline (neuron/baselines.hpp), whose formula nobody would read.
[[nodiscard]] std::string formula_text(const neuron::Neuron& neuron);
[[nodiscard]] std::string structure_text(const neuron::Neuron& neuron);

/// A random polynomial neuron, the nearest in complexity (nodes of its structure) to `like` of
/// those drawn and of another structure. A function of the seed.
[[nodiscard]] neuron::Neuron random_neuron(const neuron::Aggregation& like, std::uint64_t seed);

}  // namespace neuronsmith::experiment
