#include "neuronsmith/experiment/train.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/write_table.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/neuron/library.hpp"

namespace neuronsmith::experiment {
namespace {

network::Loss loss_of(const Task& task) {
  return task.kind == TaskKind::Regression ? network::Loss::MeanSquaredError
                                           : network::classification_loss(task.n_classes());
}

Json provenance_of(const PreparedData& data,
                   const neuron::Neuron& neuron,
                   const TrainModelOptions& options,
                   const network::TrainingResult& training) {
  const network::TrainOptions& t = options.training;
  Json json;
  json["data_hash"] = data.hash;
  json["seed"] = options.seed;
  json["rows"] = {{"training", data.n_training},
                  {"validation", data.n_validation},
                  {"test", data.n_test}};
  json["initialisation"] = network::name(options.initialisation);
  json["optimiser"] = network::name(t.optimiser.kind);
  json["schedule"] = network::name(t.schedule);
  json["learning_rate"] = t.learning_rate;
  json["batch"] = t.batch;
  json["epochs"] = training.epochs;
  json["best_epoch"] = training.best_epoch;
  json["neuron"] = neuron.provenance;
  return json;
}

neuron::Activation activation_of(const neuron::Neuron& neuron, const TrainModelOptions& options) {
  neuron::Activation activation =
      options.activation  ? *options.activation
      : neuron.activation ? *neuron.activation
                          : neuron::resolve_activation(kDefaultActivation);
  return neuron::with_learnable_literals(std::move(activation), options.learnable);
}

struct Judged {
  std::string part;
  network::Part rows;
};

Judged judged_part(const PreparedData& data) {
  if (data.n_test > 0) return {"test", data.test()};
  if (data.n_validation > 0) return {"validation", data.validation()};
  return {"training", data.training()};
}

}  // namespace

network::Architecture architecture_of(const PreparedData& data,
                                      const neuron::Neuron& neuron,
                                      const TrainModelOptions& options) {
  network::Architecture architecture;
  architecture.n_inputs = data.preprocessor.n_features();
  architecture.n_outputs = data.task.kind == TaskKind::Regression
                               ? 1
                               : network::logits_for(data.task.n_classes());
  architecture.hidden = options.hidden;
  architecture.aggregation = neuron.aggregation;
  architecture.activation = activation_of(neuron, options);
  architecture.task_based_output = options.task_based_output;
  architecture.batch_norm = options.batch_norm;
  architecture.dropout = options.dropout;
  if (options.n_parameters) {
    architecture.hidden = network::matched_widths(architecture, *options.n_parameters);
  }
  return architecture;
}

void validate(const PreparedData& data,
              const neuron::Neuron& neuron,
              const TrainModelOptions& options) {
  options.training.validate();
  const network::Architecture architecture = architecture_of(data, neuron, options);
  architecture.validate();
  if (options.learnable == neuron::Learnable::None || !architecture.activation.parameters.empty()) {
    return;
  }
  throw ConfigError(fmt::format("--learnable: the activation \"{}\" has no number that could be learnt",
                                formula::to_infix(architecture.activation.formula)));
}

FittedNetwork fit_network(const network::Architecture& architecture,
                          const network::Part& training,
                          const network::Part& validation,
                          const Task& task,
                          const TrainModelOptions& options,
                          ProgressSink* progress,
                          std::stop_token stop) {
  network::TrainOptions train_options = options.training;
  train_options.seed = options.seed;
  FittedNetwork fitted{.network = network::Network(architecture), .training = {}};
  fitted.network.initialise(training.features, options.seed, options.initialisation);
  fitted.training = network::train(
      fitted.network, training, validation, loss_of(task), train_options, progress, stop);
  return fitted;
}

TrainedModel train_model(const PreparedData& data,
                         const neuron::Neuron& neuron,
                         const TrainModelOptions& options,
                         ProgressSink* progress,
                         std::stop_token stop) {
  FittedNetwork fitted = fit_network(architecture_of(data, neuron, options),
                                     data.training(),
                                     data.validation(),
                                     data.task,
                                     options,
                                     progress,
                                     stop);
  network::TrainingResult& result = fitted.training;
  if (result.diverged && result.best_epoch == 0) {
    throw DataError(fmt::format(
        "training diverged in its first epoch; a lower --learning-rate than {} may help",
        options.training.learning_rate));
  }
  Model model{.task = data.task,
              .preprocessor = data.preprocessor,
              .network = std::move(fitted.network),
              .formula = formula::to_infix(neuron.formula),
              .provenance = provenance_of(data, neuron, options, result)};
  const Judged judged = judged_part(data);
  Evaluation evaluation = evaluate(model, judged.rows);
  return {std::move(model), std::move(result), std::move(evaluation), judged.part};
}

std::string predictions_csv(const TrainedModel& trained, const PreparedData& data) {
  const network::Part truth = judged_part(data).rows;
  const Prediction prediction = predict(trained.model, truth.features);
  const Task& task = trained.model.task;
  const std::size_t n = std::min(truth.n_rows(), kMostPredictions);
  std::string text = "true,prediction\n";
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t i = k * truth.n_rows() / n;
    if (task.kind == TaskKind::Regression) {
      // As many digits as float32 holds: the truth comes back from its scaled form.
      const double own = task.scale.invert(static_cast<double>(truth.target[i]));
      text += fmt::format("{:.7g},{:.7g}\n", own, prediction.values[i]);
    } else {
      text += fmt::format("{},{}\n",
                          csv_field(task.labels[truth.classes[i]]),
                          csv_field(task.labels[prediction.classes[i]]));
    }
  }
  return text;
}

}  // namespace neuronsmith::experiment
