#include "neuronsmith/experiment/transfer.hpp"

#include <filesystem>

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
using experiment::Transfer;

constexpr const char* kExamples = R"(
Examples:
  neuronsmith transfer --neurons higgs.json --data covertype.csv.gz,spambase.csv.gz --repeats 10
  neuronsmith transfer --neurons "a.json,sin(x)*x" --data x.csv,y.csv --hidden 64,32 --no-specialist

relu, gelu and silu take part without being named, and so does "specialist": the activation that the recipe
activation-gp discovers on each repeat's own training rows.)";

constexpr const char* kReference = "relu";
constexpr double kLevel = 0.05;
/// Of each table: what holds on so many rows is seen in minutes.
constexpr std::size_t kRows = 20'000;

struct TransferFlags {
  DataFlags data;
  std::string neurons;
  bool no_specialist = false;
  ComparisonFlags comparison;
  std::string out;
  bool markdown = false;
  StoreFlags store;
};

/// Each table, in the order given.
std::vector<experiment::TransferTable> tables_of(const TransferFlags& flags) {
  std::vector<experiment::TransferTable> tables;
  const experiment::DataOptions common = flags.data.resolved();
  if (!common.test_data.empty()) {
    throw ConfigError("--test: one file cannot be the test part of several tables");
  }
  for (const std::string& file : CLI::detail::split(common.data, ',')) {
    experiment::DataOptions options = common;
    options.data = file;
    experiment::SourceTables read = experiment::read_tables(options);
    tables.push_back({std::move(read), std::move(options)});
  }
  return tables;
}

/// "covertype" of "data/covertype.csv.gz".
std::string short_name(const std::string& file) {
  const std::string name = std::filesystem::path(file).filename().string();
  return name.substr(0, name.find('.'));
}

std::string cell_of(const ComparisonRow& row) {
  std::string text = fmt::format("{:.4g} ± {:.2g}", row.summary.mean, row.summary.deviation);
  if (!row.against || row.against->t_holm >= kLevel) return text;
  return text + (row.against->advantage > 0.0 ? " +" : " -");
}

TextTable matrix_of(const Transfer& transfer) {
  std::vector<std::string> header{"neuron"};
  for (const Comparison& comparison : transfer.comparisons) {
    header.push_back(fmt::format("{} ({})", short_name(comparison.source), comparison.metric));
  }
  TextTable table(std::move(header));
  const std::size_t n_rows =
      transfer.comparisons.empty() ? 0 : transfer.comparisons[0].rows.size();
  for (std::size_t i = 0; i < n_rows; ++i) {
    std::vector<std::string> cells{transfer.comparisons[0].rows[i].neuron};
    for (const Comparison& comparison : transfer.comparisons) {
      cells.push_back(cell_of(comparison.rows[i]));
    }
    table.add(std::move(cells));
  }
  return table;
}

/// What discovery found on each table, the most frequent formula.
void print_specialists(const Context& context, const Transfer& transfer) {
  for (const Comparison& comparison : transfer.comparisons) {
    for (const ComparisonRow& row : comparison.rows) {
      if (!row.is_discovered) continue;
      const auto most = count_structures(row)[0];
      context.say("{} on {}: {} ({} of {} repeats)",
                  row.neuron,
                  short_name(comparison.source),
                  most.structure,
                  most.repeats,
                  comparison.repeats());
    }
  }
}

void print_result(const Context& context, const TransferFlags& flags, const Transfer& transfer) {
  if (transfer.comparisons.empty()) return;
  const TextTable table = matrix_of(transfer);
  context.say("{}", flags.markdown ? table.markdown() : table.aligned());
  context.say(
      "mean ± standard deviation over {} repeats; + better and - worse than {} at p < {} by the "
      "corrected resampled t test, adjusted after Holm over the whole table",
      transfer.comparisons[0].repeats(),
      transfer.comparisons[0].reference,
      kLevel);
  print_specialists(context, transfer);
}

void transfer_and_write(const TransferFlags& flags,
                        const std::vector<experiment::TransferTable>& tables,
                        const experiment::CompareOptions& options,
                        Context& context,
                        Recording& recording) {
  const Interrupt interrupt;
  const Executor executor(context.threads);
  const Transfer transfer =
      experiment::transfer(tables, options, executor, &recording, interrupt.token());
  Json json = to_json(transfer);
  recording.finish(
      transfer.interrupted ? experiment::RunStatus::Interrupted : experiment::RunStatus::Done,
      json);
  if (transfer.interrupted) {
    context.exit_status = kInterrupted;
    context.note("interrupted: {} of {} tables have results",
                 transfer.comparisons.size(),
                 tables.size());
  }
  if (!flags.out.empty()) json["out"] = flags.out;
  if (!flags.out.empty()) write_file_atomically(flags.out, json.dump(2) + "\n");
  print_result(context, flags, transfer);
  if (!flags.out.empty()) context.say("written: {}", flags.out);
  context.print(json);
}

void run(const TransferFlags& flags, Context& context) {
  experiment::CompareOptions options = flags.comparison.resolved(
      experiment::transfer_contenders(
          flags.neurons, !flags.no_specialist, flags.comparison.library.read()));
  if (options.reference.empty()) options.reference = kReference;
  if (!flags.out.empty()) require_writable(flags.out);
  const std::vector<experiment::TransferTable> tables = tables_of(flags);
  std::string hash;
  for (const experiment::TransferTable& table : tables) {
    experiment::validate(table.tables, table.options, options);
    hash += (hash.empty() ? "" : " ") + table.tables.hash;
  }
  const auto progress = context.progress();
  Recording recording(flags.store,
                      context,
                      {.data = flags.data.options.data,
                       .data_hash = hash,
                       .seed = flags.data.options.split.seed},
                      RunOrigin::New,
                      progress.get());
  recording.watch([&] { transfer_and_write(flags, tables, options, context, recording); });
}

void add_transfer_options(CLI::App& command, TransferFlags& flags) {
  const std::string group = "Comparison";
  command
      .add_option("--neurons",
                  flags.neurons,
                  "Neuron files, library names, formulas, discover:RECIPE; e.g. higgs.json,mish")
      ->required()
      ->group(group);
  command
      .add_flag("--no-specialist",
                flags.no_specialist,
                "Leave out what each table's own discovery finds")
      ->group(group);
  command.add_option("--out", flags.out, "File for the JSON of --json")->group(group);
  command.add_flag("--markdown", flags.markdown, "Print the table as Markdown")->group(group);
}

}  // namespace

void add_transfer(CLI::App& app, Context& context) {
  auto flags = std::make_shared<TransferFlags>();
  CLI::App& command =
      *app.add_subcommand("transfer", "Compare neurons on several tables: what carries over?");
  command.footer(kExamples);
  add_data_flags(command, flags->data, "standard");
  command.get_option("--data")->description("Tables, e.g. a.csv,b.csv.gz");
  flags->data.options.rows = kRows;
  command.get_option("--rows")
      ->description("Use a random sample of so many rows of each table, or all there are")
      ->default_str(std::to_string(kRows));
  add_transfer_options(command, *flags);
  add_comparison_options(command, flags->comparison, kReference);
  add_network_options(command, flags->comparison);
  add_store_flags(command, flags->store);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
