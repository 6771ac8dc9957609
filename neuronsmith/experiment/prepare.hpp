#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/data/preprocess.hpp"
#include "neuronsmith/data/read_table.hpp"
#include "neuronsmith/data/split.hpp"
#include "neuronsmith/data/task.hpp"
#include "neuronsmith/network/trainer.hpp"

namespace neuronsmith::experiment {

/// Where the rows come from and what becomes of them before anything is fitted.
struct DataOptions {
  std::string data;                  ///< file
  std::string test_data;             ///< file whose rows are the test part; empty: rows of `data`
  std::optional<std::string> target; ///< column; absent: the last
  TaskChoice task = TaskChoice::Auto;
  std::vector<std::string> drop;     ///< columns that are no inputs
  /// A random sample of so many rows of `data`, drawn by the split's seed; absent, or more than
  /// there are: all.
  std::optional<std::size_t> rows;
  bool drop_missing_target = false;  ///< leave out rows without a target instead of refusing them
  std::optional<char> delimiter;
  bool has_header = true;
  /// Absent: Standard, unless `keep_shared_scale` applies.
  std::optional<Scaling> scaling;
  /// With `scaling` absent: inputs that are all numeric and span magnitudes within a factor of 2 of
  /// one another stay as they are, so that the exponents of a law in them are not mixed by a shift.
  bool keep_shared_scale = false;
  Scaling target_scaling = Scaling::Standard;
  std::size_t one_hot_limit = PreprocessOptions{}.one_hot_limit;
  bool clip = true;  ///< has no meaning with `shift`, where inputs are to go beyond the training rows
  bool keep_constants = false;  ///< see PreprocessOptions
  SplitOptions split;
  /// Absent: parts are random, stratified for classes.
  std::optional<Shift> shift;
};

/// Features and targets of some rows.
struct Block {
  FeatureMatrix features;
  std::vector<float> target;           ///< regression: scaled
  std::vector<std::uint32_t> classes;  ///< classification

  [[nodiscard]] network::Part rows(std::size_t first, std::size_t count) const;
};

/// A task with its rows, ready for search and training. Everything in it was fitted on the training
/// part alone.
struct PreparedData {
  Task task;
  Preprocessor preprocessor;
  std::string source;
  std::string hash;     ///< of the tables as read
  Block block;          ///< rows in the order training, validation, test
  Block separate_test;  ///< when the test part is a file of its own
  std::size_t n_training = 0;
  std::size_t n_validation = 0;
  std::size_t n_test = 0;
  bool is_shifted = false;      ///< validation and test rows lie beyond the training rows, in that order
  std::size_t n_table_rows = 0;  ///< rows of `data` before the sample was drawn

  [[nodiscard]] network::Part training() const { return block.rows(0, n_training); }
  [[nodiscard]] network::Part validation() const { return block.rows(n_training, n_validation); }
  /// Training and validation rows together.
  [[nodiscard]] network::Part known() const { return block.rows(0, n_training + n_validation); }
  [[nodiscard]] network::Part test() const;
};

/// The tables that DataOptions name, as read: what is split and fitted may be so several times.
struct SourceTables {
  Table data;
  Table test;        ///< without columns when the test part comes from `data`
  std::string hash;  ///< of both
};

/// Rows without a target are left out when `options` say so. Throws what read_table throws, and
/// DataError naming --target.
[[nodiscard]] SourceTables read_tables(const DataOptions& options);

/// Samples, splits (by a shift, or at random and stratified for classes), fits the preprocessing. Throws what these throw, and
/// ConfigError naming --rows. `options` name
/// the files that the tables were read from; split and scaling may be others each time.
[[nodiscard]] PreparedData prepare(const SourceTables& tables, const DataOptions& options);
/// The same, releasing each column once it is used, so that table and features never lie in memory
/// in full.
[[nodiscard]] PreparedData prepare(SourceTables&& tables, const DataOptions& options);
/// Reads and prepares.
[[nodiscard]] PreparedData prepare(const DataOptions& options);

/// The column that `options` mean. Throws DataError naming --target.
[[nodiscard]] std::size_t find_target(const Table& table,
                                      const std::optional<std::string>& target);

}  // namespace neuronsmith::experiment
