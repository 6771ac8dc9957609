#include "neuronsmith/data/task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/internal/labels.hpp"
#include "neuronsmith/data/internal/number.hpp"
#include "neuronsmith/data/internal/strict_json.hpp"
#include "neuronsmith/data/internal/utf8.hpp"
#include "neuronsmith/data/read_table.hpp"

namespace neuronsmith {
namespace {

constexpr std::size_t kMaxListedLabels = 10;
constexpr std::string_view kDropAdvice = "; --drop-missing-target leaves them out";

std::string place(const Table& table, const Column& column) {
  return fmt::format("{}: column \"{}\"", table.source, column.name);
}

/// `advice` ends the message.
void require_no_missing(const Table& table, const Column& column, std::string_view advice) {
  if (column.n_missing == 0) return;
  const std::string line =
      column.first_missing_line == 0 ? "" : fmt::format("line {}, ", column.first_missing_line);
  throw DataError(
      fmt::format("{}: {}column \"{}\": the target has no value ({} of {} rows have none){}",
                  table.source,
                  line,
                  column.name,
                  column.n_missing,
                  table.n_rows,
                  advice));
}

bool few_whole_numbers(const Column& column) {
  std::set<float> values;
  for (const float value : column.numbers) {
    if (std::isnan(value)) continue;
    if (std::trunc(value) != value) return false;
    values.insert(value);
    if (values.size() > kMaxAutoClasses) return false;
  }
  return true;
}

std::string list_labels(const std::vector<std::string>& labels) {
  const auto n = static_cast<std::ptrdiff_t>(std::min(labels.size(), kMaxListedLabels));
  std::string list = fmt::format("{}", fmt::join(labels.begin(), labels.begin() + n, ", "));
  if (labels.size() > kMaxListedLabels) list += fmt::format(", ... ({} in all)", labels.size());
  return list;
}

/// Finds a label by its text, or by the number that it says: "1" in a model is 1.0 in a file.
class LabelFinder {
 public:
  explicit LabelFinder(const std::vector<std::string>& labels) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto place = static_cast<std::uint32_t>(i);
      by_text_.emplace(labels[i], place);
      const internal::Number number = internal::parse_number(labels[i]);
      if (number.kind == internal::NumberKind::Finite) by_value_.emplace(number.value, place);
    }
  }

  [[nodiscard]] std::optional<std::uint32_t> find(const std::string& text) const {
    if (const auto found = by_text_.find(text); found != by_text_.end()) return found->second;
    const internal::Number number = internal::parse_number(text);
    if (number.kind != internal::NumberKind::Finite) return std::nullopt;
    const auto found = by_value_.find(number.value);
    return found == by_value_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, std::uint32_t, std::less<>> by_text_;
  std::map<float, std::uint32_t> by_value_;
};

void require_consistent(const Task& task, const std::string& source) {
  if (task.kind == TaskKind::Regression) {
    if (task.labels.empty()) return;
    throw ParseError(fmt::format("{}: \"labels\" of a regression is not empty", source));
  }
  const std::set<std::string_view> distinct(task.labels.begin(), task.labels.end());
  if (distinct.size() != task.labels.size()) {
    throw ParseError(fmt::format("{}: \"labels\" holds a label twice", source));
  }
  if (distinct.size() < 2 || distinct.size() > kMaxLabels) {
    throw ParseError(fmt::format(
        "{}: \"labels\" must hold 2 to {} labels, not {}", source, kMaxLabels, distinct.size()));
  }
}

TaskKind kind_from_json(const Json& json, const std::string& source) {
  const auto text = json_get<std::string>(json, "kind", source);
  for (const TaskKind kind : {TaskKind::Regression, TaskKind::Classification}) {
    if (text == name(kind)) return kind;
  }
  throw ParseError(
      fmt::format("{}: \"kind\" is \"{}\", known are regression and classification", source, text));
}

}  // namespace

std::string_view name(TaskKind kind) {
  return kind == TaskKind::Regression ? "regression" : "classification";
}

TaskChoice parse_task_choice(std::string_view text) {
  if (text == "auto") return TaskChoice::Auto;
  if (text == "regression") return TaskChoice::Regression;
  if (text == "classification") return TaskChoice::Classification;
  throw ConfigError(
      fmt::format("--task: \"{}\" is unknown; known are auto, regression, classification", text));
}

TaskKind decide_task(const Column& target, TaskChoice choice) {
  if (choice == TaskChoice::Regression) return TaskKind::Regression;
  if (choice == TaskChoice::Classification) return TaskKind::Classification;
  const bool classes = target.kind == ColumnKind::Text || few_whole_numbers(target);
  return classes ? TaskKind::Classification : TaskKind::Regression;
}

Classes find_classes(const Table& table, std::size_t target) {
  const Column& column = table.columns[target];
  require_no_missing(table, column, kDropAdvice);
  internal::Labels labels = internal::find_labels(column);
  if (labels.texts.size() < 2) {
    throw DataError(fmt::format("{}: every row has the class {}; a classification needs two",
                                place(table, column),
                                list_labels(labels.texts)));
  }
  if (labels.texts.size() > kMaxLabels) {
    throw DataError(
        fmt::format("{}: {} classes, more than {}; numbers are predicted by --task "
                    "regression",
                    place(table, column),
                    labels.texts.size(),
                    kMaxLabels));
  }
  return {std::move(labels.texts), std::move(labels.of_row)};
}

std::vector<std::uint32_t> classes_of(const Table& table, std::size_t target, const Task& task) {
  const Column& column = table.columns[target];
  require_no_missing(table, column, "");
  const internal::Labels labels = internal::find_labels(column);
  const LabelFinder finder(task.labels);
  std::vector<std::optional<std::uint32_t>> class_of_label;
  for (const std::string& text : labels.texts) class_of_label.push_back(finder.find(text));
  std::vector<std::uint32_t> classes;
  classes.reserve(table.n_rows);
  for (std::size_t row = 0; row < table.n_rows; ++row) {
    const std::uint32_t label = labels.of_row[row];
    if (class_of_label[label]) {
      classes.push_back(*class_of_label[label]);
      continue;
    }
    throw DataError(
        fmt::format("{}: row {} has the class \"{}\", which the model does not know; it "
                    "knows {}",
                    place(table, column),
                    row + 1,
                    internal::printable(labels.texts[label]),
                    list_labels(task.labels)));
  }
  return classes;
}

void require_regression_target(const Table& table,
                               std::size_t target,
                               std::span<const std::uint32_t> training_rows) {
  const Column& column = table.columns[target];
  if (column.kind == ColumnKind::Text) {
    throw DataError(fmt::format("{} is text; texts are predicted by --task classification",
                                place(table, column)));
  }
  require_no_missing(table, column, kDropAdvice);
  if (training_rows.empty()) return;
  const auto differs = [&](std::uint32_t row) {
    return column.numbers[row] != column.numbers[training_rows.front()];
  };
  if (std::ranges::any_of(training_rows, differs)) return;
  throw DataError(
      fmt::format("{}: the target is constant over the training rows, there is nothing to "
                  "learn",
                  place(table, column)));
}

Json to_json(const Task& task) {
  return {{"kind", name(task.kind)},
          {"target", task.target},
          {"offset", json_number(task.scale.offset)},
          {"factor", json_number(task.scale.factor)},
          {"labels", task.labels}};
}

Task task_from_json(const Json& json, const std::string& source) {
  Task task;
  task.kind = kind_from_json(json, source);
  task.target = json_get<std::string>(json, "target", source);
  task.scale.offset = internal::json_finite(json, "offset", source);
  task.scale.factor = internal::json_finite(json, "factor", source);
  if (task.scale.factor == 0.0) throw ParseError(fmt::format("{}: \"factor\" is 0", source));
  task.labels = json_get<std::vector<std::string>>(json, "labels", source);
  require_consistent(task, source);
  return task;
}

}  // namespace neuronsmith
