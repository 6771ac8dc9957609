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
#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/data/task.hpp"

namespace neuronsmith::experiment {

/// Names of the tables of the study: the sixteen of the published one and four more.
[[nodiscard]] std::vector<std::string> task_neurons_tables();
/// Names of its networks, those of compare(): linear, discovered, quadratic, and the KAN family.
[[nodiscard]] std::vector<std::string> task_neurons_networks();

/// What finished tables are kept for.
enum class Finished : std::uint8_t { Replace, Resume };

/// Options of reproduce_task_neurons().
struct TaskNeuronsOptions {
  std::string data_dir;  ///< of NAME.csv.gz
  std::vector<std::string> tables = task_neurons_tables();
  std::vector<std::string> networks = task_neurons_networks();  ///< the first is the reference
  std::size_t repeats = 10;                                     ///< at least 2
  std::size_t rows = 10000;  ///< a sample of so many rows of each table, another in each repeat
  std::uint64_t seed = 1;
  /// Made if need be; each finished table is written there as NAME.json; empty: nowhere.
  std::string folder;
  /// Resume: a table that lies in `folder`, made with the same options of the same rows, is read.
  Finished finished = Finished::Replace;

  /// Throws ConfigError naming the option, IoError naming a file that is missing.
  void validate() const;
};

/// A network on a table. One value a run, in the order of the runs.
struct TaskNeuronsRow {
  std::string network;
  /// Regression: mean squared error on test rows of the target scaled to unit variance of the
  /// training rows; classification: accuracy. A run without a usable network has the worst value
  /// there is.
  std::vector<double> values;
  std::vector<double> own_mse;  ///< regression: in the square of the target's own unit
  std::vector<std::size_t> parameters;
  std::vector<std::uint64_t> multiply_adds;     ///< a row, in inference: DenseLayer::multiply_adds
  std::vector<std::uint64_t> basis_operations;  ///< DenseLayer::basis_operations
  std::vector<double> training_seconds;
  std::vector<double> search_seconds;
  std::vector<std::string> structures;
  double advantage =
      0.0;  ///< over the reference, mean over the runs in the unit of `values`; + is better
  double p_value = 1.0;    ///< of the corrected resampled t test; 1 for the reference
  double p_holm = 1.0;     ///< adjusted for all networks and tables of the study
  std::size_t failed = 0;  ///< runs without a usable network
};

/// What came of one table.
struct TaskNeuronsTable {
  std::string name;
  TaskKind task = TaskKind::Regression;
  std::string data_hash;
  std::size_t n_table_rows = 0;
  std::size_t n_training = 0;
  std::size_t n_validation = 0;
  std::size_t n_test = 0;
  /// Regression: population variance of the target of all rows, once they are brought to [-1, 1]. A
  /// mean squared error in those units over this is one of unit variance.
  double signed_variance = 0.0;
  std::vector<TaskNeuronsRow> rows;  ///< in the order of the options' networks
};

/// The outcome of the study.
struct TaskNeuronsStudy {
  std::vector<TaskNeuronsTable> tables;
  std::vector<std::string> networks;
  std::size_t repeats = 0;
  std::size_t rows = 0;
  std::uint64_t seed = 0;
  bool interrupted = false;  ///< tables that were not finished are left out
  double seconds = 0.0;
};

/// After Fan et al., No One-Size-Fits-All Neurons (arXiv 2405.02369), Table IV: task-based networks
/// beside KANs, with hidden layers of 6 and 3 and every layer of the neuron. compare() does the
/// work, so that all networks have the same rows, scaling of inputs and target, number of
/// parameters (widths in the proportion of 6 to 3), learning rates to choose from by validation
/// rows, and stopping.
///
/// Departures: the published task-based networks have shapes of their own, and both kinds their own
/// scale of the target; splits are 0.7 / 0.1 / 0.2; of a table a sample is drawn (`rows`); Adam
/// throughout; tanh follows linear, discovered and quadratic layers; `time` of heart_failure, which
/// tells the outcome, is left out. Tables are those that could be had (some differ in rows or
/// columns).
///
/// Throws what validate() throws, ParseError naming a file to resume from, DataError naming a
/// table.
[[nodiscard]] TaskNeuronsStudy reproduce_task_neurons(const TaskNeuronsOptions& options,
                                                      const Executor& executor,
                                                      ProgressSink* progress = nullptr,
                                                      std::stop_token stop = {});

/// Ranks over all tables.
struct TaskNeuronsRanking {
  FriedmanTest test;
  double difference = 0.0;                       ///< critical one after Nemenyi at 5 %
  std::vector<std::vector<std::size_t>> groups;  ///< networks that it cannot tell apart, by place
};
/// Absent with fewer than two tables. Tables rank networks by the mean over the runs.
[[nodiscard]] std::optional<TaskNeuronsRanking> ranking_of(const TaskNeuronsStudy& study);

/// One line a table and network.
[[nodiscard]] std::string results_csv(const TaskNeuronsStudy& study);
/// Tables for people, the published numbers beside ours.
[[nodiscard]] std::string results_markdown(const TaskNeuronsStudy& study);
/// `reproduce task-neurons --json` (docs/cli.md).
[[nodiscard]] Json to_json(const TaskNeuronsStudy& study);

/// The file of a finished table: to_json of it and what it was made with.
[[nodiscard]] Json to_json(const TaskNeuronsTable& table);
/// Throws ParseError naming `source` and the key.
[[nodiscard]] TaskNeuronsTable task_neurons_table_from_json(const Json& json,
                                                            const std::string& source);

}  // namespace neuronsmith::experiment
