#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace neuronsmith::network {

/// How the weights of a network are drawn.
enum class Initialisation : std::uint8_t {
  Scaled,  ///< such that every layer starts with unit variance: DenseLayer::initialise
  Torch,   ///< as torch.nn.Linear does, whatever the neuron: DenseLayer::initialise_like_torch
};

/// "scaled", "torch".
[[nodiscard]] std::string_view name(Initialisation initialisation);
[[nodiscard]] std::optional<Initialisation> find_initialisation(std::string_view name);

}  // namespace neuronsmith::network
