#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::experiment {

/// Options of reproduce_hajbi().
struct HajbiOptions {
  /// Of higgs.csv.gz, covertype.csv.gz, spambase.csv.gz, and higgs_extra.csv.gz if it is there.
  std::string data_dir;
  /// Each decides a split, a discovery and the first weights.
  std::vector<std::uint64_t> seeds = {42, 43, 44};
  /// Discovery as published: one for all seeds, on 10 % of all rows, later test rows among them.
  bool as_published = false;
  /// Activations, of scalar x, that stand for what discovery would find; by name of the data set.
  std::map<std::string, formula::Formula> formulas = {};
  /// Adds the two arms that are not in the paper: an activation searched by training networks, and
  /// the best of the library by the same effort.
  bool beyond_paper = true;

  /// Throws ConfigError naming the option.
  void validate() const;
};

/// Names of the data sets, as the published table has them: HIGGS, FOREST_COVER, SPAMBASE.
[[nodiscard]] std::vector<std::string> hajbi_data_sets();

/// One arm on one data set.
struct HajbiRow {
  std::string data_set;
  std::string architecture;  ///< "Heavy" or "Light"
  std::string activation;    ///< as the published table calls it
  std::size_t parameters = 0;
  // One value a seed.
  std::vector<double> accuracy;
  std::vector<double> auc;
  std::vector<std::string> formulas;  ///< of the activation
  std::vector<double> seconds;        ///< of the training

  /// E_param: mean AUC over the decimal logarithm of the parameters.
  [[nodiscard]] double efficiency() const;
};

/// The outcome of the study.
struct HajbiStudy {
  std::vector<HajbiRow> rows;  ///< by data set, in the order of training
  std::vector<std::uint64_t> seeds;
  bool as_published = false;
  bool interrupted = false;  ///< data sets that were not finished are left out
  double seconds = 0.0;
  double discovery_seconds = 0.0;
};

/// The study of Hajbi, Neuro-Symbolic Activation Discovery (arXiv 2601.10740): networks of 64 and 32
/// units (Light) and of 200 and 100 (Heavy), each block linear, batch normalisation, activation,
/// dropout 0.3, initialised as PyTorch does; Adam at 0.001, cross-entropy of a sigmoid in float32,
/// batches of 1024, 15 epochs, no validation rows, 80/20 splits, inputs scaled by training rows.
///
/// Departures: splits are stratified; discovery sees 10 % of the training rows of each seed
/// (`as_published` undoes it); HIGGS are the rows that could be had; the sample of Forest Cover is the
/// first 100,000 rows of a file in random order.
///
/// Throws IoError or DataError naming the file that is missing or not what it should be.
[[nodiscard]] HajbiStudy reproduce_hajbi(const HajbiOptions& options,
                                         const Executor& executor,
                                         ProgressSink* progress = nullptr,
                                         std::stop_token stop = {});

/// final_efficiency_results.csv with the columns of the published file; standard deviations are of a
/// population, as there.
[[nodiscard]] std::string results_csv(const HajbiStudy& study);
/// Tables for people: each row beside the published one, and what paired tests say.
[[nodiscard]] std::string results_markdown(const HajbiStudy& study);
/// `reproduce hajbi --json` (docs/cli.md).
[[nodiscard]] Json to_json(const HajbiStudy& study);

}  // namespace neuronsmith::experiment
