#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "neuronsmith/neuron/user_library.hpp"

namespace neuronsmith::neuron {

/// A neuron as a user named it, with what is known of it.
struct NamedNeuron {
  Neuron neuron;  ///< neuron.name: of the library, or empty
  std::string source = {};
  std::string notes = {};
};

/// What a formula without a name stands for.
enum class FormulaAs : std::uint8_t {
  Aggregation,  ///< of the vector x
  Activation,   ///< of scalar x: the ordinary neuron with it
};

/// `text` is a neuron file, a shipped name, a name of `library` or a formula, tried in that order.
/// The name of an activation means the ordinary neuron with it. Throws IoError, ParseError or
/// ConfigError, the names that exist among its words; `option` says where the text was given.
[[nodiscard]] NamedNeuron look_up(const std::string& text,
                                  const std::string& option,
                                  const UserLibrary& library,
                                  FormulaAs formula_as);

/// The neuron of look_up(), formulas as aggregations.
[[nodiscard]] Neuron resolve_neuron(const std::string& text,
                                    const std::string& option,
                                    const UserLibrary& library);

/// The activation of look_up(), formulas as activations. Throws ConfigError too for a neuron that
/// has none of its own.
[[nodiscard]] Activation resolve_activation(const std::string& text,
                                            const std::string& option,
                                            const UserLibrary& library);

/// Letters, digits, _ and -, a letter first.
[[nodiscard]] bool looks_like_name(std::string_view text);

}  // namespace neuronsmith::neuron
