#include "neuronsmith/cli/reproduce.hpp"

namespace neuronsmith::cli {

void add_reproduce(CLI::App& app, Context& context) {
  CLI::App& command =
      *app.add_subcommand("reproduce", "Repeat a published study, its numbers beside ours");
  command.require_subcommand(1);
  add_reproduce_hajbi(command, context);
  add_reproduce_neuronseek_synthetic(command, context);
  add_reproduce_task_neurons(command, context);
  add_reproduce_mining(command, context);
}

}  // namespace neuronsmith::cli
