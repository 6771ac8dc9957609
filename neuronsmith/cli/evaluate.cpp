#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/experiment/model.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kExamples = R"(
Examples:
  neuronsmith evaluate --model model.json --data test.csv
  neuronsmith evaluate --model model.json --data test.csv --json)";

struct EvaluateFlags {
  std::string model;
  std::string data;
  FileFlags file;
};

void run(const EvaluateFlags& flags, const Context& context) {
  const Stopwatch clock;
  const experiment::Model model = experiment::read_model(flags.model);
  Table table = experiment::read_table_for(
      model, flags.data, flags.file.read_options(), experiment::TargetUse::Require);
  const experiment::ModelRows rows =
      experiment::rows_for(model, std::move(table), experiment::TargetUse::Require);
  const experiment::Evaluation evaluation = experiment::evaluate(model, rows.part());
  context.say("neuron   {}", model.formula);
  context.say("network  {} parameters, {} multiply-adds a row", model.network.parameter_count(),
              model.network.multiply_adds());
  context.say("metrics  {} ({} rows)", text_of(evaluation.metrics), evaluation.n_rows);
  context.print({{"formula", model.formula},
                 {"task", name(model.task.kind)},
                 {"metrics", json_of(evaluation.metrics)},
                 {"metrics_scaled", json_of(evaluation.metrics_scaled)},
                 {"parameters", model.network.parameter_count()},
                 {"multiply_adds", model.network.multiply_adds()},
                 {"basis_operations", model.network.basis_operations()},
                 {"rows", evaluation.n_rows},
                 {"seconds", clock.seconds()}});
}

}  // namespace

void add_evaluate(CLI::App& app, Context& context) {
  auto flags = std::make_shared<EvaluateFlags>();
  CLI::App& command = *app.add_subcommand("evaluate", "Measure a model on a table with its target");
  command.footer(kExamples);
  command.add_option("--model", flags->model, "Model file")->required();
  command.add_option("--data", flags->data, "CSV, TSV or ARFF file, also gzip'ed")->required();
  add_file_flags(command, flags->file);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
