#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/data/table.hpp"
#include "neuronsmith/data/task.hpp"

namespace neuronsmith {

/// What `neuronsmith data describe` shows of one column.
struct ColumnSummary {
  std::string name;
  ColumnKind kind = ColumnKind::Numeric;
  std::size_t n_missing = 0;
  std::size_t n_distinct = 0;
  double min = 0.0, mean = 0.0, median = 0.0, max = 0.0, deviation = 0.0;  ///< numeric; else 0
  std::vector<std::pair<std::string, std::size_t>> most_frequent;          ///< text: up to 5
};

struct TableSummary {
  std::size_t n_rows = 0;
  std::vector<ColumnSummary> columns;
  std::string target;
  TaskKind task = TaskKind::Regression;
  std::vector<std::pair<std::string, std::size_t>> class_counts;  ///< classification, by label
};

/// `target` is a place in table.columns.
[[nodiscard]] TableSummary describe(const Table& table, std::size_t target, TaskChoice task);

[[nodiscard]] Json to_json(const TableSummary& summary);

}  // namespace neuronsmith
