#include "neuronsmith/search/network_objective.hpp"

#include <cmath>
#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/normal_form.hpp"

namespace neuronsmith::search {

using formula::Formula;

NetworkObjective::NetworkObjective(NetworkTrial trial, Builder builder)
    : trial_(std::move(trial)), builder_(std::move(builder)) {
  NEURONSMITH_CHECK(trial_.training.n_rows() > 0 && trial_.validation.n_rows() > 0,
                    "rows to train on and rows to judge by");
  NEURONSMITH_CHECK(!trial_.seeds.empty(), "a trial has a seed");
  trial_.options.validate();
}

std::uint64_t NetworkObjective::key(const Formula& formula) const {
  return formula::simplify(formula).hash();
}

Formula NetworkObjective::fitted(const Formula& formula) const {
  return formula::simplify(formula);
}

std::vector<Score> NetworkObjective::score(std::span<const Formula> formulas,
                                           const Executor& executor) const {
  std::vector<Formula> simplified;
  std::vector<std::optional<network::Architecture>> architectures;
  for (const Formula& formula : formulas) {
    simplified.push_back(formula::simplify(formula));
    architectures.push_back(builder_(simplified.back()));
  }
  const std::size_t n_seeds = trial_.seeds.size();
  std::vector<double> losses(formulas.size() * n_seeds, std::numeric_limits<double>::infinity());
  executor.for_each(losses.size(), [&](std::size_t i) {
    const auto& architecture = architectures[i / n_seeds];
    if (architecture) losses[i] = loss_of(*architecture, trial_.seeds[i % n_seeds]);
  });
  std::vector<Score> scores;
  for (std::size_t f = 0; f < formulas.size(); ++f) {
    double sum = 0.0;
    for (std::size_t s = 0; s < n_seeds; ++s) sum += losses[f * n_seeds + s];
    const double error = sum / static_cast<double>(n_seeds);
    scores.push_back({error, static_cast<double>(simplified[f].size()), error});
  }
  return scores;
}

double NetworkObjective::loss_of(const network::Architecture& architecture,
                                 std::uint64_t seed) const {
  network::Network network(architecture);
  network.initialise(trial_.training.features, seed, trial_.initialisation);
  network::TrainOptions options = trial_.options;
  options.seed = seed;
  const auto result = network::train(network, trial_.training, {}, trial_.loss, options);
  if (result.diverged) return std::numeric_limits<double>::infinity();
  const double loss = network::mean_loss(network, trial_.validation, trial_.loss);
  return std::isfinite(loss) ? loss : std::numeric_limits<double>::infinity();
}

}  // namespace neuronsmith::search
