#include "neuronsmith/cli/comparison_options.hpp"

#include <fmt/format.h>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/experiment/train.hpp"
#include "neuronsmith/neuron/lookup.hpp"

namespace neuronsmith::cli {
namespace {

constexpr std::size_t kMostRepeats = 100'000;

}  // namespace

experiment::CompareOptions ComparisonFlags::resolved(
    std::vector<experiment::Contender> contenders) const {
  experiment::CompareOptions result = options;
  result.contenders = std::move(contenders);
  if (!match.empty()) result.match = experiment::parse_match(match);
  result.model.hidden = parse_hidden(hidden);
  if (!activation.empty()) {
    result.model.activation =
        neuron::resolve_activation(activation, "--activation", library.read());
  }
  if (!learnable.empty()) result.model.learnable = neuron::parse_learnable(learnable);
  result.validate();
  return result;
}

void add_comparison_options(CLI::App& command,
                            ComparisonFlags& flags,
                            const std::string& reference) {
  const std::string group = "Comparison";
  experiment::CompareOptions& o = flags.options;
  command.add_option("--repeats", o.repeats, "Each with a seed of its own, from --seed on")
      ->check(CLI::Range(std::size_t{2}, kMostRepeats))
      ->capture_default_str()
      ->group(group);
  command.add_option("--reference", o.reference, "Neuron that the others are tested against")
      ->default_str(reference)
      ->group(group);
  command
      .add_option("--match",
                  flags.match,
                  "parameters: widen so that none has fewer than the largest; width or none: "
                  "--hidden for all")
      ->default_str(std::string(name(o.match)))
      ->group(group);
  command
      .add_option("--metric",
                  o.metric,
                  "r2, rmse, mse, mae; accuracy, balanced_accuracy, log_loss, roc_auc, f1")
      ->default_str("r2 or accuracy")
      ->group(group);
  command
      .add_option(
          "--learning-rates", o.learning_rates, "Tried for every neuron; validation rows choose")
      ->delimiter(',')
      ->capture_default_str()
      ->group(group);
}

void add_network_options(CLI::App& command, ComparisonFlags& flags) {
  const std::string group = "Networks";
  add_library_flag(command, flags.library);
  network::TrainOptions& t = flags.options.model.training;
  command.add_option("--hidden", flags.hidden, "Widths of hidden layers, or none")
      ->capture_default_str()
      ->group(group);
  command.add_option("--activation", flags.activation, "Library name or formula of x, e.g. relu")
      ->default_str(fmt::format("the neuron's, else {}", experiment::kDefaultActivation))
      ->group(group);
  command
      .add_option("--learnable",
                  flags.learnable,
                  "Train the numbers in activations: none, layer (one set each) or channel (one an "
                  "output)")
      ->default_str("none")
      ->group(group);
  command
      .add_flag("--task-based-output",
                flags.options.model.task_based_output,
                "The output layer aggregates by the neuron too, not linearly")
      ->group(group);
  command
      .add_flag("--batch-norm", flags.options.model.batch_norm, "Batch normalisation in hidden layers")
      ->group(group);
  command.add_option("--dropout", flags.options.model.dropout, "Probability in hidden layers")
      ->capture_default_str()
      ->group(group);
  command.add_option("--epochs", t.epochs, "At most")->capture_default_str()->group(group);
  command
      .add_option("--patience", t.patience, "Epochs without a better validation loss; 0: no end")
      ->capture_default_str()
      ->group(group);
  command.add_option("--batch", t.batch, "Rows a step")->capture_default_str()->group(group);
}

}  // namespace neuronsmith::cli
