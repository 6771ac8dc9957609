#include "neuronsmith/network/cohort.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::network {
namespace {

double finite_or_infinite(double loss) {
  return std::isfinite(loss) ? loss : std::numeric_limits<double>::infinity();
}

}  // namespace

double log_loss_ratio(double loss, double reference) {
  constexpr double kLeastLoss = 1e-12;
  return std::log(std::max(loss, kLeastLoss) / std::max(reference, kLeastLoss));
}

void CohortOptions::validate() const {
  training.validate();
  shape.validate();
}

Cohort::Cohort(std::vector<Problem> problems, CohortOptions options)
    : problems_(std::move(problems)), options_(std::move(options)) {
  options_.validate();
  NEURONSMITH_CHECK(!problems_.empty() && !options_.seeds.empty(), "a cohort without trials");
  for (const Problem& problem : problems_) {
    NEURONSMITH_CHECK(problem.training.n_rows() > 0 && problem.test.n_rows() > 0,
                      "a problem needs rows to train on and rows to judge by");
  }
}

std::uint64_t Cohort::seed_of(std::size_t trial) const {
  return options_.seeds[trial / problems_.size()] + (std::uint64_t{problem_of(trial)} << 32);
}

Architecture Cohort::architecture_of(const Member& member, std::size_t problem) const {
  Architecture ordinary = options_.shape;
  ordinary.n_inputs = problems_[problem].training.features.n_features;
  ordinary.n_outputs = problems_[problem].n_outputs;
  Architecture own = ordinary;
  own.aggregation = member.aggregation;
  own.activation = member.activation;
  const std::size_t n_parameters = ordinary.parameter_count();
  if (!own.hidden.empty() && own.parameter_count() != n_parameters) {
    own.hidden = matched_widths(own, n_parameters);
  }
  return own;
}

TrialLosses Cohort::train(const Member& member,
                          std::size_t trial,
                          const std::stop_token& stop) const {
  if (options_.learning_rates.empty()) {
    return train_at(options_.training.learning_rate, member, trial, stop);
  }
  TrialLosses best;
  for (const double rate : options_.learning_rates) {
    const TrialLosses losses = train_at(rate, member, trial, stop);
    if (losses.test < best.test) best = losses;
  }
  return best;
}

TrialLosses Cohort::train_at(double learning_rate,
                             const Member& member,
                             std::size_t trial,
                             const std::stop_token& stop) const {
  const Problem& problem = problems_[problem_of(trial)];
  const std::uint64_t seed = seed_of(trial);
  Network network(architecture_of(member, problem_of(trial)));
  network.initialise(problem.training.features, seed, options_.initialisation);
  TrainOptions training = options_.training;
  training.seed = seed;
  training.learning_rate = learning_rate;
  const TrainingResult result =
      network::train(network, problem.training, {}, problem.loss, training, nullptr, stop);
  if (result.end != TrainingEnd::AllEpochs) return {};
  TrialLosses losses;
  losses.test = finite_or_infinite(mean_loss(network, problem.test, problem.loss));
  if (problem.beyond.n_rows() > 0) {
    losses.beyond = finite_or_infinite(mean_loss(network, problem.beyond, problem.loss));
  }
  return losses;
}

}  // namespace neuronsmith::network
