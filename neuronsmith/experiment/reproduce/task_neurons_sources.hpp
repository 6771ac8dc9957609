#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "neuronsmith/data/task.hpp"

/// What is fixed in the study of task-based neurons: its tables, and what was published of them.
namespace neuronsmith::experiment::task_neurons {

/// Table IV of Fan et al., No One-Size-Fits-All Neurons: mean squared error or accuracy.
struct Published {
  double kan, chebykan, fourierkan, fastkan;
  double task_based;
  std::size_t kan_parameters, task_based_parameters;
};

/// A table of the study; its target is the last column.
struct Source {
  std::string_view name;  ///< NAME.csv.gz
  TaskKind task;
  std::string_view drop;  ///< a column that gives the target away, or empty
  std::optional<Published> published;
};

[[nodiscard]] std::span<const Source> sources();
/// Throws ConfigError naming --tables and what is known.
[[nodiscard]] const Source& find_source(std::string_view name);

/// The published number of a network: of a KAN as printed, which is of a target of unit variance.
/// That of the task-based network stands for what VSR discovers; its mean squared error is of a
/// target in
/// [-1, 1] and is divided by `signed_variance`, the target's variance there. Accuracies as printed.
struct PublishedValue {
  double printed = 0.0;
  /// Absent where it would be worse than a constant: the published target had another range then.
  std::optional<double> converted;
  std::optional<std::size_t> parameters;  ///< where they are printed
};
[[nodiscard]] std::optional<PublishedValue> published(std::string_view table,
                                                      std::string_view network,
                                                      double signed_variance);

}  // namespace neuronsmith::experiment::task_neurons
