#include "neuronsmith/experiment/reproduce/task_neurons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/experiment/compare.hpp"
#include "neuronsmith/experiment/internal/table_progress.hpp"
#include "neuronsmith/experiment/reproduce/task_neurons_sources.hpp"

namespace neuronsmith::experiment {
namespace {

namespace fs = std::filesystem;
using task_neurons::Source;

constexpr const char* kFormat = "neuronsmith-task-neurons-table";
constexpr int kVersion = 1;
constexpr std::size_t kLeastRows = 50;
constexpr std::size_t kMostRepeats = 1000;

std::string file_of(const TaskNeuronsOptions& options, std::string_view table) {
  return (fs::path(options.data_dir) / fmt::format("{}.csv.gz", table)).string();
}

DataOptions data_options(const TaskNeuronsOptions& options, const Source& source) {
  DataOptions data{.data = file_of(options, source.name),
                   .task = source.task == TaskKind::Regression ? TaskChoice::Regression
                                                               : TaskChoice::Classification,
                   .rows = options.rows};
  data.split.seed = options.seed;
  if (!source.drop.empty()) data.drop = {std::string(source.drop)};
  return data;
}

CompareOptions compare_options(const TaskNeuronsOptions& options, TaskKind task) {
  CompareOptions compare{
      .contenders = parse_contenders(fmt::format("{}", fmt::join(options.networks, ","))),
      .repeats = options.repeats,
      .metric = task == TaskKind::Regression ? "mse" : "accuracy"};
  compare.model.hidden = {6, 3};
  compare.model.task_based_output = true;
  return compare;
}

/// Population variance of the target of all rows once it is brought to [-1, 1].
double signed_variance(const Column& target) {
  std::vector<double> values;
  std::ranges::copy_if(
      target.numbers, std::back_inserter(values), [](float v) { return std::isfinite(v); });
  const auto [low, high] = std::ranges::minmax(values);
  const double deviation = summarise(values).population_deviation();
  const double half_span = 0.5 * (high - low);
  return half_span > 0.0 ? (deviation / half_span) * (deviation / half_span) : 0.0;
}

/// Of each run: how much better than the reference, in the unit of the values.
std::vector<double> gained(TaskKind task, const TaskNeuronsRow& row, const TaskNeuronsRow& other) {
  std::vector<double> differences;
  for (std::size_t r = 0; r < row.values.size(); ++r) {
    const double more = row.values[r] - other.values[r];
    differences.push_back(task == TaskKind::Regression ? -more : more);
  }
  return differences;
}

TaskNeuronsRow row_of(const Comparison& comparison, const ComparisonRow& compared) {
  TaskNeuronsRow row{.network = compared.neuron, .values = compared.values};
  row.failed = failed_repeats(compared);
  if (comparison.task == TaskKind::Regression) {
    row.own_mse = compared.values;
    for (std::size_t r = 0; r < row.values.size(); ++r) {
      const double deviation = comparison.target_deviations[r];
      if (deviation > 0.0) row.values[r] /= deviation * deviation;
    }
  }
  for (const RepeatResult& result : compared.results) {
    row.parameters.push_back(result.parameters);
    row.multiply_adds.push_back(result.multiply_adds);
    row.basis_operations.push_back(result.basis_operations);
    row.training_seconds.push_back(result.seconds);
    row.search_seconds.push_back(result.search_seconds);
    row.structures.push_back(result.structure);
  }
  return row;
}

TaskNeuronsTable table_of(const Source& source,
                          const SourceTables& tables,
                          const Comparison& comparison) {
  TaskNeuronsTable table{.name = std::string(source.name),
                         .task = source.task,
                         .data_hash = tables.hash,
                         .n_table_rows = tables.data.n_rows,
                         .n_training = comparison.n_training,
                         .n_validation = comparison.n_validation,
                         .n_test = comparison.n_test};
  if (source.task == TaskKind::Regression) {
    table.signed_variance = signed_variance(tables.data.columns.back());
  }
  for (const ComparisonRow& compared : comparison.rows) {
    table.rows.push_back(row_of(comparison, compared));
    TaskNeuronsRow& row = table.rows.back();
    const std::vector<double> better = gained(source.task, row, table.rows[0]);
    row.advantage = mean_of(better);
    row.p_value = corrected_resampled_t_test(better, table.n_test, table.n_training).p_value;
  }
  return table;
}

/// After Holm, over all but the references.
void adjust_p_values(TaskNeuronsStudy& study) {
  std::vector<TaskNeuronsRow*> rows;
  std::vector<double> p_values;
  for (TaskNeuronsTable& table : study.tables) {
    for (std::size_t i = 1; i < table.rows.size(); ++i) {
      rows.push_back(&table.rows[i]);
      p_values.push_back(table.rows[i].p_value);
    }
  }
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i]->p_holm = adjusted[i];
}

/// Compares the networks on each table, or reads what an earlier study had.
class Study {
 public:
  Study(const TaskNeuronsOptions& options,
        const Executor& executor,
        ProgressSink* progress,
        std::stop_token stop)
      : options_(options), executor_(executor), progress_(progress), stop_(std::move(stop)) {}

  TaskNeuronsStudy run() {
    const Stopwatch clock;
    TaskNeuronsStudy study{.networks = options_.networks,
                           .repeats = options_.repeats,
                           .rows = options_.rows,
                           .seed = options_.seed};
    for (std::size_t i = 0; i < options_.tables.size() && !stop_.stop_requested(); ++i) {
      std::optional<TaskNeuronsTable> table = studied(i);
      if (table) study.tables.push_back(std::move(*table));
    }
    adjust_p_values(study);
    study.interrupted = study.tables.size() < options_.tables.size();
    study.seconds = clock.seconds();
    return study;
  }

 private:
  /// Absent after a stop request.
  [[nodiscard]] std::optional<TaskNeuronsTable> studied(std::size_t index) const {
    const Source& source = task_neurons::find_source(options_.tables[index]);
    const DataOptions data = data_options(options_, source);
    const SourceTables tables = read_tables(data);
    if (auto finished = finished_before(source, tables.hash)) return finished;
    internal::TableProgress sink(progress_, index, options_.tables.size());
    const CompareOptions options = compare_options(options_, source.task);
    try {
      const Comparison comparison = compare(tables, data, options, executor_, &sink, stop_);
      if (comparison.interrupted) return std::nullopt;
      TaskNeuronsTable table = table_of(source, tables, comparison);
      keep(table);
      return table;
    } catch (const DataError& error) {
      throw DataError(fmt::format("{}: {}", source.name, error.what()));
    }
  }

  /// What decides the numbers of a table, besides its rows.
  [[nodiscard]] Json made_with() const {
    return {{"networks", options_.networks},
            {"repeats", options_.repeats},
            {"rows", options_.rows},
            {"seed", options_.seed}};
  }

  [[nodiscard]] std::string path_of(std::string_view table) const {
    return (fs::path(options_.folder) / fmt::format("{}.json", table)).string();
  }

  void keep(const TaskNeuronsTable& table) const {
    if (options_.folder.empty()) return;
    const Json json = {{"format", kFormat},
                       {"version", kVersion},
                       {"made_with", made_with()},
                       {"table", to_json(table)}};
    std::error_code error;  // what is wrong shows when the file is written
    fs::create_directories(options_.folder, error);
    write_file_atomically(path_of(table.name), json.dump(2) + "\n");
  }

  [[nodiscard]] std::optional<TaskNeuronsTable> finished_before(const Source& source,
                                                                const std::string& hash) const {
    if (options_.finished != Finished::Resume || options_.folder.empty()) return std::nullopt;
    const std::string path = path_of(source.name);
    if (!fs::exists(path)) return std::nullopt;
    const Json json = read_json_file(path);
    require_format(json, kFormat, kVersion, path);
    TaskNeuronsTable table =
        task_neurons_table_from_json(json_get<Json>(json, "table", path), path);
    const bool is_same = json_get<Json>(json, "made_with", path) == made_with() &&
                         table.name == source.name && table.data_hash == hash &&
                         table.rows.size() == options_.networks.size();
    return is_same ? std::optional(std::move(table)) : std::nullopt;
  }

  const TaskNeuronsOptions& options_;
  const Executor& executor_;
  ProgressSink* progress_;
  std::stop_token stop_;
};

void require_files(const TaskNeuronsOptions& options) {
  for (const std::string& table : options.tables) {
    const std::string file = file_of(options, table);
    std::error_code error;
    if (!fs::is_regular_file(file, error)) throw IoError(file + ": there is no such file");
  }
}

/// What a table ranks networks by, less is better.
std::vector<double> losses_of(const TaskNeuronsTable& table) {
  std::vector<double> losses;
  for (const TaskNeuronsRow& row : table.rows) {
    const double mean = mean_of(row.values);
    losses.push_back(table.task == TaskKind::Regression ? mean : -mean);
  }
  return losses;
}

}  // namespace

std::vector<std::string> task_neurons_tables() {
  std::vector<std::string> names;
  for (const Source& source : task_neurons::sources()) names.emplace_back(source.name);
  return names;
}

std::vector<std::string> task_neurons_networks() {
  return {"linear",
          "discover:vsr",
          "discover:neuronseek",
          "quadratic",
          "kan",
          "chebykan",
          "fourierkan",
          "fastkan"};
}

void TaskNeuronsOptions::validate() const {
  require_distinct(tables, "--tables");
  for (const std::string& table : tables) static_cast<void>(task_neurons::find_source(table));
  if (repeats < 2 || repeats > kMostRepeats) {
    throw ConfigError(fmt::format("--repeats must be 2 to {}, not {}", kMostRepeats, repeats));
  }
  if (rows < kLeastRows) {
    throw ConfigError(fmt::format("--rows must be at least {}, not {}", kLeastRows, rows));
  }
  compare_options(*this, TaskKind::Regression).validate();
  require_files(*this);
}

TaskNeuronsStudy reproduce_task_neurons(const TaskNeuronsOptions& options,
                                        const Executor& executor,
                                        ProgressSink* progress,
                                        std::stop_token stop) {
  options.validate();
  return Study(options, executor, progress, std::move(stop)).run();
}

std::optional<TaskNeuronsRanking> ranking_of(const TaskNeuronsStudy& study) {
  if (study.tables.size() < 2) return std::nullopt;
  std::vector<std::vector<double>> losses;
  for (const TaskNeuronsTable& table : study.tables) losses.push_back(losses_of(table));
  TaskNeuronsRanking ranking{
      .test = friedman_test(losses),
      .difference = critical_difference(study.networks.size(), study.tables.size())};
  ranking.groups = groups_within(ranking.test.ranks, ranking.difference);
  return ranking;
}

}  // namespace neuronsmith::experiment
