#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "neuronsmith/network/initialisation.hpp"
#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/network/trainer.hpp"
#include "neuronsmith/search/objective.hpp"

namespace neuronsmith::search {

/// How a network objective tries a formula.
struct NetworkTrial {
  network::Part training;    ///< borrowed, must outlive the objective
  network::Part validation;  ///< rows to judge by; not empty; borrowed likewise
  network::Loss loss = network::Loss::MeanSquaredError;
  network::TrainOptions options;  ///< its seed is replaced by those below
  network::Initialisation initialisation = network::Initialisation::Scaled;
  std::vector<std::uint64_t> seeds = {1};  ///< one training for each
};

/// Network objective: a network made of the formula is trained, and its loss on the validation rows
/// is the error.
///
/// error: validation loss after the last epoch, mean over the seeds; infinity when a training diverged.
/// complexity: nodes of the simplified formula. criterion: the error.
///
/// Trainings of all formulas and seeds run side by side over the executor.
class NetworkObjective final : public Objective {
 public:
  /// The network of a formula; absent for one that makes none.
  using Builder = std::function<std::optional<network::Architecture>(const formula::Formula&)>;

  NetworkObjective(NetworkTrial trial, Builder builder);

  [[nodiscard]] std::uint64_t key(const formula::Formula& formula) const override;
  [[nodiscard]] std::vector<Score> score(std::span<const formula::Formula> formulas,
                                         const Executor& executor) const override;
  [[nodiscard]] formula::Formula fitted(const formula::Formula& formula) const override;

 private:
  [[nodiscard]] double loss_of(const network::Architecture& architecture, std::uint64_t seed) const;

  NetworkTrial trial_;
  Builder builder_;
};

}  // namespace neuronsmith::search
