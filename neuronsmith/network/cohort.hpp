#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "neuronsmith/network/initialisation.hpp"
#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/network/network.hpp"
#include "neuronsmith/network/trainer.hpp"
#include "neuronsmith/neuron/activation.hpp"
#include "neuronsmith/neuron/aggregation.hpp"

namespace neuronsmith::network {

/// Something to learn, and where it is judged. The parts are borrowed.
struct Problem {
  std::string name;
  std::string family;  ///< problems of one family are alike
  Part training;
  Part test;    ///< rows of the distribution that is trained on; not empty
  Part beyond;  ///< rows out of that distribution; may be empty
  Loss loss = Loss::MeanSquaredError;
  std::size_t n_outputs = 1;
};

/// What tells the networks of a cohort apart: their neuron.
struct Member {
  neuron::Aggregation aggregation = neuron::linear_aggregation();
  neuron::Activation activation = {};
};

struct CohortOptions {
  /// What all networks have in common; inputs, outputs and neuron are filled in. `hidden` are the widths
  /// of an ordinary network; a member that would have another number of parameters gets widths in the
  /// same proportion with as many, or a few more.
  Architecture shape = {.hidden = {32, 32}};
  TrainOptions training;  ///< its seed is replaced by that of the trial
  /// Of each trial one training with every rate, of which the least loss within the distribution decides;
  /// empty: that of `training` alone.
  std::vector<double> learning_rates = {};
  Initialisation initialisation = Initialisation::Scaled;
  std::vector<std::uint64_t> seeds = {1};  ///< one training each on every problem; not empty

  /// Throws ConfigError naming the option.
  void validate() const;
};

/// Losses after training; infinite where the training diverged or there is nothing to judge by.
struct TrialLosses {
  double test = std::numeric_limits<double>::infinity();
  double beyond = std::numeric_limits<double>::infinity();

  bool operator==(const TrialLosses&) const = default;
};

/// ln(loss / reference), neither taken below 1e-12: what float32 rounding leaves of a mean squared error is
/// no merit.
[[nodiscard]] double log_loss_ratio(double loss, double reference);

/// Many small networks that differ in their neuron alone, trained on the same problems with the same
/// seeds: each trial, a problem with a seed, has the same first random numbers and the same order of rows
/// for all members, so that members are compared in pairs. One training is one coarse task, whose
/// network, gradient and batch stay in the cache of a core; trainings run side by side.
///
/// Immutable, safe to share between threads.
class Cohort {
 public:
  /// Another one where the same options give other losses than before: what is kept of older
  /// trainings is then of no use.
  static constexpr int kVersion = 2;

  /// Throws ConfigError like CohortOptions::validate(), InternalError without problems or for one
  /// without training or test rows.
  Cohort(std::vector<Problem> problems, CohortOptions options);

  [[nodiscard]] std::span<const Problem> problems() const { return problems_; }
  /// Trial t is the problem t % problems, with seed number t / problems: the first trials see all
  /// problems.
  [[nodiscard]] std::size_t n_trials() const { return problems_.size() * options_.seeds.size(); }
  [[nodiscard]] std::size_t problem_of(std::size_t trial) const { return trial % problems_.size(); }
  /// What is random in a trial: its seed plus 2^32 times the number of its problem. A draw of first
  /// weights favours some neurons; shared by all problems, it would look like what they have in common.
  [[nodiscard]] std::uint64_t seed_of(std::size_t trial) const;

  /// The network of a member on a problem.
  [[nodiscard]] Architecture architecture_of(const Member& member, std::size_t problem) const;

  /// One training, or the best of one with each rate. A stop request ends it at once; its losses are then of no use.
  [[nodiscard]] TrialLosses train(const Member& member,
                                  std::size_t trial,
                                  const std::stop_token& stop = {}) const;

 private:
  [[nodiscard]] TrialLosses train_at(double learning_rate,
                                     const Member& member,
                                     std::size_t trial,
                                     const std::stop_token& stop) const;

  std::vector<Problem> problems_;
  CohortOptions options_;
};

}  // namespace neuronsmith::network
