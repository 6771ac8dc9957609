#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/experiment/model.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/network/trainer.hpp"
#include "neuronsmith/neuron/neuron.hpp"

namespace neuronsmith::experiment {

/// What a network is built of and how it is trained.
struct TrainModelOptions {
  std::vector<std::size_t> hidden = {12, 5};
  std::optional<std::size_t> n_parameters;  ///< widens or narrows `hidden`, see network::matched_widths()
  /// Absent: the neuron's own, otherwise kDefaultActivation.
  std::optional<neuron::Activation> activation;
  /// Whose own the literals of the activation are as learnable parameters. An activation that has
  /// parameters already keeps them as they are.
  neuron::Learnable learnable = neuron::Learnable::None;
  bool task_based_output = false;
  bool batch_norm = false;
  double dropout = 0.0;
  network::Initialisation initialisation = network::Initialisation::Scaled;
  network::TrainOptions training;
  std::uint64_t seed = 1;  ///< initialisation, order of rows, dropout
};

inline constexpr const char* kDefaultActivation = "tanh";

struct TrainedModel {
  Model model;
  network::TrainingResult training;
  Evaluation evaluation;            ///< on `evaluated_on`
  std::string evaluated_on;         ///< "test", or "validation" or "training" when there is no other
};

/// The network of this neuron that `options` ask for, without weights.
[[nodiscard]] network::Architecture architecture_of(const PreparedData& data,
                                                    const neuron::Neuron& neuron,
                                                    const TrainModelOptions& options);

/// Throws, before any work, the ConfigError that train_model() would throw because of the options, and
/// one naming --learnable when the activation has nothing to learn.
void validate(const PreparedData& data,
              const neuron::Neuron& neuron,
              const TrainModelOptions& options);

/// A network as training left it; whether it diverged is in `training`.
struct FittedNetwork {
  network::Network network;
  network::TrainingResult training;
};

/// Initialises on the rows of `training` and trains, all random draws by `options.seed`; the
/// validation part decides when to stop. Of `options`, what shapes the network plays no part.
[[nodiscard]] FittedNetwork fit_network(const network::Architecture& architecture,
                                        const network::Part& training,
                                        const network::Part& validation,
                                        const Task& task,
                                        const TrainModelOptions& options,
                                        ProgressSink* progress = nullptr,
                                        std::stop_token stop = {});

/// Initialises and trains; the validation part decides when to stop. Throws DataError when training
/// diverged in its first epoch.
[[nodiscard]] TrainedModel train_model(const PreparedData& data,
                                       const neuron::Neuron& neuron,
                                       const TrainModelOptions& options,
                                       ProgressSink* progress = nullptr,
                                       std::stop_token stop = {});

inline constexpr std::size_t kMostPredictions = 2000;

/// predictions.csv: "true,prediction" of the rows that `trained.evaluation` is of, at most
/// kMostPredictions of them, evenly spaced; numbers in the target's own unit, or class labels.
[[nodiscard]] std::string predictions_csv(const TrainedModel& trained, const PreparedData& data);

}  // namespace neuronsmith::experiment
