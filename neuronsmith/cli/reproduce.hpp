#pragma once

#include <CLI/CLI.hpp>

#include "neuronsmith/cli/context.hpp"

namespace neuronsmith::cli {

// One a study, subcommands of `reproduce`.
void add_reproduce_hajbi(CLI::App& parent, Context& context);
void add_reproduce_mining(CLI::App& parent, Context& context);
void add_reproduce_neuronseek_synthetic(CLI::App& parent, Context& context);
void add_reproduce_task_neurons(CLI::App& parent, Context& context);

}  // namespace neuronsmith::cli
