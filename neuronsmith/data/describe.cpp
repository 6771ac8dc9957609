#include "neuronsmith/data/describe.hpp"

#include <algorithm>
#include <cmath>

#include "neuronsmith/data/internal/labels.hpp"

namespace neuronsmith {
namespace {

using TextCounts = std::vector<std::pair<std::string, std::size_t>>;

constexpr std::size_t kMostFrequent = 5;

std::vector<float> sorted_values(const Column& column) {
  std::vector<float> values;
  values.reserve(column.numbers.size());
  std::ranges::copy_if(
      column.numbers, std::back_inserter(values), [](float value) { return !std::isnan(value); });
  std::ranges::sort(values);
  return values;
}

double middle(const std::vector<float>& sorted) {
  const std::size_t half = sorted.size() / 2;
  const auto upper = static_cast<double>(sorted[half]);
  return sorted.size() % 2 == 1 ? upper : 0.5 * (static_cast<double>(sorted[half - 1]) + upper);
}

void summarise_numbers(ColumnSummary& summary, const Column& column) {
  std::vector<float> values = sorted_values(column);
  if (values.empty()) return;
  const auto n = static_cast<double>(values.size());
  summary.min = static_cast<double>(values.front());
  summary.max = static_cast<double>(values.back());
  summary.median = middle(values);
  for (const float value : values) summary.mean += static_cast<double>(value) / n;
  double squares = 0.0;
  for (const float value : values) {
    const double distance = static_cast<double>(value) - summary.mean;
    squares += distance * distance;
  }
  summary.deviation = std::sqrt(squares / n);
  const auto repeated = std::ranges::unique(values);
  summary.n_distinct = values.size() - repeated.size();
}

TextCounts count_labels(const Column& column) {
  const internal::Labels labels = internal::find_labels(column);
  TextCounts counts;
  for (const std::string& text : labels.texts) counts.emplace_back(text, 0);
  for (const std::uint32_t label : labels.of_row) {
    if (label != kMissingCode) ++counts[label].second;
  }
  return counts;
}

void summarise_texts(ColumnSummary& summary, const Column& column) {
  TextCounts counts = count_labels(column);
  summary.n_distinct = counts.size();
  std::ranges::stable_sort(counts, std::greater{}, &TextCounts::value_type::second);
  counts.resize(std::min(counts.size(), kMostFrequent));
  summary.most_frequent = std::move(counts);
}

ColumnSummary summarise(const Column& column) {
  ColumnSummary summary;
  summary.name = column.name;
  summary.kind = column.kind;
  summary.n_missing = column.n_missing;
  if (column.kind == ColumnKind::Numeric) {
    summarise_numbers(summary, column);
  } else {
    summarise_texts(summary, column);
  }
  return summary;
}

Json to_json(const TextCounts& counts) {
  Json list = Json::array();
  for (const auto& [text, count] : counts) list.push_back({{"value", text}, {"rows", count}});
  return list;
}

Json to_json(const ColumnSummary& column) {
  Json json = {{"name", column.name},
               {"type", column.kind == ColumnKind::Numeric ? "numeric" : "text"},
               {"missing", column.n_missing},
               {"distinct", column.n_distinct}};
  if (column.kind == ColumnKind::Text) {
    json["most_frequent"] = to_json(column.most_frequent);
    return json;
  }
  json["min"] = column.min;
  json["mean"] = column.mean;
  json["median"] = column.median;
  json["max"] = column.max;
  json["deviation"] = column.deviation;
  return json;
}

}  // namespace

TableSummary describe(const Table& table, std::size_t target, TaskChoice task) {
  TableSummary summary;
  summary.n_rows = table.n_rows;
  for (const Column& column : table.columns) summary.columns.push_back(summarise(column));
  summary.target = table.columns[target].name;
  summary.task = decide_task(table.columns[target], task);
  if (summary.task == TaskKind::Classification) {
    summary.class_counts = count_labels(table.columns[target]);
  }
  return summary;
}

Json to_json(const TableSummary& summary) {
  Json columns = Json::array();
  for (const ColumnSummary& column : summary.columns) columns.push_back(to_json(column));
  Json json = {{"rows", summary.n_rows},
               {"columns", columns},
               {"target", summary.target},
               {"task", name(summary.task)}};
  if (summary.task == TaskKind::Classification) json["classes"] = to_json(summary.class_counts);
  return json;
}

}  // namespace neuronsmith
