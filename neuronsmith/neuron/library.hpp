#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "neuronsmith/neuron/activation.hpp"

namespace neuronsmith::neuron {

/// A named formula that ships with the program.
struct LibraryEntry {
  std::string_view name;
  std::string_view formula;
  std::string_view source;  ///< where it comes from
  std::string_view notes;   ///< for whom it is: range, growth, periods, what to beware of
  Learnable learnable = Learnable::None;  ///< of an activation: whose own its literals are, which networks train
};

/// Aggregations: linear, quadratic.
[[nodiscard]] std::span<const LibraryEntry> library_aggregations();

/// Activations: identity, relu, tanh, sigmoid, gelu, silu, ... Value and derivative are finite for
/// |x| up to 1e18.
[[nodiscard]] std::span<const LibraryEntry> library_activations();

/// Those of them that others published: what searches begin with, so that none begins with what one found.
[[nodiscard]] std::span<const LibraryEntry> published_activations();

[[nodiscard]] std::optional<LibraryEntry> find_aggregation(std::string_view name);
[[nodiscard]] std::optional<LibraryEntry> find_activation(std::string_view name);

/// Whether a name is one of these or of neuron/baselines.hpp.
[[nodiscard]] bool is_shipped(std::string_view name);

/// An activation by the name of a shipped one or as a formula of scalar x. Throws ConfigError, with
/// the names that exist, when it is neither, and when it is no function of x alone (statistics of the batch may be
/// in it).
[[nodiscard]] Activation resolve_activation(const std::string& text);

}  // namespace neuronsmith::neuron
