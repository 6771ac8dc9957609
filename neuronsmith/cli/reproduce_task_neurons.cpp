#include <filesystem>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/reproduce.hpp"
#include "neuronsmith/cli/study.hpp"
#include "neuronsmith/experiment/contender.hpp"
#include "neuronsmith/experiment/reproduce/task_neurons.hpp"
#include "neuronsmith/report/rank_plot.hpp"

namespace neuronsmith::cli {
namespace {

namespace fs = std::filesystem;
using experiment::TaskNeuronsOptions;
using experiment::TaskNeuronsStudy;

constexpr const char* kExamples = R"EX(
Examples:
  neuronsmith reproduce task-neurons --data-dir data --out task-neurons
  neuronsmith reproduce task-neurons --data-dir data --tables airfoil_self_noise,phoneme --repeats 3
  neuronsmith reproduce task-neurons --data-dir data --neurons linear,kan,"x^2 + x" --resume)EX";

struct Flags {
  TaskNeuronsOptions options;
  std::string neurons;
  std::string out = "task-neurons";
  bool resume = false;
  StoreFlags store;
};

TaskNeuronsOptions resolved(const Flags& flags) {
  TaskNeuronsOptions options = flags.options;
  if (!flags.neurons.empty()) {
    options.networks.clear();
    for (const auto& contender : experiment::parse_contenders(flags.neurons)) {
      options.networks.push_back(contender.name);
    }
  }
  options.folder = (fs::path(flags.out) / "tables").string();
  if (flags.resume) options.finished = experiment::Finished::Resume;
  options.validate();
  return options;
}

/// ranks.svg and ranks.png; a note where they cannot be drawn.
void write_ranks(const StudyRun& run,
                 const TaskNeuronsStudy& study,
                 const Context& context) {
  const auto ranking = ranking_of(study);
  if (!ranking) return;
  const report::Plot plot = report::rank_plot({.names = study.networks,
                                               .ranks = ranking->test.ranks,
                                               .difference = ranking->difference,
                                               .groups = ranking->groups});
  write_pictures(run, "ranks", {plot}, context);
}

void run(const Flags& flags, Context& context) {
  const TaskNeuronsOptions options = resolved(flags);
  const StudyRun run{.folder = flags.out,
                     .data = options.data_dir,
                     .seed = options.seed,
                     .left_out = "tables that were not finished are left out; --resume goes on"};
  const auto make = [&](const Executor& executor, ProgressSink* progress, std::stop_token stop) {
    return experiment::reproduce_task_neurons(options, executor, progress, std::move(stop));
  };
  const auto write = [&](const TaskNeuronsStudy& study) -> std::string {
    write_result(run, "results.csv", results_csv(study));
    write_ranks(run, study, context);
    return {};
  };
  run_study(run, flags.store, context, make, write);
}

void add_options(CLI::App& command, Flags& flags) {
  TaskNeuronsOptions& options = flags.options;
  command.add_option("--data-dir", options.data_dir, "Folder of the tables, NAME.csv.gz")
      ->required();
  command.add_option("--out", flags.out, "Folder for tables and the picture")
      ->capture_default_str();
  command.add_option("--tables", options.tables, "Names of tables, e.g. diamonds,vehicle")
      ->delimiter(',')
      ->default_str("all");
  command
      .add_option(
          "--neurons", flags.neurons, "As in compare; the first is what the others are set against")
      ->default_str(fmt::format("{}", fmt::join(options.networks, ",")));
  command.add_option("--repeats", options.repeats, "Splits of each table")->capture_default_str();
  command.add_option("--rows", options.rows, "Random sample of each table, another in each repeat")
      ->capture_default_str();
  command.add_option("--seed", options.seed, "Decides everything random")->capture_default_str();
  command.add_flag("--resume",
                   flags.resume,
                   "Keep the tables that --out has of the same options, and do the others");
}

}  // namespace

void add_reproduce_task_neurons(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<Flags>();
  CLI::App& command = *parent.add_subcommand(
      "task-neurons", "No One-Size-Fits-All Neurons: task-based neurons beside KANs on 20 tables");
  command.footer(kExamples);
  add_options(command, *flags);
  add_store_flags(command, flags->store);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
