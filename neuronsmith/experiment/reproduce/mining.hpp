#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/data/synthetic/worlds.hpp"
#include "neuronsmith/neuron/activation.hpp"

namespace neuronsmith::experiment {

/// Functions of the study: the known ones, those of the publication, and last the one found here.
[[nodiscard]] std::vector<std::string> mining_functions();

/// Options of reproduce_mining().
struct MiningOptions {
  /// Names of the library, formulas or neuron files; the first is what ratios are to, the last what
  /// was found.
  std::vector<std::string> functions = mining_functions();
  /// Whose own the literals of functions are that have no learnable parameters.
  neuron::Learnable learnable = neuron::Learnable::None;
  /// Families that no search of the recipe `mine` sees by itself.
  std::vector<WorldFamily> families = {WorldFamily::Polynomial,
                                       WorldFamily::SphericalHarmonic,
                                       WorldFamily::Roessler,
                                       WorldFamily::LogisticMap};
  std::size_t worlds = 40;  ///< of each family, with the seeds 1, 2, ...; at least 2
  std::size_t seeds = 20;   ///< trainings of each function on each problem, > 0
  std::vector<double> rates = {0.01, 0.03, 0.1};  ///< learning rates to choose from
  std::size_t epochs = 100;
  std::string data_dir;             ///< of NAME.csv.gz; empty: no tables
  std::vector<std::string> tables;  ///< empty: those of reproduce_task_neurons()
  std::size_t rows = 3000;          ///< a sample of each table
  std::size_t columns = 2;          ///< along which each table is divided

  /// Throws ConfigError naming the option, IoError naming a file that is missing.
  void validate() const;
  /// What `functions` are. Throws IoError, ParseError or ConfigError naming --activations.
  [[nodiscard]] std::vector<neuron::Activation> activations() const;
};

/// What came of one function on one problem.
struct MiningResult {
  double rate = 0.0;       ///< chosen by the least mean loss within the distribution
  double log_ratio = 0.0;  ///< mean over seeds of ln(loss over that of the first function), beyond
  double test_log_ratio = 0.0;  ///< the same within the distribution
  /// Trainings without a finite loss beyond; each counts as the worst of any function with its
  /// seed.
  std::size_t failed = 0;
};

/// A world, or a table divided along a column.
struct MiningProblem {
  std::string name;
  std::string group;  ///< family of worlds, or table
  bool is_world = false;
  std::vector<MiningResult> results;  ///< one a function
};

/// A mean of ln ratios over several problems with its 95 % interval (Student's t), as ratios.
struct MeanRatio {
  double ratio = 1.0;
  double low = 1.0;
  double high = 1.0;
  std::size_t n = 0;  ///< problems, or tables
};

/// The outcome of the study.
struct MiningStudy {
  std::vector<std::string> functions;
  std::vector<neuron::Activation> activations;  ///< what they are
  std::vector<MiningProblem> problems;
  std::vector<double> rates;
  std::size_t seeds = 0;
  bool interrupted = false;  ///< problems that were not finished are left out
  double seconds = 0.0;

  /// Losses of a function over those of another: out of the distribution on all worlds or those of
  /// a family, each world counting once.
  [[nodiscard]] MeanRatio on_worlds(std::size_t function,
                                    std::size_t other,
                                    const std::string& family = {}) const;
  /// On tables, each table counting once whatever the columns.
  [[nodiscard]] MeanRatio on_tables(std::size_t function, std::size_t other) const;
  /// Families in the order in which they come.
  [[nodiscard]] std::vector<std::string> families() const;
};

/// After Vitvitskyi et al., Mining Generalizable Activation Functions (arXiv 2602.05688): networks
/// of two hidden layers of 32 trained with each function on worlds of families held back from any
/// search, and on tables of which one part of a column's range is trained on and the rest judged
/// by. Every function has the same rows, first weights and order of rows in each of the seeds, of
/// which no two problems share one, and the same learning rates to choose from by losses within the
/// distribution.
///
/// Departures: the publication's laws, ranges, networks and steps are not public; its ratios are of
/// single means.
///
/// Throws what validate() throws, DataError naming a table.
[[nodiscard]] MiningStudy reproduce_mining(const MiningOptions& options,
                                           const Executor& executor,
                                           ProgressSink* progress = nullptr,
                                           std::stop_token stop = {});

/// Tables for people.
[[nodiscard]] std::string results_markdown(const MiningStudy& study);
/// `reproduce mining --json` (docs/cli.md).
[[nodiscard]] Json to_json(const MiningStudy& study);
/// One line a problem and function.
[[nodiscard]] std::string results_csv(const MiningStudy& study);

}  // namespace neuronsmith::experiment
