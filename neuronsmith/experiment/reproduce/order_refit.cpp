#include "neuronsmith/experiment/reproduce/order_refit.hpp"

#include <cmath>
#include <span>

#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/experiment/train.hpp"
#include "neuronsmith/formula/polynomial.hpp"

namespace neuronsmith::experiment::recovery {
namespace {

using formula::Formula;

constexpr std::size_t kRanks[] = {1, kRefitRank};
constexpr std::uint64_t kStarts = 3;
constexpr double kValidationShare = 0.1;

TrainModelOptions probe(std::uint64_t seed) {
  TrainModelOptions options;
  options.hidden = {};
  options.task_based_output = true;
  options.seed = seed;
  options.training = {.optimiser = {.weight_decay = 1e-5},
                      .learning_rate = 0.01,
                      .batch = 128,
                      .epochs = 500,
                      .patience = 0,
                      .seed = seed};
  return options;
}

/// Mean squared distance of the part's target from a constant.
double squared_distance(std::span<const float> target, double constant) {
  double sum = 0.0;
  for (const float y : target) {
    sum += (static_cast<double>(y) - constant) * (static_cast<double>(y) - constant);
  }
  return sum / static_cast<double>(target.size());
}

double mean_target(const network::Part& part) {
  const std::vector<double> values(part.target.begin(), part.target.end());
  return mean_of(values);
}

struct Trained {
  double validation_loss = 0.0;
  double test_loss = 0.0;
};

/// Absent where training did not come to its end.
std::optional<Trained> trained(const neuron::Aggregation& aggregation,
                               const PreparedData& data,
                               std::uint64_t seed,
                               const std::stop_token& stop) {
  const TrainModelOptions options = probe(seed);
  const auto n_validation =
      static_cast<std::size_t>(std::ceil(kValidationShare * static_cast<double>(data.n_training)));
  const std::size_t n_training = data.n_training - n_validation;
  const network::Part validation = data.block.rows(n_training, n_validation);
  const neuron::Neuron neuron{.aggregation = aggregation};
  const FittedNetwork fitted = fit_network(architecture_of(data, neuron, options),
                                           data.block.rows(0, n_training),
                                           validation,
                                           data.task,
                                           options,
                                           nullptr,
                                           stop);
  if (fitted.training.end != network::TrainingEnd::AllEpochs) return std::nullopt;
  constexpr auto kLoss = network::Loss::MeanSquaredError;
  return Trained{network::mean_loss(fitted.network, validation, kLoss),
                 network::mean_loss(fitted.network, data.test(), kLoss)};
}

/// That of the training of least validation loss.
std::optional<double> trained_error(const neuron::OrderSet& orders,
                                    const PreparedData& data,
                                    std::uint64_t seed,
                                    const std::stop_token& stop) {
  std::optional<Trained> best;
  for (const std::size_t rank : kRanks) {
    for (std::uint64_t start = 0; start < kStarts; ++start) {
      const auto one = trained(aggregation_of(orders, rank), data, seed + start, stop);
      if (one && (!best || one->validation_loss < best->validation_loss)) best = one;
    }
  }
  if (!best) return std::nullopt;
  return best->test_loss;
}

}  // namespace

neuron::Aggregation aggregation_of(const neuron::OrderSet& orders, std::size_t rank) {
  neuron::Aggregation aggregation;
  for (const int k : orders.pure) aggregation.terms.push_back({.factors = {formula::power_of_x(k)}});
  for (const int k : orders.interaction) {
    aggregation.terms.push_back(
        {.factors = std::vector<Formula>(static_cast<std::size_t>(k), formula::power_of_x(1)),
         .rank = rank});
  }
  return aggregation;
}

std::optional<double> refitted_test_error(const neuron::OrderSet& orders,
                                          const PreparedData& data,
                                          std::uint64_t seed,
                                          const std::stop_token& stop) {
  const network::Part test = data.test();
  if (test.n_rows() == 0) return std::nullopt;
  const bool is_constant = orders.pure.empty() && orders.interaction.empty();
  const std::optional<double> error =
      is_constant ? squared_distance(test.target, mean_target(data.training()))
                  : trained_error(orders, data, seed, stop);
  if (!error || !std::isfinite(*error)) return std::nullopt;
  return *error / squared_distance(test.target, mean_target(test));
}

}  // namespace neuronsmith::experiment::recovery
