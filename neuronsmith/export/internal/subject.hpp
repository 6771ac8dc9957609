#pragma once

#include <string>
#include <vector>

#include "neuronsmith/export/export.hpp"
#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::exports::internal {

/// What is exported, ready to be written.
struct Subject {
  std::string snake_name;    ///< gelu_sinc_perturbation
  std::string camel_name;    ///< GeluSincPerturbation
  formula::Formula formula;  ///< of x and parameters, constant parts folded
  formula::Formula fixed;    ///< the same with parameters as they start
  std::vector<double> parameters;
  neuron::Learnable learnable = neuron::Learnable::None;
  std::vector<std::string> about;  ///< lines for the head of the file
};

/// Throws ConfigError where the neuron has no activation, or a constant part is no number.
[[nodiscard]] Subject make_subject(const neuron::NamedNeuron& named, const std::string& name);

/// Lines that tell what verification found.
[[nodiscard]] std::vector<std::string> lines_of(const Verification& verification);

}  // namespace neuronsmith::exports::internal
