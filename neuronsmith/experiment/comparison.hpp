#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/data/metrics.hpp"
#include "neuronsmith/data/task.hpp"

namespace neuronsmith::experiment {

/// What one neuron came to in one repeat.
struct RepeatResult {
  std::uint64_t seed = 0;  ///< of split, search, initialisation and order of rows
  std::string formula;     ///< of the neuron
  std::string structure;   ///< the same without coefficients
  std::vector<std::size_t> hidden;
  std::size_t parameters = 0;
  std::uint64_t multiply_adds = 0;
  std::uint64_t basis_operations = 0;
  double learning_rate = 0.0;  ///< the chosen one
  Metrics metrics;  ///< on the test rows; empty when no learning rate gave a usable network
  std::size_t diverged = 0;  ///< trainings that diverged, over all learning rates
  double seconds = 0.0;      ///< of the training chosen
  double search_seconds = 0.0;

  [[nodiscard]] bool failed() const { return metrics.empty(); }
};

/// A row beside the reference, over paired repeats. Positive: the row is better.
struct AgainstReference {
  ResampledT t;         ///< its interval is of the mean advantage in the metric's unit, 95 %
  SignedRank rank;      ///< of the advantages
  double t_holm = 1.0;  ///< p values adjusted for the number of rows
  double rank_holm = 1.0;
  double advantage = 0.0;  ///< mean, in the metric's unit
  double cohens_d = 0.0;   ///< of paired values
};

/// A neuron over all finished repeats.
struct ComparisonRow {
  std::string neuron;
  bool is_control = false;            ///< part of the null control
  bool is_discovered = false;         ///< its formula is another in each repeat
  std::vector<RepeatResult> results;  ///< one a repeat, the same repeats in all rows
  std::vector<double> values;  ///< of the metric, one a repeat; a failed one has the worst value
  Metrics means;               ///< of every metric
  Summary summary;             ///< of `values`
  /// Repeats in which the row is strictly better than the reference; for the reference, strictly
  /// better than every other row.
  std::size_t wins = 0;
  std::optional<AgainstReference> against;  ///< absent for the reference
};

/// The outcome of compare().
struct Comparison {
  std::string source;
  std::string target;
  TaskKind task = TaskKind::Regression;
  std::string metric;
  std::string reference;
  std::string match;
  std::vector<double> learning_rates;
  std::uint64_t seed = 0;
  std::size_t n_training = 0;
  std::size_t n_validation = 0;
  std::size_t n_test = 0;
  std::size_t repeats_wanted = 0;
  /// Regression: standard deviation of the training rows' target, one a repeat.
  std::vector<double> target_deviations;
  std::vector<Metrics> chance;  ///< of the constant that suits the training rows, one a repeat
  std::vector<ComparisonRow>
      rows;  ///< in the order asked; empty with fewer than 2 finished repeats
  bool interrupted = false;
  double seconds = 0.0;

  [[nodiscard]] std::size_t repeats() const { return chance.size(); }
};

/// Metrics that the rows of a task can be judged by, the default first.
[[nodiscard]] std::vector<std::string_view> metrics_for(TaskKind task);
/// Whether more of it is better: r2, accuracy and the like, as opposed to errors and losses.
[[nodiscard]] bool is_gain(std::string_view metric);

/// Fills in all that follows from the rows' results. A failed one counts as the worse of what a
/// constant gives in its repeat and the worst value that any row has in any repeat.
void judge(Comparison& comparison);

/// Adjusts the p values of all rows of all comparisons together, after Holm.
void adjust_p_values(std::span<Comparison> comparisons);

/// Structures of neurons and in how many repeats each occurs, the most frequent first.
struct StructureCount {
  std::string structure;
  std::size_t repeats = 0;
};
[[nodiscard]] std::vector<StructureCount> count_texts(std::span<const std::string> texts);
[[nodiscard]] std::vector<StructureCount> count_structures(const ComparisonRow& row);

/// Numbers of a row that may differ between repeats: the middle one, the lower of two.
[[nodiscard]] std::size_t median_parameters(const ComparisonRow& row);
[[nodiscard]] std::uint64_t median_multiply_adds(const ComparisonRow& row);
[[nodiscard]] std::uint64_t median_basis_operations(const ComparisonRow& row);
/// Trainings that diverged, over all repeats and learning rates.
[[nodiscard]] std::size_t diverged_trainings(const ComparisonRow& row);
/// Repeats in which no learning rate gave a usable network.
[[nodiscard]] std::size_t failed_repeats(const ComparisonRow& row);
/// Mean of what the chosen trainings took.
[[nodiscard]] double mean_seconds(const ComparisonRow& row);

/// What a constant gives, mean over the repeats.
[[nodiscard]] Metrics mean_chance(const Comparison& comparison);

/// `compare --json` (docs/cli.md).
[[nodiscard]] Json to_json(const Comparison& comparison);

}  // namespace neuronsmith::experiment
