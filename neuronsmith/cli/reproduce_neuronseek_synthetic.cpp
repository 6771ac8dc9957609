#include <numeric>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/reproduce.hpp"
#include "neuronsmith/cli/study.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/reproduce/neuronseek_synthetic.hpp"
#include "neuronsmith/experiment/reproduce/order_methods.hpp"
#include "neuronsmith/report/picture.hpp"
#include "neuronsmith/report/structure_bars.hpp"

namespace neuronsmith::cli {
namespace {

using experiment::NeuronSeekSyntheticOptions;
using experiment::NeuronSeekSyntheticStudy;
using experiment::RecoveryStability;

constexpr const char* kExamples = R"(
Examples:
  neuronsmith reproduce neuronseek-synthetic --out synthetic
  neuronsmith reproduce neuronseek-synthetic --dimensions 10,30,50,100 --seconds 60 --out synthetic
  neuronsmith reproduce neuronseek-synthetic --modes hybrid --variants 0,1 --methods vsr --stability 0)";

struct Flags {
  std::string out = "neuronseek-synthetic";
  std::vector<std::string> modes = {"pure", "interact", "hybrid"};
  std::vector<int> variants = {0, 1, 2, 3, 4};
  std::vector<std::uint64_t> seeds;
  std::size_t repeats = 0;
  std::vector<std::string> stability_problems = {"pure-2", "interact-1", "hybrid-1"};
  NeuronSeekSyntheticOptions options;
  StoreFlags store;
};

OrderLaw law_named(const std::string& text, const char* option) {
  if (const auto law = find_order_law(text)) return *law;
  throw ConfigError(fmt::format("{}: {} to {} are known, not \"{}\"",
                                option,
                                name(order_laws().front()),
                                name(order_laws().back()),
                                text));
}

std::vector<OrderLaw> laws_of(const Flags& flags) {
  std::vector<OrderLaw> laws;
  for (const std::string& mode : flags.modes) {
    for (const int variant : flags.variants) {
      laws.push_back(law_named(fmt::format("{}-{}", mode, variant), "--modes, --variants"));
    }
  }
  return laws;
}

NeuronSeekSyntheticOptions resolved(const Flags& flags) {
  NeuronSeekSyntheticOptions options = flags.options;
  options.laws = laws_of(flags);
  for (const std::string& text : flags.stability_problems) {
    options.stability_laws.push_back(law_named(text, "--stability-problems"));
  }
  if (options.stability == 0) options.stability_laws.clear();
  if (!flags.seeds.empty()) options.seeds = flags.seeds;
  if (flags.repeats > 0) {
    if (!flags.seeds.empty()) throw ConfigError("--repeats and --seeds exclude each other");
    options.seeds.resize(flags.repeats);
    std::iota(options.seeds.begin(), options.seeds.end(), std::uint64_t{1});
  }
  options.validate();
  return options;
}

/// stability.svg; a note where it cannot be drawn.
void write_picture(const StudyRun& run,
                   const NeuronSeekSyntheticStudy& study,
                   const Context& context) {
  if (study.stability.empty()) return;
  std::vector<report::StructureBars> rows;
  for (const RecoveryStability& row : study.stability) {
    rows.push_back({name(row.law) + " " + row.method,
                    experiment::recovery::text_of(experiment::recovery::true_orders(row.law)),
                    row.structures});
  }
  const report::Picture picture =
      report::draw_picture({report::structure_plot(rows)}, report::PictureFormat::Svg);
  if (picture.content.empty()) return context.note("no picture: {}", picture.problem);
  write_result(run, "stability.svg", picture.content);
}

void run(const Flags& flags, Context& context) {
  const NeuronSeekSyntheticOptions options = resolved(flags);
  const StudyRun run{.folder = flags.out,
                     .data = "synthetic laws of orders",
                     .seed = options.seeds[0],
                     .left_out = "searches that were not finished are left out"};
  const auto make = [&](const Executor& executor, ProgressSink* progress, std::stop_token stop) {
    return experiment::reproduce_neuronseek_synthetic(
        options, executor, progress, std::move(stop));
  };
  const auto write = [&](const NeuronSeekSyntheticStudy& study) -> std::string {
    write_result(run, "results.csv", results_csv(study));
    write_picture(run, study, context);
    return {};
  };
  run_study(run, flags.store, context, make, write);
}

void add_problem_options(CLI::App& command, Flags& flags) {
  command.add_option("--modes", flags.modes, "pure, interact, hybrid")
      ->delimiter(',')
      ->capture_default_str();
  command.add_option("--variants", flags.variants, "0 to 4 of each mode")
      ->delimiter(',')
      ->capture_default_str();
  command.add_option("--dimensions", flags.options.dimensions, "Inputs; published 10,30,50,100")
      ->delimiter(',')
      ->capture_default_str();
  command.add_option("--seeds", flags.seeds, "Of law, rows and search")
      ->delimiter(',')
      ->default_str("1,2,3,4,5");
  command.add_option("--repeats", flags.repeats, "So many seeds, from 1 on");
  command.add_option("--rows", flags.options.rows, "Rows that a method sees")
      ->capture_default_str();
  command
      .add_option("--noise",
                  flags.options.noise,
                  "Standard deviation of the noise, before y is standardised")
      ->capture_default_str();
}

void add_method_options(CLI::App& command, Flags& flags) {
  flags.options.methods = experiment::recovery::order_methods();
  command
      .add_option("--methods",
                  flags.options.methods,
                  "Recipes for aggregations; neuronseek-published: one search, gates alone; "
                  "scalar-gp: genetic programming on named columns; "
                  "vsr-weights: vsr with weight vectors, minutes a search")
      ->delimiter(',')
      ->capture_default_str();
  command
      .add_option("--seconds",
                  flags.options.seconds,
                  "Wall-clock limit of one search (published: 60); what is found then may depend "
                  "on the clock")
      ->default_str("none");
  command
      .add_option("--stability",
                  flags.options.stability,
                  "Searches of the same data with other seeds; 0: none")
      ->capture_default_str();
  command
      .add_option("--stability-problems",
                  flags.stability_problems,
                  "Of the first dimension and the first seed")
      ->delimiter(',')
      ->capture_default_str();
}

}  // namespace

void add_reproduce_neuronseek_synthetic(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<Flags>();
  CLI::App& command = *parent.add_subcommand(
      "neuronseek-synthetic", "NeuronSeek: which orders of known laws do methods find again");
  command.footer(kExamples);
  command.add_option("--out", flags->out, "Folder for tables and plot")->capture_default_str();
  add_problem_options(command, *flags);
  add_method_options(command, *flags);
  add_store_flags(command, flags->store);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
