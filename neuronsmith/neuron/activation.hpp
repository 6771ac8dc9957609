#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::neuron {

/// Whose own the parameters of an activation are once a network is made of it.
enum class Learnable : std::uint8_t {
  None,     ///< there are none: the formula's literals stay as they are
  Layer,    ///< one set for every layer
  Channel,  ///< one set for every output of every layer
};

[[nodiscard]] std::string_view name(Learnable learnable);
/// "none", "layer", "channel". Throws ConfigError naming --learnable.
[[nodiscard]] Learnable parse_learnable(std::string_view text);

/// What follows the aggregation: a formula of scalar x, elementwise but for mean(x), std(x) and
/// zscore(x).
struct Activation {
  Activation() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a formula is an activation
  Activation(formula::Formula f) : formula(std::move(f)) {}

  formula::Formula formula = {};  ///< may hold p0, p1, ... if they are learnable; empty or x: none
  std::vector<double> parameters = {};  ///< what p0, p1, ... start from; finite
  Learnable learnable = Learnable::None;

  /// Learnable parameters of a layer of `n_outputs` outputs.
  [[nodiscard]] std::size_t parameter_count(std::size_t n_outputs) const;

  bool operator==(const Activation&) const = default;
};

/// The formula with its literals as p0, p1, ... in the order in which they stand, which start as
/// they were: relu(2*x) + 0.1 becomes relu(p0*x) + p1. Exponents of whole powers stay. A formula
/// without literals stays as it is, whatever `learnable` says.
[[nodiscard]] Activation with_learnable_literals(const formula::Formula& formula,
                                                 Learnable learnable);
/// The same of an activation; one that has learnable parameters keeps those alone.
[[nodiscard]] Activation with_learnable_literals(Activation activation, Learnable learnable);

/// The formula with its parameters as the numbers that they start from: of x alone.
[[nodiscard]] formula::Formula with_literal_parameters(const Activation& activation);

/// The same as a function of x alone, as pictures and tables show it: with mean(x) 0, std(x) 1 and
/// zscore(x) x, as where the batch has mean 0 and deviation 1.
[[nodiscard]] formula::Formula without_batch(const Activation& activation);

/// Why a formula is no activation: not of x alone, or of parameters that have no values; empty when
/// it is one.
[[nodiscard]] std::string objection_to(const Activation& activation);

/// A formula's text, or an object of `formula`, `parameters` and `learnable` when it has
/// parameters; null for an empty one. Reading throws ParseError naming `source`.
[[nodiscard]] Json to_json(const Activation& activation);
[[nodiscard]] Activation activation_from_json(const Json& json, const std::string& source);

}  // namespace neuronsmith::neuron
