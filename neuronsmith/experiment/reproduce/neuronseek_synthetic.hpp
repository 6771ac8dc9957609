#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/data/synthetic/order_laws.hpp"
#include "neuronsmith/experiment/comparison.hpp"
#include "neuronsmith/experiment/reproduce/order_problem.hpp"
#include "neuronsmith/neuron/orders.hpp"

namespace neuronsmith::experiment {

/// Options of reproduce_neuronseek_synthetic().
struct NeuronSeekSyntheticOptions {
  std::vector<OrderLaw> laws = order_laws();
  std::vector<std::size_t> dimensions = {10};  ///< inputs; 2 at least, published 10, 30, 50, 100
  /// Each decides coefficients, projections, rows, search and refit.
  std::vector<std::uint64_t> seeds = {1, 2, 3, 4, 5};
  std::size_t rows = 2500;           ///< that a method sees
  std::size_t test_rows = 500;       ///< more of the same law, for the refit
  double noise = 0.01;               ///< standard deviation, before y is standardised
  std::vector<std::string> methods;  ///< recovery::require_method(), none twice
  std::optional<double> seconds;     ///< wall-clock limit of one search; published 60
  /// Searches of the same data that differ in their seed alone, 1 to this number; 0: none.
  std::size_t stability = 20;
  std::vector<OrderLaw> stability_laws;  ///< of the first dimension and the first seed

  /// Throws ConfigError naming the option.
  void validate() const;
};

/// One search.
struct RecoveryOutcome {
  OrderLaw law;
  std::size_t dimension = 0;
  std::uint64_t seed = 0;
  std::string method;
  std::optional<neuron::OrderSet> found;  ///< absent: nothing that has orders
  recovery::Verdict verdict = recovery::Verdict::Missing;
  std::string formula;               ///< as found
  double seconds = 0.0;              ///< of the search, wall clock, on one thread
  std::optional<double> test_error;  ///< recovery::refitted_test_error()
};

/// Verdicts of one method at one dimension, over the problems.
struct RecoverySummary {
  std::string method;
  std::size_t dimension = 0;
  // One value a seed.
  std::vector<std::size_t> perfect;
  std::vector<std::size_t> superset;
  std::vector<std::size_t> missing;
  double median_seconds = 0.0;              ///< of all searches
  std::optional<double> median_test_error;  ///< of those refitted
};

/// Share of the variance of y that each part of a law has, mean over the seeds.
struct RecoveryShares {
  OrderLaw law;
  std::size_t dimension = 0;
  std::vector<double> terms;  ///< one a term of the law
  double noise = 0.0;
};

/// What searches that differ in their seed alone found.
struct RecoveryStability {
  OrderLaw law;
  std::size_t dimension = 0;
  std::string method;
  std::vector<StructureCount> structures;  ///< recovery::text_of(), the most frequent first
};

/// The outcome of the study. After a stop request it has what was finished.
struct NeuronSeekSyntheticStudy {
  NeuronSeekSyntheticOptions options;
  std::vector<RecoveryOutcome> outcomes;     ///< by dimension, law, seed, method
  std::vector<RecoverySummary> summaries;    ///< by dimension, method
  std::vector<RecoveryShares> shares;        ///< by dimension, law
  std::vector<RecoveryStability> stability;  ///< by law, method
  bool interrupted = false;
  double seconds = 0.0;
};

/// Synthetic recovery of Pei et al., NeuronSeek (arXiv 2506.15715): which orders of power sums and
/// of interactions do methods find of laws that are known? All methods see the same rows. The
/// searches run beside each other, each on one thread.
///
/// Throws what the searches throw but that they found nothing.
[[nodiscard]] NeuronSeekSyntheticStudy reproduce_neuronseek_synthetic(
    const NeuronSeekSyntheticOptions& options,
    const Executor& executor,
    ProgressSink* progress = nullptr,
    std::stop_token stop = {});

/// Every search as a row.
[[nodiscard]] std::string results_csv(const NeuronSeekSyntheticStudy& study);
/// Tables for people.
[[nodiscard]] std::string results_markdown(const NeuronSeekSyntheticStudy& study);
/// `reproduce neuronseek-synthetic --json` (docs/cli.md).
[[nodiscard]] Json to_json(const NeuronSeekSyntheticStudy& study);

}  // namespace neuronsmith::experiment
