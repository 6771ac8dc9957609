#include "neuronsmith/network/initialisation.hpp"

namespace neuronsmith::network {

std::string_view name(Initialisation initialisation) {
  return initialisation == Initialisation::Scaled ? "scaled" : "torch";
}

std::optional<Initialisation> find_initialisation(std::string_view name) {
  for (const Initialisation initialisation : {Initialisation::Scaled, Initialisation::Torch}) {
    if (name == network::name(initialisation)) return initialisation;
  }
  return std::nullopt;
}

}  // namespace neuronsmith::network
