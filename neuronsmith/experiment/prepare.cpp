#include "neuronsmith/experiment/prepare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"

namespace neuronsmith::experiment {
namespace {

constexpr double kSharedScale = 2.0;

void validate(const DataOptions& options) {
  options.split.validate();
  if (options.rows && *options.rows == 0) throw ConfigError("--rows must be at least 1, not 0");
  if (options.shift && !options.test_data.empty()) {
    throw ConfigError("--shift divides the rows of --data, and --test gives others for the test part");
  }
}

/// Deletes the rows whose target is missing.
void drop_rows_without_target(Table& table, std::size_t target) {
  const Column& column = table.columns[target];
  if (column.n_missing == 0) return;
  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < table.n_rows; ++i) {
    const bool missing = column.kind == ColumnKind::Text ? column.codes[i] == kMissingCode
                                                         : std::isnan(column.numbers[i]);
    if (!missing) kept.push_back(i);
  }
  const auto keep = [&kept](auto& values) {
    if (values.empty()) return;
    for (std::size_t i = 0; i < kept.size(); ++i) values[i] = values[kept[i]];
    values.resize(kept.size());
  };
  for (Column& c : table.columns) {
    keep(c.numbers);
    keep(c.codes);
  }
  table.columns[target].n_missing = 0;
  table.n_rows = kept.size();
}

/// One table with its target found and, if asked, rows without target removed.
Table read(const std::string& path, const DataOptions& options) {
  ReadOptions read_options{.delimiter = options.delimiter, .has_header = options.has_header};
  read_options.label_column = options.target.value_or("");
  Table table = read_table(path, read_options);
  const std::size_t target = find_target(table, options.target);
  if (options.drop_missing_target) drop_rows_without_target(table, target);
  if (table.n_rows == 0) throw DataError(fmt::format("{}: no row has a target", path));
  return table;
}

std::vector<std::size_t> excluded_columns(const Table& table,
                                          std::size_t target,
                                          const std::vector<std::string>& drop) {
  std::vector<std::size_t> excluded{target};
  for (const std::string& column : drop) excluded.push_back(table.require(column, "--drop"));
  return excluded;
}

double largest_magnitude(const Column& column, std::span<const std::uint32_t> rows) {
  double largest = 0.0;
  for (const std::uint32_t row : rows) {
    const double value = std::abs(static_cast<double>(column.numbers[row]));
    if (value > largest) largest = value;
  }
  return largest;
}

bool inputs_share_scale(const Table& table,
                        std::span<const std::size_t> excluded,
                        std::span<const std::uint32_t> rows) {
  double low = HUGE_VAL;
  double high = 0.0;
  for (std::size_t j = 0; j < table.columns.size(); ++j) {
    if (std::ranges::find(excluded, j) != excluded.end()) continue;
    if (table.columns[j].kind == ColumnKind::Text) return false;
    const double largest = largest_magnitude(table.columns[j], rows);
    low = std::min(low, largest);
    high = std::max(high, largest);
  }
  return high <= kSharedScale * low;
}

Scaling input_scaling(const DataOptions& options,
                      const Table& table,
                      std::span<const std::size_t> excluded,
                      std::span<const std::uint32_t> rows) {
  if (options.scaling) return *options.scaling;
  const bool keep = options.keep_shared_scale && inputs_share_scale(table, excluded, rows);
  return keep ? Scaling::None : Scaling::Standard;
}

std::vector<float> scaled_target(const Column& column,
                                 const Affine& scale,
                                 std::span<const std::uint32_t> rows) {
  std::vector<float> values;
  values.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    values.push_back(static_cast<float>(scale.apply(static_cast<double>(column.numbers[row]))));
  }
  return values;
}

template <typename T>
std::vector<std::remove_const_t<T>> picked(std::span<T> values,
                                           std::span<const std::uint32_t> rows) {
  std::vector<std::remove_const_t<T>> result;
  result.reserve(rows.size());
  for (const std::uint32_t row : rows) result.push_back(values[row]);
  return result;
}

Affine fit_target(const Column& column,
                  Scaling scaling,
                  std::span<const std::uint32_t> training_rows) {
  std::vector<float> values;
  for (const std::uint32_t row : training_rows) values.push_back(column.numbers[row]);
  return fit_scaling(scaling, values);
}

std::vector<std::uint32_t> all_rows(std::size_t n) {
  std::vector<std::uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

/// In increasing order.
std::vector<std::uint32_t> sampled_rows(std::size_t n, const DataOptions& options) {
  std::vector<std::uint32_t> rows = all_rows(n);
  if (!options.rows || *options.rows >= n) return rows;
  Random(options.split.seed, Purpose::Sample).shuffle(std::span(rows));
  rows.resize(*options.rows);
  std::ranges::sort(rows);
  return rows;
}

/// Works through one table after the other into a PreparedData.
class Preparation {
 public:
  explicit Preparation(const DataOptions& options) : options_(options) {
    validate(options_);
    if (has_test_file()) options_.split.test = 0.0;
  }

  /// Tables that are given away are released column by column.
  template <typename AnyTables>
  PreparedData run(AnyTables&& tables) && {
    const std::size_t target = find_target(tables.data, options_.target);
    result_.source = options_.data;
    result_.hash = tables.hash;
    result_.task.target = tables.data.columns[target].name;
    result_.task.kind = decide_task(tables.data.columns[target], options_.task);
    find_labels(tables.data, target);
    split(tables.data);
    fit(tables.data, target);
    result_.block = block_of(std::forward<AnyTables>(tables).data, target, order_);
    if (has_test_file()) add_separate_test(std::forward<AnyTables>(tables).test);
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool is_regression() const { return result_.task.kind == TaskKind::Regression; }

  [[nodiscard]] bool has_test_file() const { return !options_.test_data.empty(); }

  void find_labels(const Table& table, std::size_t target) {
    if (is_regression()) return;
    Classes classes = find_classes(table, target);
    result_.task.labels = std::move(classes.labels);
    classes_ = std::move(classes.of_row);
  }

  void split(const Table& table) {
    result_.n_table_rows = table.n_rows;
    result_.is_shifted = options_.shift.has_value();
    const std::vector<std::uint32_t> rows = sampled_rows(table.n_rows, options_);
    const Split parts = parts_of(table, rows);
    result_.n_training = parts.training.size();
    result_.n_validation = parts.validation.size();
    result_.n_test = parts.test.size();
    for (const auto* part : {&parts.training, &parts.validation, &parts.test}) {
      for (const std::uint32_t place : *part) order_.push_back(rows[place]);
    }
  }

  [[nodiscard]] Split parts_of(const Table& table, std::span<const std::uint32_t> rows) const {
    if (options_.shift) {
      const Column& column = table.columns[table.require(options_.shift->column, "--shift")];
      if (column.kind == ColumnKind::Text) {
        throw DataError(fmt::format("{}: --shift: column {} holds texts, and a range of numbers is divided",
                                    table.source, column.name));
      }
      return split_shifted(picked(std::span(column.numbers), rows), *options_.shift, options_.split);
    }
    return is_regression() ? split_rows(rows.size(), options_.split)
                           : split_stratified(picked(std::span(classes_), rows), options_.split);
  }

  void fit(const Table& table, std::size_t target) {
    const auto training = std::span(order_).first(result_.n_training);
    if (is_regression()) {
      require_regression_target(table, target, training);
      result_.task.scale = fit_target(table.columns[target], options_.target_scaling, training);
    }
    const auto excluded = excluded_columns(table, target, options_.drop);
    const PreprocessOptions preprocess{
        .scaling = input_scaling(options_, table, excluded, training),
        .one_hot_limit = options_.one_hot_limit,
        .clip = options_.clip && !options_.shift,
        .keep_constants = options_.keep_constants};
    result_.preprocessor = Preprocessor(table, excluded, training, preprocess);
  }

  template <typename AnyTable>
  Block block_of(AnyTable&& table,
                 std::size_t target,
                 std::span<const std::uint32_t> rows) const {
    Block block;
    if (is_regression()) {
      block.target = scaled_target(table.columns[target], result_.task.scale, rows);
    } else {
      block.classes = picked(std::span(classes_), rows);
    }
    block.features = result_.preprocessor.transform(std::forward<AnyTable>(table), rows);
    return block;
  }

  template <typename AnyTable>
  void add_separate_test(AnyTable&& table) {
    const std::size_t target = table.require(result_.task.target, "--target");
    result_.n_test = table.n_rows;
    const std::vector<std::uint32_t> rows = all_rows(result_.n_test);
    if (is_regression()) require_regression_target(table, target, {});
    if (!is_regression()) classes_ = classes_of(table, target, result_.task);
    result_.separate_test = block_of(std::forward<AnyTable>(table), target, rows);
  }

  DataOptions options_;
  PreparedData result_;
  std::vector<std::uint32_t> classes_;
  std::vector<std::uint32_t> order_;
};

}  // namespace

network::Part Block::rows(std::size_t first, std::size_t count) const {
  network::Part part;
  part.features = features.view().rows(first, count);
  if (!target.empty()) part.target = std::span(target).subspan(first, count);
  if (!classes.empty()) part.classes = std::span(classes).subspan(first, count);
  return part;
}

network::Part PreparedData::test() const {
  if (separate_test.features.n_rows() > 0) return separate_test.rows(0, n_test);
  return block.rows(n_training + n_validation, n_test);
}

std::size_t find_target(const Table& table, const std::optional<std::string>& target) {
  return target ? table.require(*target, "--target") : table.columns.size() - 1;
}

SourceTables read_tables(const DataOptions& options) {
  SourceTables tables{.data = read(options.data, options), .test = {}, .hash = {}};
  tables.hash = tables.data.hash();
  if (options.test_data.empty()) return tables;
  DataOptions test_options = options;
  test_options.target = tables.data.columns[find_target(tables.data, options.target)].name;
  tables.test = read(options.test_data, test_options);
  tables.hash += tables.test.hash();
  return tables;
}

PreparedData prepare(const SourceTables& tables, const DataOptions& options) {
  return Preparation(options).run(tables);
}

PreparedData prepare(SourceTables&& tables, const DataOptions& options) {
  return Preparation(options).run(std::move(tables));
}

PreparedData prepare(const DataOptions& options) {
  validate(options);  // before a large file is read
  return prepare(read_tables(options), options);
}

}  // namespace neuronsmith::experiment
