#include "neuronsmith/experiment/compare.hpp"

#include <algorithm>
#include <cmath>

#include "neuronsmith/cli/comparison_options.hpp"
#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/cli/interrupt.hpp"
#include "neuronsmith/cli/recording.hpp"
#include "neuronsmith/cli/text_table.hpp"
#include "neuronsmith/core/file.hpp"

namespace neuronsmith::cli {
namespace {

using experiment::Comparison;
using experiment::ComparisonRow;

constexpr const char* kExamples = R"(
Examples:
  neuronsmith compare --data train.csv --target price --neurons "neuron.json,linear,0.3*x^2 + x"
  neuronsmith compare --data train.csv --neurons discover:vsr,linear,quadratic --null
  neuronsmith compare --data train.csv --neurons linear,quadratic --repeats 20 --out table.json
  neuronsmith compare --data train.csv --neurons linear,quadratic --metric rmse --markdown

Commas inside parentheses belong to a formula: "linear,dot(w0, x)*dot(w1, x) + x" are two neurons.)";

struct CompareFlags {
  DataFlags data;
  std::string neurons;
  ComparisonFlags comparison;
  std::string out;
  bool markdown = false;
  StoreFlags store;
};

std::string p_text(double p) { return p < 1e-4 ? "<0.0001" : fmt::format("{:.2g}", p); }

std::string effect_text(double d) { return std::isfinite(d) ? fmt::format("{:+.2f}", d) : "inf"; }

/// A second view of the same predictions.
std::string second_metric(const Comparison& comparison) {
  if (comparison.task == TaskKind::Regression) return comparison.metric == "rmse" ? "r2" : "rmse";
  return comparison.metric == "log_loss" ? "accuracy" : "log_loss";
}

std::vector<std::string> cells_of(const Comparison& comparison, const ComparisonRow& row) {
  const auto& against = row.against;
  return {row.neuron,
          fmt::format("{:.4g} ± {:.2g}", row.summary.mean, row.summary.deviation),
          fmt::format("{:.4g}", row.summary.median),
          fmt::format("{:.4g}", value_of(row.means, second_metric(comparison))),
          against ? p_text(against->t_holm) : "reference",
          against ? p_text(against->rank_holm) : "",
          against ? effect_text(against->cohens_d) : "",
          fmt::format("{} of {}", row.wins, comparison.repeats()),
          fmt::format("{}", median_parameters(row)),
          fmt::format("{}", median_multiply_adds(row)),
          fmt::format("{:.3f}", mean_seconds(row))};
}

std::vector<const ComparisonRow*> best_first(const Comparison& comparison) {
  std::vector<const ComparisonRow*> rows;
  for (const ComparisonRow& row : comparison.rows) rows.push_back(&row);
  const double sign = experiment::is_gain(comparison.metric) ? -1.0 : 1.0;
  std::ranges::stable_sort(rows, {}, [&](const auto* row) { return sign * row->summary.mean; });
  return rows;
}

TextTable table_of(const Comparison& comparison) {
  TextTable table({"neuron",
                   comparison.metric,
                   "median",
                   second_metric(comparison),
                   "p (t)",
                   "p (Wilcoxon)",
                   "effect",
                   "wins",
                   "parameters",
                   "multiply-adds",
                   "seconds"});
  for (const ComparisonRow* row : best_first(comparison)) table.add(cells_of(comparison, *row));
  return table;
}

std::string structures_text(const ComparisonRow& row) {
  std::string text;
  for (const auto& count : count_structures(row)) {
    text += fmt::format("{}{} ({} of {})",
                        text.empty() ? "" : ", ",
                        count.structure,
                        count.repeats,
                        row.results.size());
  }
  return text;
}

void print_remarks(const Context& context, const ComparisonRow& row, const char* bullet) {
  if (row.is_discovered || row.is_control) {
    context.say("{}{}: {}", bullet, row.neuron, structures_text(row));
  }
  if (const std::size_t n = diverged_trainings(row); n > 0) {
    context.say("{}{}: {} of its trainings diverged", bullet, row.neuron, n);
  }
  if (const std::size_t n = failed_repeats(row); n > 0) {
    context.say(
        "{}{}: no learning rate gave a usable network in {} repeats, which count as the "
        "worst value",
        bullet,
        row.neuron,
        n);
  }
}

void print_result(const Context& context, const CompareFlags& flags, const Comparison& comparison) {
  const TextTable table = table_of(comparison);
  const char* bullet = flags.markdown ? "- " : "";
  const double chance = value_of(mean_chance(comparison), comparison.metric);
  context.say("{}", flags.markdown ? table.markdown() : table.aligned());
  context.say("{}{} repeats of {} training, {} validation, {} test rows; a constant has {} {:.4g}",
              bullet,
              comparison.repeats(),
              comparison.n_training,
              comparison.n_validation,
              comparison.n_test,
              comparison.metric,
              chance);
  context.say(
      "{}p: corrected resampled t test and Wilcoxon signed-rank test against {}, adjusted "
      "after Holm; effect: Cohen's d of the repeats, positive is better",
      bullet,
      comparison.reference);
  for (const ComparisonRow& row : comparison.rows) print_remarks(context, row, bullet);
}

void note_interruption(Context& context, const Comparison& comparison) {
  context.exit_status = kInterrupted;
  context.note("interrupted: {} of {} repeats are finished{}",
               comparison.repeats(),
               comparison.repeats_wanted,
               comparison.rows.empty() ? ", too few to compare" : " and reported");
}

void compare_and_write(const CompareFlags& flags,
                       const experiment::SourceTables& tables,
                       const experiment::DataOptions& data,
                       const experiment::CompareOptions& options,
                       Context& context,
                       Recording& recording) {
  const Interrupt interrupt;
  const Executor executor(context.threads);
  const Comparison comparison =
      experiment::compare(tables, data, options, executor, &recording, interrupt.token());
  Json json = to_json(comparison);
  recording.finish(comparison.interrupted ? experiment::RunStatus::Interrupted
                                          : experiment::RunStatus::Done,
                   json);
  if (comparison.interrupted) note_interruption(context, comparison);
  if (!flags.out.empty()) json["out"] = flags.out;
  if (!flags.out.empty()) write_file_atomically(flags.out, json.dump(2) + "\n");
  if (!comparison.rows.empty()) print_result(context, flags, comparison);
  if (!flags.out.empty()) context.say("written: {}", flags.out);
  context.print(json);
}

/// The search of a neuron file may have seen rows that are test rows here.
void note_leaks(const Context& context,
                const experiment::SourceTables& tables,
                const experiment::CompareOptions& options) {
  for (const experiment::Contender& contender : options.contenders) {
    if (!contender.neuron) continue;
    const Json& provenance = contender.neuron->provenance;
    if (!provenance.is_object() || provenance.value("data_hash", Json()) != Json(tables.hash)) continue;
    context.note(
        "{} was discovered on this table, on rows that are test rows of some repeats: its numbers "
        "may be too good; discover:RECIPE searches anew in each repeat",
        contender.name);
  }
}

void run(const CompareFlags& flags, Context& context) {
  const experiment::CompareOptions options =
      flags.comparison.resolved(
          experiment::parse_contenders(flags.neurons, flags.comparison.library.read()));
  const experiment::DataOptions data = flags.data.resolved();
  if (!flags.out.empty()) require_writable(flags.out);
  const experiment::SourceTables tables = experiment::read_tables(data);
  experiment::validate(tables, data, options);
  note_rows(context, data, tables.data.n_rows);
  note_leaks(context, tables, options);
  const auto progress = context.progress();
  Recording recording(flags.store,
                      context,
                      {.data = data.data, .data_hash = tables.hash, .seed = data.split.seed},
                      RunOrigin::New,
                      progress.get());
  recording.watch([&] { compare_and_write(flags, tables, data, options, context, recording); });
}

void add_compare_options(CLI::App& command, CompareFlags& flags) {
  const std::string group = "Comparison";
  command
      .add_option("--neurons",
                  flags.neurons,
                  "Neuron files, library names, formulas, discover:RECIPE; e.g. linear,x^2 + x")
      ->required()
      ->group(group);
  command
      .add_flag("--null",
                flags.comparison.options.null_control,
                "Add what chance gives: the reference on shuffled targets, a random neuron")
      ->group(group);
  command.add_option("--out", flags.out, "File for the JSON of --json")->group(group);
  command.add_flag("--markdown", flags.markdown, "Print the table as Markdown")->group(group);
}

}  // namespace

void add_compare(CLI::App& app, Context& context) {
  auto flags = std::make_shared<CompareFlags>();
  CLI::App& command =
      *app.add_subcommand("compare", "Compare neurons on equal terms over repeated splits");
  command.footer(kExamples);
  add_data_flags(command, flags->data, "standard");
  add_compare_options(command, *flags);
  add_comparison_options(command, flags->comparison, "the first");
  add_network_options(command, flags->comparison);
  add_store_flags(command, flags->store);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
