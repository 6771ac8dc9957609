#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <vector>

#include "neuronsmith/network/cohort.hpp"
#include "neuronsmith/search/objective.hpp"
#include "neuronsmith/search/trial_store.hpp"

namespace neuronsmith::search {

/// How a network objective judges formulas.
struct NetworkOptions {
  /// The neuron whose losses errors are ratios to; absent: errors are losses.
  std::optional<network::Member> reference = std::nullopt;
  /// Successive halving (Jamieson and Talwalkar, Non-stochastic best arm identification and
  /// hyperparameter optimization, 2016): so many trials each formula gets before all but a share of the
  /// formulas scored together are left where they are; increasing, below the number of trials. Empty:
  /// all formulas get all trials, and scores do not depend on what is scored together.
  std::vector<std::size_t> rungs = {};
  double keep = 0.25;  ///< that share, rounded up; in (0, 1]
  /// Formulas whose activation costs more FLOP per element are refused.
  double max_cost = std::numeric_limits<double>::infinity();
};

/// Network objective: networks made of the formula are trained on the problems of a cohort, and their
/// losses out of the distribution (where a problem has such rows, otherwise within) are the score.
///
/// error: with a reference the geometric mean, over all trials, of the ratios of losses in pairs;
///   without one the mean loss. Infinity when a training diverged, the activation is flat or not
///   finite somewhere on [-8, 8], or the formula makes no neuron.
/// complexity: nodes of the simplified formula.
///   With a reference it has a 95 % interval, from Student's t of the mean logarithms of problems (of
///   trials where there are less than three problems).
/// criterion: with a reference the upper end of that interval in the family of problems where it is
///   greatest, families of less than three problems aside: what helps everywhere is worth more than what
///   helps much in one place. Without families of three, the upper end of the whole interval. Rungs go by
///   the same without the interval, the mean, which a few trials tell better. A formula that was left at
///   a rung is no better by criterion than those that went on. Without a reference, the error.
///
/// Trainings of all formulas and trials run side by side over the executor.
class NetworkObjective final : public Objective {
 public:
  /// The neuron of a formula as it was proposed; absent for one that makes none.
  using Builder = std::function<std::optional<network::Member>(const formula::Formula&)>;

  /// Trains the reference at once; throws DataError where that diverges. `store` may be null and must
  /// outlive the objective.
  NetworkObjective(network::Cohort cohort,
                   NetworkOptions options,
                   Builder builder,
                   const Executor& executor,
                   TrialStore* store = nullptr,
                   std::stop_token stop = {});

  [[nodiscard]] std::uint64_t key(const formula::Formula& formula) const override;
  [[nodiscard]] std::vector<Score> score(std::span<const formula::Formula> formulas,
                                         const Executor& executor) const override;
  [[nodiscard]] formula::Formula fitted(const formula::Formula& formula) const override;

  [[nodiscard]] const network::Cohort& cohort() const { return cohort_; }

 private:
  struct Entry;

  void train_reference(const Executor& executor);
  [[nodiscard]] Entry entry_of(const formula::Formula& formula) const;
  void train(std::span<Entry> entries,
             std::span<const std::size_t> places,
             std::size_t first,
             std::size_t last,
             const Executor& executor) const;
  [[nodiscard]] network::TrialLosses losses_of(const Entry& entry, std::size_t trial) const;
  [[nodiscard]] Score score_of(const Entry& entry, std::size_t n_trials) const;
  [[nodiscard]] Score mean_loss_of(const Entry& entry, std::size_t n_trials) const;
  [[nodiscard]] Score ratio_of(const Entry& entry, std::size_t n_trials) const;
  [[nodiscard]] std::vector<double> problem_means(std::span<const double> logs) const;
  [[nodiscard]] double worst_family(std::span<const double> problems, bool with_reach) const;
  [[nodiscard]] double parting_value(const Entry& entry,
                                     const Score& score,
                                     std::size_t n_trials) const;
  [[nodiscard]] std::vector<double> log_ratios(const Entry& entry, std::size_t n_trials) const;
  [[nodiscard]] double judged(const network::TrialLosses& losses, std::size_t trial) const;

  network::Cohort cohort_;
  NetworkOptions options_;
  Builder builder_;
  TrialStore* store_;
  std::stop_token stop_;
  std::vector<network::TrialLosses> reference_;  ///< one a trial
};

}  // namespace neuronsmith::search
