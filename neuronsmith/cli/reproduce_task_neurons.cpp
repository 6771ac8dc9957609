#include <filesystem>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/interrupt.hpp"
#include "neuronsmith/cli/recording.hpp"
#include "neuronsmith/cli/reproduce.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/experiment/contender.hpp"
#include "neuronsmith/experiment/reproduce/task_neurons.hpp"
#include "neuronsmith/report/picture.hpp"
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
void write_pictures(const std::string& folder,
                    const TaskNeuronsStudy& study,
                    const Context& context) {
  const auto ranking = ranking_of(study);
  if (!ranking) return;
  const report::Plot plot = report::rank_plot({.names = study.networks,
                                               .ranks = ranking->test.ranks,
                                               .difference = ranking->difference,
                                               .groups = ranking->groups});
  for (const auto& [name, format] : {std::pair("ranks.svg", report::PictureFormat::Svg),
                                     std::pair("ranks.png", report::PictureFormat::Png)}) {
    const report::Picture picture = report::draw_picture({plot}, format);
    if (picture.content.empty()) return context.note("no pictures: {}", picture.problem);
    write_file_atomically((fs::path(folder) / name).string(), picture.content);
  }
}

void write_results(const std::string& folder, const TaskNeuronsStudy& study, const Json& json) {
  const auto write = [&](const char* name, const std::string& content) {
    write_file_atomically((fs::path(folder) / name).string(), content);
  };
  write("results.md", results_markdown(study));
  write("results.csv", results_csv(study));
  write("results.json", json.dump(2) + "\n");
}

void study_and_write(const Flags& flags,
                     const TaskNeuronsOptions& options,
                     Context& context,
                     Recording& recording) {
  const Interrupt interrupt;
  const Executor executor(context.threads);
  const TaskNeuronsStudy study =
      experiment::reproduce_task_neurons(options, executor, &recording, interrupt.token());
  Json json = to_json(study);
  recording.finish(
      study.interrupted ? experiment::RunStatus::Interrupted : experiment::RunStatus::Done, json);
  if (study.interrupted) {
    context.exit_status = kInterrupted;
    context.note("interrupted: {} of {} tables are finished; --resume goes on",
                 study.tables.size(),
                 options.tables.size());
  }
  write_results(flags.out, study, json);
  write_pictures(flags.out, study, context);
  json["out"] = flags.out;
  context.say("{}", results_markdown(study));
  context.say("{:.0f} s; written: {}", study.seconds, flags.out);
  context.print(json);
}

void run(const Flags& flags, Context& context) {
  const TaskNeuronsOptions options = resolved(flags);
  std::error_code error;
  fs::create_directories(options.folder, error);
  require_writable((fs::path(flags.out) / "results.md").string());
  const auto progress = context.progress();
  Recording recording(flags.store,
                      context,
                      {.data = options.data_dir, .data_hash = {}, .seed = options.seed},
                      RunOrigin::New,
                      progress.get());
  recording.watch([&] { study_and_write(flags, options, context, recording); });
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
