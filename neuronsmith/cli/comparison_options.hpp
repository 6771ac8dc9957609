#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "neuronsmith/cli/neuron_options.hpp"
#include "neuronsmith/experiment/compare.hpp"

namespace neuronsmith::cli {

/// What `compare` and `transfer` ask about networks, repeats and tests, as text from the command
/// line.
struct ComparisonFlags {
  std::string match;
  std::string hidden = "12,5";
  std::string activation;
  LibraryFlags library;
  std::string learnable;
  experiment::CompareOptions options;

  /// The options of a comparison of these neurons. Throws ConfigError naming the option.
  [[nodiscard]] experiment::CompareOptions resolved(
      std::vector<experiment::Contender> contenders) const;
};

/// --repeats, --reference, --match, --metric, --learning-rates. `reference` is the command's default.
void add_comparison_options(CLI::App& command,
                            ComparisonFlags& flags,
                            const std::string& reference);
/// --hidden, --activation and how networks are trained.
void add_network_options(CLI::App& command, ComparisonFlags& flags);

}  // namespace neuronsmith::cli
