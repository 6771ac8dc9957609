#include <memory>
#include <vector>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/reproduce.hpp"
#include "neuronsmith/cli/study.hpp"
#include "neuronsmith/core/comma_list.hpp"
#include "neuronsmith/experiment/reproduce/mining.hpp"
#include "neuronsmith/report/picture.hpp"
#include "neuronsmith/search/trial_options.hpp"

namespace neuronsmith::cli {
namespace {

using experiment::MiningOptions;
using experiment::MiningStudy;

constexpr const char* kExamples = R"EX(
Examples:
  neuronsmith reproduce mining --out mining                              # synthetic worlds alone
  neuronsmith reproduce mining --data-dir data --out mining
  neuronsmith reproduce mining --activations relu,gelu,"x*sigmoid(x) + 0.1*x^2" --seeds 3 --worlds-per-family 4)EX";

struct Flags {
  MiningOptions options;
  std::string functions;
  std::string learnable;
  std::string worlds;
  std::string out = "mining";
  StoreFlags store;
};

/// shapes.svg and shapes.png of the last function beside the first ones; a note where they cannot be drawn.
void write_shapes(const StudyRun& run, const MiningStudy& study, const Context& context) {
  constexpr double kRange = 5.0;
  std::vector<report::NamedActivation> shapes;
  const auto add = [&](std::size_t f) {
    shapes.push_back({study.functions[f], study.activations[f]});
  };
  add(study.functions.size() - 1);
  for (std::size_t f = 0; f + 1 < study.functions.size() && f + 1 < report::kMaxShapes; ++f) add(f);
  write_pictures(run, "shapes", report::shape_panels(shapes, -kRange, kRange, true), context);
}

void run(const Flags& flags, Context& context) {
  MiningOptions options = flags.options;
  if (!flags.functions.empty()) options.functions = comma_list(flags.functions);
  if (!flags.learnable.empty()) options.learnable = neuron::parse_learnable(flags.learnable);
  if (!flags.worlds.empty()) options.families = search::parse_world_families(flags.worlds);
  options.validate();
  const StudyRun run{.folder = flags.out,
                     .data = options.data_dir.empty() ? "synthetic worlds" : options.data_dir,
                     .seed = 1,
                     .left_out = "problems that were not finished are left out"};
  const auto make = [&](const Executor& executor, ProgressSink* progress, std::stop_token stop) {
    return experiment::reproduce_mining(options, executor, progress, std::move(stop));
  };
  const auto write = [&](const MiningStudy& study) -> std::string {
    write_result(run, "results.csv", results_csv(study));
    write_shapes(run, study, context);
    return {};
  };
  run_study(run, flags.store, context, make, write);
}

void add_options(CLI::App& command, Flags& flags) {
  MiningOptions& options = flags.options;
  command
      .add_option("--activations", flags.functions,
                  "Names, formulas or neuron files; the first is what ratios are to, the last what is set against all")
      ->default_str(fmt::format("{}", fmt::join(options.functions, ",")));
  command
      .add_option("--learnable", flags.learnable,
                  "Constants of the functions that networks train: none, layer or channel; those of mined are "
                  "anyway")
      ->default_str(std::string(neuron::name(options.learnable)));
  command.add_option("--worlds", flags.worlds, "Families of synthetic worlds")
      ->default_str(search::world_family_names(options.families));
  command.add_option("--worlds-per-family", options.worlds, "Worlds of each family")->capture_default_str();
  command.add_option("--data-dir", options.data_dir, "Folder of tables, NAME.csv.gz")->default_str("no tables");
  command.add_option("--tables", options.tables, "Names of tables")->delimiter(',')->default_str("all");
  command.add_option("--columns", options.columns, "Columns along which each table is divided")
      ->capture_default_str();
  command.add_option("--rows", options.rows, "Random sample of each table")->capture_default_str();
  command.add_option("--seeds", options.seeds, "Trainings of each function on each problem")
      ->capture_default_str();
  command.add_option("--learning-rates", options.rates, "To choose from, by losses within the distribution")
      ->delimiter(',')
      ->default_str(fmt::format("{}", fmt::join(options.rates, ",")));
  command.add_option("--epochs", options.epochs, "Of a training")->capture_default_str();
  command.add_option("--out", flags.out, "Folder for tables and pictures")->capture_default_str();
}

}  // namespace

void add_reproduce_mining(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<Flags>();
  CLI::App& command = *parent.add_subcommand(
      "mining", "Mining Generalizable Activation Functions: who extrapolates on what no search saw");
  command.footer(kExamples);
  add_options(command, *flags);
  add_store_flags(command, flags->store);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
