#include <algorithm>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/reproduce.hpp"
#include "neuronsmith/cli/study.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/reproduce/hajbi.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/neuron/library.hpp"
#include "neuronsmith/report/picture.hpp"

namespace neuronsmith::cli {
namespace {

using experiment::HajbiOptions;
using experiment::HajbiRow;
using experiment::HajbiStudy;

constexpr const char* kHajbiExamples = R"EX(
Examples:
  neuronsmith reproduce hajbi --data-dir data --out hajbi
  neuronsmith reproduce hajbi --data-dir data --formula "cos(x) - cos(cos(x))" --formula "SPAMBASE=3*x + sin(x)"
  neuronsmith reproduce hajbi --data-dir data --repeats 10 --no-search)EX";

constexpr std::uint64_t kFirstSeed = 42;

struct HajbiFlags {
  std::string data_dir;
  std::string out = "hajbi";
  std::vector<std::uint64_t> seeds;
  std::size_t repeats = 0;
  std::vector<std::string> formulas;
  bool as_published = false;
  bool no_search = false;
  StoreFlags store;
};

/// "FOREST_COVER=2*x^2 + x", or a formula alone, which is of the first data set and is transferred.
void add_formula(const std::string& text, HajbiOptions& options) {
  const std::size_t equals = text.find('=');
  const bool has_name = equals != std::string::npos;
  const std::string set = has_name ? text.substr(0, equals) : experiment::hajbi_data_sets()[0];
  const std::string formula = has_name ? text.substr(equals + 1) : text;
  options.formulas[set] =
      formula::parse_or_throw(formula, formula::Shape::Scalar, "--formula " + text);
}

HajbiOptions resolved(const HajbiFlags& flags) {
  HajbiOptions options{.data_dir = flags.data_dir,
                       .as_published = flags.as_published,
                       .beyond_paper = !flags.no_search};
  if (!flags.seeds.empty()) options.seeds = flags.seeds;
  if (flags.repeats > 0) {
    if (!flags.seeds.empty()) throw ConfigError("--repeats and --seeds exclude each other");
    options.seeds.clear();
    for (std::size_t i = 0; i < flags.repeats; ++i) options.seeds.push_back(kFirstSeed + i);
  }
  for (const std::string& text : flags.formulas) add_formula(text, options);
  options.validate();
  return options;
}

/// The specialist and what networks chose, of the first seed, beside relu.
std::vector<report::NamedActivation> shapes_of(const HajbiStudy& study, const std::string& set) {
  std::vector<report::NamedActivation> shapes = {{"relu", neuron::resolve_activation("relu")}};
  for (const HajbiRow& row : study.rows) {
    const bool is_found = row.activation == "Hybrid (Specialist)" ||
                          row.activation == "Network search" || row.activation == "Best of library";
    if (row.data_set != set || !is_found) continue;
    shapes.push_back({row.activation, neuron::resolve_activation(row.formulas[0])});
  }
  return shapes;
}

/// activation_SET.png; a note where they cannot be drawn.
void write_pictures(const StudyRun& run, const HajbiStudy& study, const Context& context) {
  constexpr double kRange = 5.0;
  for (const std::string& set : experiment::hajbi_data_sets()) {
    const std::vector<report::NamedActivation> shapes = shapes_of(study, set);
    if (shapes.size() < 2) continue;
    const report::Picture picture = report::draw_picture(
        report::shape_panels(shapes, -kRange, kRange, true), report::PictureFormat::Png);
    if (picture.content.empty()) return context.note("no pictures: {}", picture.problem);
    write_result(run, "activation_" + set + ".png", picture.content);
  }
}

void run_hajbi(const HajbiFlags& flags, Context& context) {
  const HajbiOptions options = resolved(flags);
  const StudyRun run{.folder = flags.out,
                     .data = flags.data_dir,
                     .seed = options.seeds[0],
                     .left_out = "data sets that were not finished are left out"};
  const auto make = [&](const Executor& executor, ProgressSink* progress, std::stop_token stop) {
    return experiment::reproduce_hajbi(options, executor, progress, std::move(stop));
  };
  const auto write = [&](const HajbiStudy& study) {
    write_result(run, "final_efficiency_results.csv", results_csv(study));
    write_pictures(run, study, context);
    return fmt::format(", {:.1f} s of discovery", study.discovery_seconds);
  };
  run_study(run, flags.store, context, make, write);
}

}  // namespace

void add_reproduce_hajbi(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<HajbiFlags>();
  CLI::App& command = *parent.add_subcommand(
      "hajbi", "Neuro-Symbolic Activation Discovery: HIGGS, Forest Cover, Spambase");
  command.footer(kHajbiExamples);
  command
      .add_option("--data-dir",
                  flags->data_dir,
                  "Folder of higgs.csv.gz, covertype.csv.gz and spambase.csv.gz")
      ->required();
  command.add_option("--out", flags->out, "Folder for tables and plots")->capture_default_str();
  command.add_option("--seeds", flags->seeds, "e.g. 42,43,44")
      ->delimiter(',')
      ->default_str("42,43,44");
  command.add_option("--repeats", flags->repeats, "So many seeds, from 42 on");
  command.add_option("--formula",
                     flags->formulas,
                     "Activation in place of discovery: FORMULA for HIGGS, or SET=FORMULA; repeatable");
  command.add_flag("--as-published",
                   flags->as_published,
                   "Discover once on 10 % of all rows, as published, later test rows among them");
  command.add_flag("--no-search",
                   flags->no_search,
                   "Leave out what is not in the paper: activations chosen by validation rows");
  add_store_flags(command, flags->store);
  add_common_options(command, context);
  command.callback([flags, &context] { run_hajbi(*flags, context); });
}

}  // namespace neuronsmith::cli
