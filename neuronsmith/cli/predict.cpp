#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/experiment/model.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kExamples = R"(
Examples:
  neuronsmith predict --model model.json --data new.csv --out predictions.csv)";

struct PredictFlags {
  std::string model;
  std::string data;
  std::string out = "predictions.csv";
  FileFlags file;
};

void run(const PredictFlags& flags, const Context& context) {
  const Stopwatch clock;
  const experiment::Model model = experiment::read_model(flags.model);
  require_writable(flags.out);
  Table table = experiment::read_table_for(
      model, flags.data, flags.file.read_options(), experiment::TargetUse::Ignore);
  const experiment::ModelRows rows =
      experiment::rows_for(model, std::move(table), experiment::TargetUse::Ignore);
  const experiment::Prediction prediction = experiment::predict(model, rows.features.view());
  write_file_atomically(flags.out, experiment::to_csv(model, prediction));
  context.say("written  {} ({} rows)", flags.out, rows.features.n_rows());
  context.print({{"rows", rows.features.n_rows()}, {"out", flags.out}, {"seconds", clock.seconds()}});
}

}  // namespace

void add_predict(CLI::App& app, Context& context) {
  auto flags = std::make_shared<PredictFlags>();
  CLI::App& command = *app.add_subcommand("predict", "Apply a model to a table");
  command.footer(kExamples);
  command.add_option("--model", flags->model, "Model file")->required();
  command.add_option("--data", flags->data, "CSV, TSV or ARFF file, also gzip'ed")->required();
  command.add_option("--out", flags->out, "CSV file: one line a row, in the order of the data")
      ->capture_default_str();
  add_file_flags(command, flags->file);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
