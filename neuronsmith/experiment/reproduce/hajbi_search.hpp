#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/neuron/activation.hpp"

/// Beyond the paper: activations for the Light network chosen by what trained networks lose on
/// validation rows. Test rows take no part.
namespace neuronsmith::experiment::hajbi {

/// The library's activation of least validation loss, each trained from a few first weights on all
/// training rows: two on large tables, up to ten on small ones. Absent after a stop request.
[[nodiscard]] std::optional<neuron::Activation> best_of_library(const PreparedData& data,
                                                                std::uint64_t seed,
                                                                const Executor& executor,
                                                                const std::stop_token& stop);

/// Genetic programming on formulas of x that begins with the library's and some random ones; fitness
/// is the validation loss of trainings on a part of the training rows. The best few of all are then
/// trained as best_of_library() does it, and the one of least validation loss is taken. Trains on no
/// more rows altogether than best_of_library(). Absent after a stop request.
[[nodiscard]] std::optional<neuron::Activation> searched_activation(const PreparedData& data,
                                                                    std::uint64_t seed,
                                                                    const Executor& executor,
                                                                    const std::stop_token& stop);

}  // namespace neuronsmith::experiment::hajbi
