#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/data/describe.hpp"
#include "neuronsmith/data/synthetic/laws.hpp"
#include "neuronsmith/data/write_table.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kDescribeExamples = R"(
Examples:
  neuronsmith data describe train.csv
  neuronsmith data describe train.csv.gz --target price --json)";

constexpr const char* kSynthesizeExamples = R"(
Examples:
  neuronsmith data synthesize --law 5 --out law5.csv
  neuronsmith data synthesize --law 3 --noise 0.05 --range 1.5 --rows 600 --seed 2 --out law3.csv)";

struct DescribeFlags {
  std::string data;
  std::optional<std::string> target;
  std::string task = "auto";
  FileFlags file;
};

void print_summary(const Context& context, const TableSummary& summary) {
  context.say("{} rows, {} columns; target {} ({})", summary.n_rows, summary.columns.size(),
              summary.target, name(summary.task));
  context.say("{:<24} {:>7} {:>8} {:>9} {:>12} {:>12} {:>12}", "column", "type", "missing",
              "distinct", "min", "mean", "max");
  for (const ColumnSummary& column : summary.columns) {
    if (column.kind == ColumnKind::Numeric) {
      context.say("{:<24} {:>7} {:>8} {:>9} {:>12.6g} {:>12.6g} {:>12.6g}", column.name, "number",
                  column.n_missing, column.n_distinct, column.min, column.mean, column.max);
      continue;
    }
    std::string values;
    for (const auto& [text, count] : column.most_frequent) {
      values += fmt::format("{}{} ({})", values.empty() ? "" : ", ", text, count);
    }
    context.say("{:<24} {:>7} {:>8} {:>9} {}", column.name, "text", column.n_missing,
                column.n_distinct, values);
  }
  for (const auto& [label, count] : summary.class_counts) {
    context.say("class {:<18} {:>7} rows", label, count);
  }
}

void run_describe(const DescribeFlags& flags, const Context& context) {
  ReadOptions options = flags.file.read_options();
  options.label_column = flags.target.value_or("");
  const Table table = read_table(flags.data, options);
  const std::size_t target = experiment::find_target(table, flags.target);
  const TableSummary summary = describe(table, target, parse_task_choice(flags.task));
  print_summary(context, summary);
  context.print(to_json(summary));
}

void add_describe(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<DescribeFlags>();
  CLI::App& command = *parent.add_subcommand("describe", "Rows, columns, types, missing values, target");
  command.footer(kDescribeExamples);
  command.add_option("FILE", flags->data, "CSV, TSV or ARFF file, also gzip'ed")->required();
  command.add_option("--target", flags->target, "Column to predict")->default_str("the last");
  command.add_option("--task", flags->task, "auto, regression or classification")
      ->capture_default_str();
  add_file_flags(command, flags->file);
  add_common_options(command, context);
  command.callback([flags, &context] { run_describe(*flags, context); });
}

struct SynthesizeFlags {
  SyntheticOptions options;
  std::string out;
};

void run_synthesize(const SynthesizeFlags& flags, const Context& context) {
  const std::string csv = to_csv(synthesize(flags.options));
  if (flags.out.empty()) {
    fmt::print("{}", csv);
    return;
  }
  write_file_atomically(flags.out, csv);
  context.say("written  {} ({} rows of y = {})", flags.out, flags.options.rows,
              law_text(flags.options.law));
  context.print({{"law", law_text(flags.options.law)},
                 {"rows", flags.options.rows},
                 {"out", flags.out}});
}

void add_synthesize(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<SynthesizeFlags>();
  SyntheticOptions& options = flags->options;
  CLI::App& command =
      *parent.add_subcommand("synthesize", "Write a table of one of the ten published laws");
  command.footer(kSynthesizeExamples);
  command.add_option("--law", options.law, "1 to 10")->capture_default_str();
  command
      .add_option("--noise", options.noise,
                  "Standard deviation of the noise over the root mean square of y")
      ->capture_default_str();
  command.add_option("--range", options.range, "Inputs are uniform in [-RANGE, RANGE]")
      ->capture_default_str();
  command.add_option("--rows", options.rows, "Rows")->capture_default_str();
  command.add_option("--features", options.features, "Inputs")->capture_default_str();
  command.add_option("--seed", options.seed, "Seed")->capture_default_str();
  command.add_option("--out", flags->out, "CSV file")->default_str("standard output");
  add_common_options(command, context);
  command.callback([flags, &context] { run_synthesize(*flags, context); });
}

}  // namespace

void add_data(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand("data", "Look at tables, make synthetic ones");
  command.require_subcommand(1);
  add_describe(command, context);
  add_synthesize(command, context);
}

}  // namespace neuronsmith::cli
