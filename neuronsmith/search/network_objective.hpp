#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/core/step_counter.hpp"
#include "neuronsmith/network/cohort.hpp"
#include "neuronsmith/search/objective.hpp"
#include "neuronsmith/search/trial_store.hpp"

namespace neuronsmith::search {

/// How a network objective judges formulas.
struct NetworkOptions {
  /// The neuron whose losses errors are ratios to; absent: errors are losses.
  std::optional<network::Member> reference = std::nullopt;
  /// With a reference: other neurons that formulas must be better than. One that diverges somewhere
  /// is none.
  std::vector<network::Member> rivals = {};
  /// Successive halving (Jamieson and Talwalkar, Non-stochastic best arm identification and
  /// hyperparameter optimization, 2016): so many trials each formula gets before all but a share of
  /// the formulas scored together are left where they are; increasing, below the number of trials.
  /// Empty: all formulas get all trials, and scores do not depend on what is scored together.
  std::vector<std::size_t> rungs = {};
  double keep = 0.25;  ///< that share, rounded up; in (0, 1]
  /// Formulas whose activation costs more FLOP per element are refused.
  double max_cost = std::numeric_limits<double>::infinity();
  /// Told how many of a score()'s trainings are done, as its phase "finalists"; may be null.
  ProgressSink* progress = nullptr;
  /// What a store calls the first trial: objectives of other trials, with numbers of their own, may
  /// share it.
  std::size_t first_stored = 0;
};

/// Network objective: networks made of the formula are trained on the problems of a cohort, and
/// their losses out of the distribution (where a problem has such rows, otherwise within) are the
/// score.
///
/// error: with a reference the geometric mean, over all trials, of the ratios of losses in pairs;
///   without one the mean loss. Infinity when a training diverged, the activation is flat or not
///   finite somewhere on [-8, 8], or the formula makes no neuron.
/// complexity: nodes of the simplified formula.
///   With a reference it has a 95 % interval, from Student's t of the mean logarithms of problems
///   (of trials where there are less than three problems).
/// criterion: with a reference the greatest upper end of such intervals of ratios to the reference
/// and to
///   each rival, so that below 1 it is better than any of them; times the mean ratio to the
///   reference in the family of problems where that is greatest, if it is above 1 (families of less
///   than three problems aside): what helps on the whole shall do no harm anywhere. Rungs go by the
///   same with means for upper ends, which a few trials tell better. A formula that was left at a
///   rung is no better by criterion than those that went on. Without a reference, the error.
///
/// Trainings of all formulas and trials run side by side over the executor.
class NetworkObjective final : public Objective {
 public:
  /// The neuron of a formula as it was proposed; absent for one that makes none.
  using Builder = std::function<std::optional<network::Member>(const formula::Formula&)>;

  /// Trains the reference at once; throws DataError where that diverges. `store` may be null and
  /// must outlive the objective.
  NetworkObjective(network::Cohort cohort,
                   NetworkOptions options,
                   Builder builder,
                   const Executor& executor,
                   TrialStore* store = nullptr,
                   std::stop_token stop = {});

  [[nodiscard]] std::uint64_t key(const formula::Formula& formula) const override;
  [[nodiscard]] std::vector<Score> score(std::span<const formula::Formula> formulas,
                                         const Executor& executor) const override;
  [[nodiscard]] bool compares() const override { return !options_.rungs.empty(); }
  [[nodiscard]] formula::Formula fitted(const formula::Formula& formula) const override;

  [[nodiscard]] const network::Cohort& cohort() const { return cohort_; }

 private:
  struct Entry;
  using Losses = std::vector<network::TrialLosses>;  ///< one a trial

  void train_reference(const Executor& executor);
  void train_rivals(const Executor& executor);
  [[nodiscard]] Losses losses_of_all_trials(const network::Member& member,
                                            const Executor& executor) const;
  [[nodiscard]] std::optional<std::size_t> diverged_trial(
      std::span<const network::TrialLosses> losses) const;
  [[nodiscard]] Entry entry_of(const formula::Formula& formula) const;
  void train(std::span<Entry> entries,
             std::span<const std::size_t> places,
             std::size_t first,
             std::size_t last,
             const Executor& executor,
             StepCounter& counter) const;
  [[nodiscard]] std::uint64_t most_trainings(std::size_t n_formulas) const;
  [[nodiscard]] network::TrialLosses losses_of(const Entry& entry, std::size_t trial) const;
  [[nodiscard]] Score score_of(const Entry& entry, std::size_t n_trials) const;
  [[nodiscard]] Score mean_loss_of(const Entry& entry, std::size_t n_trials) const;
  [[nodiscard]] Score ratio_of(const Entry& entry, std::size_t n_trials) const;
  [[nodiscard]] std::vector<double> problem_means(std::span<const double> logs) const;
  [[nodiscard]] double harm(std::span<const double> problems) const;
  [[nodiscard]] double log_reach(std::span<const double> logs) const;
  [[nodiscard]] double log_criterion(const Entry& entry,
                                     std::span<const double> logs,
                                     bool with_reach) const;
  [[nodiscard]] double parting_value(const Entry& entry,
                                     const Score& score,
                                     std::size_t n_trials) const;
  [[nodiscard]] std::vector<double> log_ratios(const Entry& entry,
                                               std::span<const network::TrialLosses> others,
                                               std::size_t n_trials) const;
  [[nodiscard]] double judged(const network::TrialLosses& losses, std::size_t trial) const;

  network::Cohort cohort_;
  NetworkOptions options_;
  Builder builder_;
  TrialStore* store_;
  std::stop_token stop_;
  Losses reference_;
  std::vector<Losses> rivals_;
};

}  // namespace neuronsmith::search
