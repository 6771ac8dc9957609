#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/experiment/discover.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/objective.hpp"
#include "neuronsmith/search/trial_store.hpp"

namespace neuronsmith::experiment::internal {

/// A neuron, and where it came from a formula of columns, that.
struct Found {
  neuron::Neuron neuron;  ///< without provenance
  std::optional<ColumnsFormula> columns;
};

/// Where neurons of a search come from, for errors that would be ours.
inline constexpr const char* kSource = "the search";

/// What role and objective of a recipe decide of a search: what is searched, by which score, and
/// how a formula becomes a neuron.
class Pursuit {
 public:
  virtual ~Pursuit() = default;

  /// Of no meaning for whole neurons.
  [[nodiscard]] virtual search::InputSpace inputs() const = 0;
  [[nodiscard]] virtual const search::Objective& objective() const = 0;
  /// Scores on rows that the search did not see (Choice::Validation), in order; empty when a stop
  /// was requested.
  [[nodiscard]] virtual std::vector<search::Score> holdout_scores(
      std::span<const formula::Formula> formulas, const Executor& executor) const = 0;
  /// The neuron, or why there is none.
  [[nodiscard]] virtual std::variant<Found, std::string> neuron_of(
      const formula::Formula& formula) const = 0;
};

/// What a pursuit with networks needs besides.
struct NetworkSetting {
  const Executor& executor;  ///< for the networks that others are compared with
  std::uint64_t seed = 1;
  search::TrialStore* store = nullptr;  ///< of the trainings, those of finalists too; may be null
  ProgressSink* progress = nullptr;     ///< of the trainings of finalists; may be null
  std::stop_token stop = {};
};

/// By fit: on the training rows, or on training and validation rows together. `data` and `recipe`
/// must outlive it.
[[nodiscard]] std::unique_ptr<Pursuit> fit_pursuit(const PreparedData& data,
                                                   const search::Recipe& recipe,
                                                   bool training_rows_only);

/// By networks: trained on the training rows and judged on the validation rows, or both within the
/// training rows (inner_problem()); on synthetic worlds where `data` is null. What is borrowed must
/// outlive it.
[[nodiscard]] std::unique_ptr<Pursuit> network_pursuit(const PreparedData* data,
                                                       const search::Recipe& recipe,
                                                       bool training_rows_only,
                                                       const NetworkSetting& setting);

/// Throws ConfigError where there are no rows to train networks on and to judge them by.
void require_network_rows(const PreparedData& data, bool training_rows_only);

/// The class that a formula of columns tells from the others: the second of two, of more the one
/// that most training rows have (as published for Forest Cover), the first of equals.
[[nodiscard]] std::uint32_t class_told(const PreparedData& data);

}  // namespace neuronsmith::experiment::internal
