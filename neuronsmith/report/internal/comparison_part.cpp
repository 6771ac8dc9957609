#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "neuronsmith/report/internal/figure.hpp"
#include "neuronsmith/report/internal/formula_view.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/names.hpp"
#include "neuronsmith/report/internal/parts.hpp"

namespace neuronsmith::report::internal {
namespace {

using experiment::RunRecord;
using Rows = std::vector<Json>;

constexpr std::size_t kMaxRows = 60;
constexpr std::size_t kMaxDrawn = 20;
constexpr std::size_t kNameWidth = 20;

Rows rows_of(const RunRecord& run) {
  Rows rows;
  const Json& list = value_at(run.result, "rows");
  if (!list.is_array()) return rows;
  for (const Json& row : list) {
    if (rows.size() < kMaxRows && !text_at(row, "neuron").empty()) rows.push_back(row);
  }
  return rows;
}

std::string metric_of(const RunRecord& run, const Rows& rows) {
  const std::string metric = text_at(run.result, "metric");
  return metric.empty() ? text_at(rows[0], "metric") : metric;
}

std::string number_cell(const Json& row, const char* key) {
  const auto value = number_at(row, key);
  return value ? number_html(*value) : std::string();
}

std::string interval_cell(const Json& row, const char* low_key, const char* high_key) {
  const auto low = number_at(row, low_key);
  const auto high = number_at(row, high_key);
  if (!low || !high) return {};
  return fmt::format("{} … {}", number_html(*low), number_html(*high));
}

std::string neuron_cell(const RunRecord& run, const Json& row) {
  const std::string name = text_at(row, "neuron");
  const bool is_reference = name == text_at(run.result, "reference");
  const std::string formula = text_at(row, "formula");
  std::string cell = escape(shortened(name, 60));
  if (is_reference) cell += " <span class=\"tag\">reference</span>";
  if (!formula.empty() && formula != name) cell += "<br/>" + formula_html(formula);
  return cell;
}

/// A column is shown when some row has something in it.
struct Column {
  std::string head;
  std::vector<std::string> cells;
};

std::vector<Column> columns_of(const Rows& rows, const std::string& metric) {
  std::vector<Column> columns;
  const auto add = [&](std::string head, auto cell) {
    Column column{std::move(head), {}};
    for (const Json& row : rows) column.cells.push_back(cell(row));
    const bool has_any =
        std::ranges::any_of(column.cells, [](const auto& c) { return !c.empty(); });
    if (has_any) columns.push_back(std::move(column));
  };
  const auto add_number = [&](std::string head, const char* key) {
    add(std::move(head), [key](const Json& row) { return number_cell(row, key); });
  };
  add_number("parameters", "parameters");
  add_number("multiply-adds", "multiply_adds");
  add_number(metric + ", mean", "mean");
  add("95 % interval", [](const Json& row) { return interval_cell(row, "low", "high"); });
  add_number("deviation", "std");
  add_number("median", "median");
  add_number("advantage", "advantage");
  add("95 % interval",
      [](const Json& row) { return interval_cell(row, "advantage_low", "advantage_high"); });
  add_number("p", "p_value");
  add_number("wins", "wins");
  return columns;
}

std::string comparison_table(const RunRecord& run, const Rows& rows) {
  HtmlTable table{.label = "Comparison", .heads = {"neuron"}, .is_number = {false}, .rows = {}};
  for (const Json& row : rows) table.rows.push_back({neuron_cell(run, row)});
  for (Column& column : columns_of(rows, escape(metric_label(metric_of(run, rows))))) {
    table.heads.push_back(std::move(column.head));
    table.is_number.push_back(true);
    for (std::size_t i = 0; i < rows.size(); ++i)
      table.rows[i].push_back(std::move(column.cells[i]));
  }
  return table.html();
}

/// Rows from top to bottom, each at a height of its own, named on the axis.
Plot plot_of_rows(const Rows& rows, const std::string& title, const std::string& x_label) {
  const std::size_t n = std::min(rows.size(), kMaxDrawn);
  Plot plot{.title = title,
            .x = {.label = x_label},
            .y = {.label = "", .low = 0.4, .high = static_cast<double>(n) + 0.6},
            .height = 100 + 34 * static_cast<int>(n)};
  for (std::size_t i = n; i-- > 0;)
    plot.y.names.push_back(shortened(text_at(rows[i], "neuron"), kNameWidth));
  return plot;
}

double height_of(const Plot& plot, std::size_t i) {
  return static_cast<double>(plot.y.names.size() - i);
}

Series intervals_of(
    const Rows& rows, const Plot& plot, const char* middle, const char* low, const char* high) {
  Series series{.name = "", .tone = Tone::First, .mark = Mark::Intervals};
  for (std::size_t i = 0; i < plot.y.names.size(); ++i) {
    const auto value = number_at(rows[i], middle);
    if (!value) continue;
    series.x.push_back(*value);
    series.y.push_back(height_of(plot, i));
    series.low.push_back(number_at(rows[i], low).value_or(*value));
    series.high.push_back(number_at(rows[i], high).value_or(*value));
  }
  return series;
}

/// What each repeat came to.
Series repeats_of(const Rows& rows, const Plot& plot) {
  Series series{.name = "one repeat", .tone = Tone::Faint, .mark = Mark::Points};
  for (std::size_t i = 0; i < plot.y.names.size(); ++i) {
    const Json& repeats = value_at(rows[i], "per_repeat");
    if (!repeats.is_array()) continue;
    for (const Json& repeat : repeats) {
      const auto value = number_at(repeat, "value");
      if (!value) continue;
      series.x.push_back(*value);
      series.y.push_back(height_of(plot, i));
    }
  }
  return series;
}

bool has_any(const Rows& rows, const char* key) {
  return std::ranges::any_of(rows,
                             [key](const Json& row) { return number_at(row, key).has_value(); });
}

std::string means_figure(const RunRecord& run, const Rows& rows) {
  if (!has_any(rows, "mean")) return {};
  Plot plot = plot_of_rows(rows, "What each neuron came to", metric_label(metric_of(run, rows)));
  Series repeats = repeats_of(rows, plot);
  Series means = intervals_of(rows, plot, "mean", "low", "high");
  const bool has_interval = has_any(rows, "low") && has_any(rows, "high");
  means.name = has_interval ? "mean and its 95 % interval" : "mean";
  means.mark = has_interval ? Mark::Intervals : Mark::Points;
  if (!repeats.x.empty()) plot.series.push_back(std::move(repeats));
  plot.series.push_back(std::move(means));
  return figure(plot, "On rows that neither search nor training has seen.");
}

std::string advantages_figure(const RunRecord& run, const Rows& rows) {
  if (!has_any(rows, "advantage")) return {};
  const std::string reference = text_at(run.result, "reference");
  Rows others;
  std::ranges::copy_if(rows, std::back_inserter(others), [](const Json& row) {
    return number_at(row, "advantage").has_value();
  });
  Plot plot = plot_of_rows(
      others, "Advantage over the reference", "advantage in " + metric_label(metric_of(run, rows)));
  plot.series = {intervals_of(others, plot, "advantage", "advantage_low", "advantage_high")};
  plot.verticals = {0.0};
  return figure(
      plot,
      fmt::format(
          "Mean difference from {} over paired repeats, with its 95 % interval; to the "
          "right is better. An interval across the dashed line leaves open which is better.",
          reference.empty() ? "the reference" : escape(shortened(reference, 40))));
}

}  // namespace

std::string comparison_part(const RunRecord& run) {
  const Rows rows = rows_of(run);
  if (rows.empty()) return {};
  const std::string figures = means_figure(run, rows) + advantages_figure(run, rows);
  return "<h3>Comparison</h3>\n" + comparison_table(run, rows) +
         (figures.empty() ? "" : "<div class=\"figures\">\n" + figures + "</div>\n");
}

}  // namespace neuronsmith::report::internal
