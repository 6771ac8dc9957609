#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/network/network.hpp"
#include "neuronsmith/network/optimiser.hpp"

namespace neuronsmith::network {

/// Rows to train on or to watch; borrowed for the call.
struct Part {
  FeatureView features;
  std::span<const float> target;           ///< [n_outputs][n_rows] for MeanSquaredError
  std::span<const std::uint32_t> classes;  ///< [n_rows] for the classification losses

  [[nodiscard]] std::size_t n_rows() const { return features.n_rows; }
};

struct TrainOptions {
  OptimiserOptions optimiser = {};
  /// Steps of weights on phi(x) are scaled by Network::step_scales of the training rows. Without it
  /// this is the optimiser as published; with it so too for ordinary neurons, where all scales are 1.
  bool scale_steps = true;
  double learning_rate = 5e-3;  ///< > 0; what the schedule starts from
  std::size_t batch = 64;       ///< rows a step, > 0; the last batch of an epoch may be smaller
  std::size_t epochs = 200;     ///< > 0
  /// Epochs without a lower validation loss after which training ends; 0: never.
  std::size_t patience = 40;
  Schedule schedule = Schedule::Cosine;
  std::size_t step_epochs = 50;     ///< Schedule::Step: epochs between two drops, > 0
  double step_factor = 0.1;         ///< Schedule::Step: what a drop multiplies by, in (0, 1]
  std::uint64_t seed = 0;           ///< of the order of the rows and of dropout
  std::optional<double> minutes = std::nullopt;  ///< wall-clock limit, > 0; results then depend on the clock

  /// Throws ConfigError naming the option as the command line spells it (--learning-rate).
  void validate() const;
  /// The learning rate of an epoch, counted from 0.
  [[nodiscard]] double learning_rate_at(std::size_t epoch) const;
};

/// Why training came to an end.
enum class TrainingEnd : std::uint8_t { AllEpochs, Patience, Diverged, TimeLimit, Stopped };

struct TrainingResult {
  std::size_t epochs = 0;      ///< epochs run, a last unfinished one included
  std::size_t best_epoch = 0;  ///< the one whose weights were kept, from 1; 0: the first weights
  std::uint64_t steps = 0;     ///< optimiser steps
  std::vector<double> train_loss;       ///< per epoch: mean over its batches, while they change
  std::vector<double> validation_loss;  ///< per epoch; empty without a validation part
  /// A loss or a parameter became infinite or NaN: an ordinary outcome. The best weights before
  /// that are kept, and the histories hold finite epochs only.
  bool diverged = false;
  TrainingEnd end = TrainingEnd::AllEpochs;
  double seconds = 0.0;  ///< wall-clock
};

/// Minimises the mean loss by mini-batches, from the parameters that `network` has. With a
/// validation part the weights of the epoch of least validation loss are kept; without one
/// (n_rows() == 0) those of the last epoch, and patience has no meaning.
///
/// Rows are drawn in a new order every epoch, Random(seed, Purpose::Shuffle, epoch); a row-major copy of
/// the training features, which makes that quick, is kept while it runs. One thread;
/// different networks may be trained at the same time on the same parts. The same seed, data and
/// machine give the same bytes, whatever else runs. `sink` (may be null) gets one report an epoch.
/// A stop request or the time limit ends training after the step under way; the best weights are
/// kept then too.
///
/// Throws ConfigError like TrainOptions::validate(), InternalError when the parts do not fit the
/// network or the loss, or there is no row to train on.
TrainingResult train(Network& network,
                     const Part& training,
                     const Part& validation,
                     Loss loss,
                     const TrainOptions& options,
                     ProgressSink* sink = nullptr,
                     const std::stop_token& stop = {});

/// Mean loss of the network on a part with rows, in inference.
[[nodiscard]] double mean_loss(const Network& network, const Part& part, Loss loss);

}  // namespace neuronsmith::network
