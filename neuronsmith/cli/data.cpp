#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/data/describe.hpp"
#include "neuronsmith/data/synthetic/laws.hpp"
#include "neuronsmith/data/synthetic/order_laws.hpp"
#include "neuronsmith/data/write_table.hpp"
#include "neuronsmith/experiment/reproduce/order_problem.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kDescribeExamples = R"(
Examples:
  neuronsmith data describe train.csv
  neuronsmith data describe train.csv.gz --target price --json)";

constexpr const char* kSynthesizeExamples = R"(
Examples:
  neuronsmith data synthesize --law 5 --out law5.csv
  neuronsmith data synthesize --law 3 --noise 0.05 --range 1.5 --rows 600 --seed 2 --out law3.csv
  neuronsmith data synthesize --law interact-3 --features 30 --out interact3.csv)";

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
  std::string law = "1";
  std::optional<double> noise;
  std::optional<double> range;
  std::optional<std::size_t> rows;
  std::size_t features = 10;
  std::uint64_t seed = 1;
  std::string out;
};

/// The number of one of the ten laws.
int parse_law(const std::string& text) {
  for (int number = 1; number <= kLawCount; ++number) {
    if (text == std::to_string(number)) return number;
  }
  throw ConfigError(fmt::format(
      "--law: 1 to {}, {} to {} are known, not \"{}\"",
      kLawCount,
      name(order_laws().front()),
      name(order_laws().back()),
      text));
}

/// A synthetic table and what there is to say of it.
struct Synthesized {
  Table table;
  Json about;
};

Synthesized synthesize_power_law(const SynthesizeFlags& flags) {
  SyntheticOptions options{.features = flags.features, .seed = flags.seed};
  options.law = parse_law(flags.law);
  options.noise = flags.noise.value_or(options.noise);
  options.range = flags.range.value_or(options.range);
  options.rows = flags.rows.value_or(options.rows);
  return {synthesize(options), {{"law", law_text(options.law)}}};
}

Synthesized synthesize_order_law(const OrderLaw& law, const SynthesizeFlags& flags) {
  if (flags.range) throw ConfigError("--range: inputs of " + flags.law + " are N(0, 1)");
  OrderLawOptions options{.law = law, .features = flags.features, .seed = flags.seed};
  options.noise = flags.noise.value_or(options.noise);
  options.rows = flags.rows.value_or(options.rows);
  OrderLawTables tables = synthesize(options);
  Json about{{"law", tables.law.text()},
             {"orders", neuron::to_json(experiment::recovery::true_orders(law))},
             {"mean", tables.mean},
             {"deviation", tables.deviation}};
  return {std::move(tables.data), std::move(about)};
}

void run_synthesize(const SynthesizeFlags& flags, const Context& context) {
  const auto order_law = find_order_law(flags.law);
  Synthesized made =
      order_law ? synthesize_order_law(*order_law, flags) : synthesize_power_law(flags);
  const std::string csv = to_csv(made.table);
  if (flags.out.empty()) {
    fmt::print("{}", csv);
    return;
  }
  write_file_atomically(flags.out, csv);
  context.say("written  {} ({} rows of y = {}{})",
              flags.out,
              made.table.n_rows,
              made.about["law"].get<std::string>(),
              order_law ? ", standardised" : "");
  made.about["rows"] = made.table.n_rows;
  made.about["out"] = flags.out;
  context.print(made.about);
}

void add_synthesize(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<SynthesizeFlags>();
  CLI::App& command = *parent.add_subcommand("synthesize", "Write a table of a published law");
  command.footer(kSynthesizeExamples);
  command
      .add_option("--law",
                  flags->law,
                  "1 to 10: sums of powers; pure-0 to pure-4, interact-0 ..., hybrid-0 ...: orders")
      ->capture_default_str();
  command
      .add_option("--noise",
                  flags->noise,
                  "Standard deviation of the noise: 1 to 10 over the root mean square of y; orders "
                  "before y is standardised")
      ->default_str("0; orders 0.01");
  command.add_option("--range", flags->range, "1 to 10: inputs are uniform in [-RANGE, RANGE]")
      ->default_str("50");
  command.add_option("--rows", flags->rows, "Rows")->default_str("600; orders 2500");
  command.add_option("--features", flags->features, "Inputs")->capture_default_str();
  command.add_option("--seed", flags->seed, "Seed")->capture_default_str();
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
