#include "neuronsmith/experiment/train.hpp"

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/cli/interrupt.hpp"
#include "neuronsmith/cli/neuron_options.hpp"
#include "neuronsmith/cli/recording.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kExamples = R"(
Examples:
  neuronsmith train --neuron neuron.json --data train.csv --target price --hidden 12,5
  neuronsmith train --neuron quadratic --data train.csv --out quadratic.json
  neuronsmith train --neuron "0.3*x^2 + x" --data train.csv --activation relu --epochs 500)";

struct TrainFlags {
  DataFlags data;
  std::string neuron = "linear";
  std::string out = "model.json";
  std::string hidden = "12,5";
  std::string activation, learnable, initialisation, optimiser, schedule;
  experiment::TrainModelOptions options;
  LibraryFlags library;
  StoreFlags store;
};

template <typename Enum>
Enum require_name(std::optional<Enum> found,
                  const char* option,
                  const std::string& text,
                  const char* accepted) {
  if (found) return *found;
  throw ConfigError(fmt::format("{} must be {}, not \"{}\"", option, accepted, text));
}

experiment::TrainModelOptions resolved(const TrainFlags& flags,
                                       const neuron::UserLibrary& library) {
  experiment::TrainModelOptions options = flags.options;
  options.hidden = parse_hidden(flags.hidden);
  options.seed = flags.data.options.split.seed;
  if (!flags.activation.empty()) {
    options.activation = neuron::resolve_activation(flags.activation, "--activation", library);
  }
  if (!flags.learnable.empty()) options.learnable = neuron::parse_learnable(flags.learnable);
  if (!flags.initialisation.empty()) {
    options.initialisation = require_name(network::find_initialisation(flags.initialisation),
                                          "--initialisation", flags.initialisation,
                                          "scaled or torch");
  }
  network::TrainOptions& t = options.training;
  if (!flags.optimiser.empty()) {
    t.optimiser.kind = require_name(network::find_optimiser(flags.optimiser), "--optimiser",
                                    flags.optimiser, "sgd, rmsprop, adam or adamw");
  }
  if (!flags.schedule.empty()) {
    t.schedule = require_name(network::find_schedule(flags.schedule), "--schedule", flags.schedule,
                              "constant, cosine or step");
  }
  t.validate();
  return options;
}

void add_network_options(CLI::App& command, TrainFlags& flags) {
  const std::string group = "Network";
  experiment::TrainModelOptions& o = flags.options;
  command.add_option("--hidden", flags.hidden, "Widths of hidden layers, or none")
      ->capture_default_str()->group(group);
  command.add_option("--parameters", o.n_parameters,
                     "Widen or narrow the hidden layers, in proportion, to at least so many")
      ->group(group);
  command.add_option("--activation", flags.activation, "Library name or formula of x, e.g. relu")
      ->default_str(fmt::format("the neuron's, else {}", experiment::kDefaultActivation))
      ->group(group);
  command.add_option("--learnable", flags.learnable,
                     "Train the numbers in the activation: none, layer (one set each) or channel "
                     "(one an output)")
      ->default_str("none")->group(group);
  command.add_flag("--task-based-output", o.task_based_output,
                   "The output layer aggregates by the neuron too, not linearly")->group(group);
  command.add_flag("--batch-norm", o.batch_norm, "Batch normalisation in hidden layers")->group(group);
  command.add_option("--dropout", o.dropout, "Probability in hidden layers")
      ->capture_default_str()->group(group);
  command.add_option("--initialisation", flags.initialisation,
                     "Of the weights: scaled (unit variance in every layer) or torch (as "
                     "torch.nn.Linear)")
      ->default_str(std::string(network::name(o.initialisation)))->group(group);
}

void add_training_options(CLI::App& command, TrainFlags& flags) {
  const std::string group = "Training";
  network::TrainOptions& t = flags.options.training;
  command.add_option("--optimiser", flags.optimiser, "sgd, rmsprop, adam or adamw")
      ->default_str(std::string(network::name(t.optimiser.kind)))->group(group);
  command.add_option("--learning-rate", t.learning_rate, "At the start")
      ->capture_default_str()->group(group);
  command.add_flag("!--no-step-scaling", t.scale_steps,
                   "Let weights on powers of x take steps as large as those on x")->group(group);
  command.add_option("--schedule", flags.schedule, "Of the learning rate: constant, cosine or step")
      ->default_str(std::string(network::name(t.schedule)))->group(group);
  command.add_option("--step-epochs", t.step_epochs, "Schedule step: epochs between two drops")
      ->capture_default_str()->group(group);
  command.add_option("--step-factor", t.step_factor, "Schedule step: what a drop multiplies by")
      ->capture_default_str()->group(group);
  command.add_option("--batch", t.batch, "Rows a step")->capture_default_str()->group(group);
  command.add_option("--epochs", t.epochs, "At most")->capture_default_str()->group(group);
  command.add_option("--patience", t.patience, "Epochs without a better validation loss; 0: no end")
      ->capture_default_str()->group(group);
  command.add_option("--weight-decay", t.optimiser.weight_decay, "As PyTorch defines it")
      ->default_str("0.01 for adamw, else 0")->group(group);
  command.add_option("--momentum", t.optimiser.momentum, "Of sgd")->capture_default_str()->group(group);
  command.add_option("--clip-norm", t.optimiser.clip_norm, "Greatest norm of a gradient")->group(group);
  command.add_option("--minutes", t.minutes, "Stop after so long")->group(group);
}

Json json_of_run(const experiment::TrainedModel& trained,
                 const experiment::PreparedData& data,
                 std::uint64_t seed) {
  Json json;
  json["formula"] = trained.model.formula;
  json["task"] = name(data.task.kind);
  json["evaluated_on"] = trained.evaluated_on;
  json["hidden"] = trained.model.network.architecture().hidden;
  json["metrics"] = json_of(trained.evaluation.metrics);
  json["metrics_scaled"] = json_of(trained.evaluation.metrics_scaled);
  json["parameters"] = trained.model.network.parameter_count();
  json["multiply_adds"] = trained.model.network.multiply_adds();
  json["basis_operations"] = trained.model.network.basis_operations();
  json["rows"] = trained.evaluation.n_rows;
  json["rows_training"] = data.n_training;
  json["rows_validation"] = data.n_validation;
  json["rows_test"] = data.n_test;
  json["epochs"] = trained.training.epochs;
  json["best_epoch"] = trained.training.best_epoch;
  json["seconds"] = trained.training.seconds;
  json["seed"] = seed;
  return json;
}

void print_run(const Context& context,
               const experiment::TrainedModel& trained,
               const std::string& out) {
  const experiment::Evaluation& evaluation = trained.evaluation;
  const network::Network& network = trained.model.network;
  context.say("neuron      {}", trained.model.formula);
  context.say("network     {} parameters, {} multiply-adds a row, hidden layers of {}",
              network.parameter_count(), network.multiply_adds(),
              fmt::join(network.architecture().hidden, ","));
  context.say("training    {} epochs in {:.2f} s, weights of epoch {} kept{}",
              trained.training.epochs, trained.training.seconds, trained.training.best_epoch,
              trained.training.diverged ? " (it diverged later)" : "");
  context.say("{:<11} {} ({} rows)", trained.evaluated_on, text_of(evaluation.metrics),
              evaluation.n_rows);
  context.say("written     {}", out);
}

void train_and_write(const TrainFlags& flags,
                     const experiment::PreparedData& data,
                     const neuron::Neuron& neuron,
                     const experiment::TrainModelOptions& options,
                     Context& context,
                     Recording& recording) {
  const Interrupt interrupt;
  const experiment::TrainedModel trained =
      experiment::train_model(data, neuron, options, &recording, interrupt.token());
  const bool is_interrupted = interrupt.requested();
  std::string model = to_json(trained.model).dump(1) + "\n";
  write_file_atomically(flags.out, model);
  Json json = json_of_run(trained, data, options.seed);
  json["out"] = flags.out;
  if (recording.is_on()) {
    recording.add_artefact("model.json", std::move(model));
    recording.add_artefact("predictions.csv", experiment::predictions_csv(trained, data));
  }
  recording.finish(
      is_interrupted ? experiment::RunStatus::Interrupted : experiment::RunStatus::Done, json);
  if (is_interrupted) {
    context.exit_status = kInterrupted;
    context.note("interrupted: the best weights so far are written");
  }
  print_run(context, trained, flags.out);
  context.print(json);
}

void run(const TrainFlags& flags, Context& context) {
  const neuron::UserLibrary library = flags.library.read();
  const experiment::TrainModelOptions options = resolved(flags, library);
  const experiment::DataOptions data_options = flags.data.resolved();
  const neuron::Neuron neuron = neuron::resolve_neuron(flags.neuron, "--neuron", library);
  require_writable(flags.out);
  const experiment::PreparedData data = experiment::prepare(data_options);
  experiment::validate(data, neuron, options);
  note_rows(context, data_options, data.n_table_rows);
  context.note("{}: {}, {} training, {} validation, {} test rows, {} inputs", data.source,
               name(data.task.kind), data.n_training, data.n_validation, data.n_test,
               data.preprocessor.n_features());
  const auto progress = context.progress();
  Recording recording(flags.store,
                      context,
                      {.data = data.source, .data_hash = data.hash, .seed = options.seed},
                      RunOrigin::New,
                      progress.get());
  recording.watch([&] { train_and_write(flags, data, neuron, options, context, recording); });
}

}  // namespace

void add_train(CLI::App& app, Context& context) {
  auto flags = std::make_shared<TrainFlags>();
  CLI::App& command = *app.add_subcommand("train", "Train a network of a neuron on a table");
  command.footer(kExamples);
  command.add_option("--neuron", flags->neuron,
                     "Neuron file, library name (linear, quadratic, gelu) or formula in quotes")
      ->capture_default_str();
  add_library_flag(command, flags->library);
  command.add_option("--out", flags->out, "Model file")->capture_default_str();
  add_data_flags(command, flags->data, "standard");
  add_network_options(command, *flags);
  add_training_options(command, *flags);
  add_store_flags(command, flags->store);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
