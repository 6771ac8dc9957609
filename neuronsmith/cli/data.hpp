#pragma once

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/data/synthetic/worlds.hpp"

namespace neuronsmith::cli {

// Subcommands of `data` in files of their own.
void add_synthesize(CLI::App& parent, Context& context);
void add_worlds(CLI::App& parent, Context& context);

/// "x in [1, 2] of [1, 3], ...": in-distribution ranges and the outer ones.
[[nodiscard]] std::string text_of(const std::vector<WorldInput>& inputs);
/// world, law, inputs (name, inner, outer).
[[nodiscard]] Json json_of(const World& world);

}  // namespace neuronsmith::cli
