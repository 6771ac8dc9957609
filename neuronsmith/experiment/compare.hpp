#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/experiment/comparison.hpp"
#include "neuronsmith/experiment/contender.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/experiment/train.hpp"

namespace neuronsmith::experiment {

/// How the sizes of the networks are made comparable.
enum class Match : std::uint8_t {
  /// The reference is widened, in proportion, to as many parameters as any contender has with
  /// `hidden` as given, or a few more; the others to at least as many as the reference.
  Parameters,
  Width,  ///< all have `hidden` as given, whatever parameters follow
  None,   ///< the same as Width
};

[[nodiscard]] std::string_view name(Match match);
/// Throws ConfigError naming --match.
[[nodiscard]] Match parse_match(std::string_view text);

/// Options of compare().
struct CompareOptions {
  std::vector<Contender> contenders;
  std::string reference;  ///< name of the one that the others are tested against; empty: the first
  std::size_t repeats = 10;  ///< at least 2
  Match match = Match::Parameters;
  std::string metric;  ///< empty: r2 or accuracy
  /// Tried for every neuron in every repeat; the one of least validation loss is kept.
  std::vector<double> learning_rates = {0.002, 0.005, 0.01, 0.02};
  /// Adds two rows: the reference trained on shuffled targets, and a random neuron of about the
  /// reference's complexity.
  bool null_control = false;
  /// The same for all neurons; seed and learning rate are set for each training.
  TrainModelOptions model;

  /// Throws ConfigError naming the option.
  void validate() const;
};

inline constexpr std::string_view kShuffledTarget = "null: shuffled target";
inline constexpr std::string_view kRandomNeuron = "null: random neuron";

/// Throws, before any work, what compare() would throw because of the options.
void validate(const SourceTables& tables, const DataOptions& data, const CompareOptions& options);

/// Trains all contenders side by side. Repeat r has the seed s = data.split.seed + r: split,
/// initialisation and order of rows are those of `train --seed s`, the search of a recipe is that
/// of `discover --seed s --training-rows-only` on the same split, so every number can be had again
/// by itself. All contenders share them, so that repeats are pairs. Validation rows choose learning
/// rates and stop trainings, test rows take part in nothing but the final metrics.
///
/// Repeats x contenders x learning rates run over the executor; results do not depend on it. A stop
/// request ends it after the steps under way; only whole repeats are reported.
///
/// `tables` are those that `data` names. Throws ConfigError and DataError for options that do not fit
/// them, otherwise what prepare() and discover() throw. A training that diverges is an ordinary
/// outcome.
[[nodiscard]] Comparison compare(const SourceTables& tables,
                                 const DataOptions& data,
                                 const CompareOptions& options,
                                 const Executor& executor,
                                 ProgressSink* progress = nullptr,
                                 std::stop_token stop = {});

}  // namespace neuronsmith::experiment
