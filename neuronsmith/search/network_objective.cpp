#include "neuronsmith/search/network_objective.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>
#include <ranges>
#include <string>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/formula/cost.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/normal_form.hpp"
#include "neuronsmith/search/internal/grid.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;
using network::TrialLosses;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kLeastUnits = 3;  ///< problems that an interval can go by

// Where an activation must be finite and not flat.
constexpr float kReach = 8.0F;
constexpr std::size_t kPoints = 65;
constexpr float kFlat = 1e-4F;

bool is_finite_and_not_flat(const neuron::Activation& activation) {
  if (activation.formula.empty()) return true;
  const std::vector<float> x = internal::symmetric_grid(kReach, kPoints);
  std::vector<float> y(kPoints);
  formula::ElementwiseFunction(neuron::without_batch(activation)).evaluate(x, y);
  const auto [low, high] = std::ranges::minmax(y);
  return std::ranges::all_of(y, [](float v) { return std::isfinite(v); }) && high - low > kFlat;
}

using Places = std::vector<std::size_t>;

Places all_places(std::size_t n) {
  Places places(n);
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

std::size_t count_of_share(std::size_t n, double share) {
  return static_cast<std::size_t>(std::ceil(share * static_cast<double>(n)));
}

/// The share of the places that has the least values, and the rest. What has an infinite one is
/// left.
std::pair<Places, Places> part(Places places, std::span<const double> values, double share) {
  std::ranges::stable_sort(places, {}, [&](std::size_t i) { return values[i]; });
  const auto wanted = static_cast<std::ptrdiff_t>(count_of_share(places.size(), share));
  const auto end = std::find_if(places.begin(), places.begin() + wanted, [&](std::size_t i) {
    return values[i] == kInfinity;
  });
  return {{places.begin(), end}, {end, places.end()}};
}

/// Those that were left are no better by criterion than those that went on and were scored.
void hold_back(std::span<Score> scores, const Places& on, const Places& left) {
  double worst = 0.0;
  for (const std::size_t i : on) {
    if (scores[i].is_valid()) worst = std::max(worst, scores[i].criterion);
  }
  for (const std::size_t i : left) scores[i].criterion = std::max(scores[i].criterion, worst);
}

}  // namespace

/// A formula on its way through the trials.
struct NetworkObjective::Entry {
  std::uint64_t key = 0;
  double complexity = 0.0;
  double cost = 0.0;
  std::optional<network::Member> member;  ///< absent for one that cannot be scored
  std::vector<TrialLosses> losses = {};   ///< one a trial, as far as it came
};

NetworkObjective::NetworkObjective(network::Cohort cohort,
                                   NetworkOptions options,
                                   Builder builder,
                                   const Executor& executor,
                                   TrialStore* store,
                                   std::stop_token stop)
    : cohort_(std::move(cohort)),
      options_(std::move(options)),
      builder_(std::move(builder)),
      store_(store),
      stop_(std::move(stop)) {
  NEURONSMITH_CHECK(std::ranges::is_sorted(options_.rungs), "rungs that do not increase");
  NEURONSMITH_CHECK(options_.keep > 0.0 && options_.keep <= 1.0, "a share to keep");
  if (!options_.reference) return;
  train_reference(executor);
  train_rivals(executor);
}

NetworkObjective::Losses NetworkObjective::losses_of_all_trials(const network::Member& member,
                                                                const Executor& executor) const {
  Losses losses(cohort_.n_trials());
  executor.for_each(losses.size(), [&](std::size_t trial) {
    losses[trial] = cohort_.train(member, trial, stop_);
  });
  return losses;
}

void NetworkObjective::train_reference(const Executor& executor) {
  reference_ = losses_of_all_trials(*options_.reference, executor);
  if (stop_.stop_requested()) return;
  if (const auto trial = diverged_trial(reference_)) {
    throw DataError(
        fmt::format("{}: the network that others are compared with diverges, or takes longer than "
                    "--trial-seconds; lower --trial-rates may help",
                    cohort_.problems()[cohort_.problem_of(*trial)].name));
  }
}

void NetworkObjective::train_rivals(const Executor& executor) {
  for (const network::Member& member : options_.rivals) {
    Losses losses = losses_of_all_trials(member, executor);
    if (stop_.stop_requested()) return;
    if (!diverged_trial(losses)) rivals_.push_back(std::move(losses));
  }
}

// The first trial of those given that diverged.
std::optional<std::size_t> NetworkObjective::diverged_trial(
    std::span<const TrialLosses> losses) const {
  for (std::size_t t = 0; t < losses.size(); ++t) {
    if (!(judged(losses[t], t) < kInfinity)) return t;
  }
  return std::nullopt;
}

std::uint64_t NetworkObjective::key(const Formula& formula) const {
  return formula::canonical_hash(formula);
}

Formula NetworkObjective::fitted(const Formula& formula) const {
  return formula::simplify(formula);
}

NetworkObjective::Entry NetworkObjective::entry_of(const Formula& formula) const {
  const Formula simplified = formula::simplify(formula);
  Entry entry{.key = simplified.hash(), .complexity = static_cast<double>(simplified.size())};
  std::optional<network::Member> member = builder_(formula);
  if (!member) return entry;
  const Formula& activation = member->activation.formula;
  if (!activation.empty()) entry.cost = formula::operations_of(activation);
  if (entry.cost > options_.max_cost || !is_finite_and_not_flat(member->activation)) return entry;
  entry.member = std::move(member);
  entry.losses.resize(cohort_.n_trials());
  return entry;
}

std::vector<Score> NetworkObjective::score(std::span<const Formula> formulas,
                                           const Executor& executor) const {
  std::vector<Entry> entries;
  for (const Formula& formula : formulas) entries.push_back(entry_of(formula));
  std::vector<Score> scores(entries.size());
  Places going = all_places(entries.size());
  std::vector<std::pair<Places, Places>> partings;  // who went on and who was left, rung by rung
  std::vector<std::size_t> rungs = options_.rungs;
  rungs.push_back(cohort_.n_trials());
  std::size_t done = 0;
  StepCounter counter(options_.progress, "finalists", "trainings", most_trainings(entries.size()));
  for (const std::size_t rung : rungs) {
    train(entries, going, done, rung, executor, counter);
    if (stop_.stop_requested()) return {};
    for (const std::size_t i : going) scores[i] = score_of(entries[i], rung);
    done = rung;
    if (rung == cohort_.n_trials()) break;
    std::vector<double> values(entries.size(), kInfinity);
    for (const std::size_t i : going) {
      if (scores[i].is_valid()) values[i] = parting_value(entries[i], scores[i], rung);
    }
    partings.push_back(part(std::move(going), values, options_.keep));
    going = partings.back().first;
  }
  for (const auto& [on, left] : partings | std::views::reverse) hold_back(scores, on, left);
  return scores;
}

// If no formula diverges.
std::uint64_t NetworkObjective::most_trainings(std::size_t n_formulas) const {
  std::uint64_t n = 0;
  std::size_t done = 0;
  for (const std::size_t rung : options_.rungs) {
    n += n_formulas * (rung - done);
    n_formulas = count_of_share(n_formulas, options_.keep);
    done = rung;
  }
  return n + n_formulas * (cohort_.n_trials() - done);
}

// The trials [first, last) of those entries. What diverges in one is trained no further.
void NetworkObjective::train(std::span<Entry> entries,
                             std::span<const std::size_t> places,
                             std::size_t first,
                             std::size_t last,
                             const Executor& executor,
                             StepCounter& counter) const {
  const std::size_t n = last - first;
  std::vector<std::atomic<bool>> diverged(places.size());
  executor.for_each(places.size() * n, [&](std::size_t i) {
    counter.add_one();
    Entry& entry = entries[places[i / n]];
    const std::size_t trial = first + i % n;
    if (!entry.member || diverged[i / n] || stop_.stop_requested()) return;
    entry.losses[trial] = losses_of(entry, trial);
    if (judged(entry.losses[trial], trial) == kInfinity) diverged[i / n] = true;
  });
}

TrialLosses NetworkObjective::losses_of(const Entry& entry, std::size_t trial) const {
  if (store_ == nullptr) return cohort_.train(*entry.member, trial, stop_);
  const std::size_t stored = options_.first_stored + trial;
  if (const auto known = store_->find_trial(entry.key, stored)) return *known;
  const TrialLosses losses = cohort_.train(*entry.member, trial, stop_);
  if (!stop_.stop_requested()) store_->put_trial(entry.key, stored, losses);
  return losses;
}

double NetworkObjective::judged(const TrialLosses& losses, std::size_t trial) const {
  const network::Problem& problem = cohort_.problems()[cohort_.problem_of(trial)];
  return problem.beyond.n_rows() > 0 ? losses.beyond : losses.test;
}

Score NetworkObjective::score_of(const Entry& entry, std::size_t n_trials) const {
  const Score cannot_be_scored{.complexity = entry.complexity};
  if (!entry.member) return cannot_be_scored;
  if (diverged_trial(std::span(entry.losses).first(n_trials))) return cannot_be_scored;
  return options_.reference ? ratio_of(entry, n_trials) : mean_loss_of(entry, n_trials);
}

Score NetworkObjective::mean_loss_of(const Entry& entry, std::size_t n_trials) const {
  double sum = 0.0;
  for (std::size_t t = 0; t < n_trials; ++t) sum += judged(entry.losses[t], t);
  const double error = sum / static_cast<double>(n_trials);
  return {error, entry.complexity, error};
}

std::vector<double> NetworkObjective::log_ratios(const Entry& entry,
                                                 std::span<const TrialLosses> others,
                                                 std::size_t n_trials) const {
  std::vector<double> logs;
  for (std::size_t t = 0; t < n_trials; ++t) {
    logs.push_back(network::log_loss_ratio(judged(entry.losses[t], t), judged(others[t], t)));
  }
  return logs;
}

Score NetworkObjective::ratio_of(const Entry& entry, std::size_t n_trials) const {
  const std::vector<double> logs = log_ratios(entry, reference_, n_trials);
  std::vector<double> test_logs;
  for (std::size_t t = 0; t < n_trials; ++t) {
    test_logs.push_back(network::log_loss_ratio(entry.losses[t].test, reference_[t].test));
  }
  const double mean = mean_of(logs);
  const double reach = log_reach(logs);
  const TrialSummary trials{.low = std::exp(mean - reach),
                            .high = std::exp(mean + reach),
                            .test = std::exp(mean_of(test_logs)),
                            .cost = entry.cost,
                            .trainings = static_cast<std::uint32_t>(n_trials)};
  return {std::exp(mean), entry.complexity, std::exp(log_criterion(entry, logs, true)), trials};
}

// Half the width of the interval of their mean.
double NetworkObjective::log_reach(std::span<const double> logs) const {
  const std::vector<double> problems = problem_means(logs);
  return problems.size() < kLeastUnits ? mean_reach(logs) : mean_reach(problems);
}

// `logs` are those of the ratios to the reference in the first trials.
double NetworkObjective::log_criterion(const Entry& entry,
                                       std::span<const double> logs,
                                       bool with_reach) const {
  const auto value_of = [&](std::span<const double> values) {
    return mean_of(values) + (with_reach ? log_reach(values) : 0.0);
  };
  double greatest = value_of(logs);
  for (const Losses& rival : rivals_) {
    greatest = std::max(greatest, value_of(log_ratios(entry, rival, logs.size())));
  }
  return greatest + harm(problem_means(logs));
}

// What formulas on their way through the trials are parted by.
double NetworkObjective::parting_value(const Entry& entry,
                                       const Score& score,
                                       std::size_t n_trials) const {
  if (!options_.reference) return score.error;
  return std::exp(log_criterion(entry, log_ratios(entry, reference_, n_trials), false));
}

// One a problem that was come to: the first trials see the problems in their order.
std::vector<double> NetworkObjective::problem_means(std::span<const double> logs) const {
  std::vector<std::vector<double>> of_problem(std::min(logs.size(), cohort_.problems().size()));
  for (std::size_t t = 0; t < logs.size(); ++t) {
    of_problem[cohort_.problem_of(t)].push_back(logs[t]);
  }
  std::vector<double> means;
  for (const std::vector<double>& values : of_problem) means.push_back(mean_of(values));
  return means;
}

// The greatest mean logarithm of a family, where it is above 0; families of less than three
// problems tell too little.
double NetworkObjective::harm(std::span<const double> problems) const {
  std::map<std::string, std::vector<double>> families;
  for (std::size_t p = 0; p < problems.size(); ++p) {
    families[cohort_.problems()[p].family].push_back(problems[p]);
  }
  double harm = 0.0;
  for (const auto& [family, means] : families) {
    if (means.size() >= kLeastUnits) harm = std::max(harm, mean_of(means));
  }
  return harm;
}

}  // namespace neuronsmith::search
