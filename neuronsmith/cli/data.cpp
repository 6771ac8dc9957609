#include "neuronsmith/cli/data.hpp"

#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/data/describe.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kDescribeExamples = R"(
Examples:
  neuronsmith data describe train.csv
  neuronsmith data describe train.csv.gz --target price --json)";

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

}  // namespace

void add_data(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand("data", "Look at tables, make synthetic ones");
  command.require_subcommand(1);
  add_describe(command, context);
  add_synthesize(command, context);
  add_worlds(command, context);
}

}  // namespace neuronsmith::cli
