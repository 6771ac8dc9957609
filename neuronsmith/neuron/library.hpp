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
};

/// Aggregations: linear, quadratic.
[[nodiscard]] std::span<const LibraryEntry> library_aggregations();

/// Activations: identity, relu, tanh, sigmoid, gelu, silu, ...
[[nodiscard]] std::span<const LibraryEntry> library_activations();

[[nodiscard]] std::optional<LibraryEntry> find_aggregation(std::string_view name);
[[nodiscard]] std::optional<LibraryEntry> find_activation(std::string_view name);

/// An activation by library name or as a formula of scalar x. Throws ParseError, with the names that
/// exist, when it is neither, and ConfigError when it is no pointwise function of x.
[[nodiscard]] Activation resolve_activation(const std::string& text);

}  // namespace neuronsmith::neuron
