#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/data/preprocess.hpp"
#include "neuronsmith/data/table.hpp"

namespace neuronsmith {

enum class TaskKind : std::uint8_t { Regression, Classification };
enum class TaskChoice : std::uint8_t { Auto, Regression, Classification };

[[nodiscard]] std::string_view name(TaskKind kind);
/// "auto", "regression", "classification"; throws ConfigError naming --task.
[[nodiscard]] TaskChoice parse_task_choice(std::string_view text);

/// What is to be predicted, and in which unit.
struct Task {
  TaskKind kind = TaskKind::Regression;
  std::string target = {};               ///< column name
  Affine scale = {};                     ///< regression: fitted on the training rows
  std::vector<std::string> labels = {};  ///< classification: numbers by value, then texts in order

  [[nodiscard]] std::size_t n_classes() const { return labels.size(); }
};

inline constexpr std::size_t kMaxAutoClasses = 10;

/// Auto: text is classification; numbers are when all are whole and take at most kMaxAutoClasses
/// values, otherwise regression.
[[nodiscard]] TaskKind decide_task(const Column& target, TaskChoice choice);

/// The class of every row by the order of `labels` that it finds. Throws DataError naming file,
/// line and column for a missing target, one class only, or more than kMaxLabels classes.
struct Classes {
  std::vector<std::string> labels;
  std::vector<std::uint32_t> of_row;
};
[[nodiscard]] Classes find_classes(const Table& table, std::size_t target);

/// Class of every row by a task's labels: for tables that a model is applied to. Throws DataError
/// naming the line-less row and label that the task does not know, or a missing target.
[[nodiscard]] std::vector<std::uint32_t> classes_of(const Table& table,
                                                    std::size_t target,
                                                    const Task& task);

/// Throws DataError when a regression target is text, has missing values or is constant on the
/// training rows. Without training rows (a table to evaluate on) a constant is fine.
void require_regression_target(const Table& table,
                               std::size_t target,
                               std::span<const std::uint32_t> training_rows);

[[nodiscard]] Json to_json(const Task& task);
[[nodiscard]] Task task_from_json(const Json& json, const std::string& source);

}  // namespace neuronsmith
