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

constexpr std::size_t kMaxEntries = 100;

struct Entry {
  std::string formula;
  std::optional<double> error;
  std::optional<double> complexity;
  std::optional<double> criterion;
  bool is_chosen = false;
};

std::vector<Entry> entries_of(const RunRecord& run) {
  std::vector<Entry> entries;
  const Json& front = value_at(run.result, "front");
  if (!front.is_array()) return entries;
  for (const Json& item : front) {
    if (entries.size() == kMaxEntries) break;
    const std::string formula = text_at(item, "formula");
    if (formula.empty()) continue;
    entries.push_back({.formula = formula,
                       .error = number_at(item, "error"),
                       .complexity = number_at(item, "complexity"),
                       .criterion = number_at(item, "criterion"),
                       .is_chosen = value_at(item, "chosen") == Json(true)});
  }
  return entries;
}

std::string entry_anchor(const RunRecord& run, std::size_t i) {
  return fmt::format("{}-formula{}", anchor_of(run), i + 1);
}

std::string number_cell(const std::optional<double>& value) {
  return value ? number_html(*value) : std::string();
}

/// What to type to train a network of this formula; a formula of columns is no neuron yet.
std::string use_cell(const RunRecord& run, const Entry& entry) {
  if (value_at(run.result, "columns").is_object()) return {};
  const std::string command = fmt::format("neuronsmith train --neuron {} --data {}",
                                          shell_quoted(entry.formula),
                                          shell_quoted(run.start.data));
  return fmt::format("<details><summary>use</summary><pre>{}</pre></details>", escape(command));
}

Series series_of(const RunRecord& run, const std::vector<Entry>& entries, bool chosen) {
  Series series{.name = chosen ? "chosen" : "",
                .tone = chosen ? Tone::Chosen : Tone::First,
                .mark = Mark::Points};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (!entry.error || !entry.complexity || entry.is_chosen != chosen) continue;
    series.x.push_back(*entry.complexity);
    series.y.push_back(*entry.error);
    series.anchors.push_back(entry_anchor(run, i));
    series.hints.push_back(fmt::format("{}: error {}", i + 1, number_text(*entry.error)));
  }
  return series;
}

/// The least error at each complexity, as a staircase.
Series staircase(const std::vector<Entry>& entries) {
  Series series{.name = "", .tone = Tone::First, .mark = Mark::Steps};
  for (const Entry& entry : entries) {
    if (!entry.error || !entry.complexity) continue;
    series.x.push_back(*entry.complexity);
    series.y.push_back(*entry.error);
  }
  return series;
}

}  // namespace

std::string front_plot_part(const RunRecord& run) {
  std::vector<Entry> entries = entries_of(run);
  if (entries.size() < 2) return {};
  Plot plot{.title = "Error and complexity",
            .x = {.label = "complexity, nodes of the formula"},
            .y = {.label = "error"},
            .series = {
                staircase(entries), series_of(run, entries, false), series_of(run, entries, true)}};
  if (wants_log_axis(plot.series[0].y, 8.0)) {
    const bool all_positive =
        std::ranges::all_of(plot.series[0].y, [](double y) { return y > 0.0; });
    plot.y.is_log = all_positive;
  }
  if (plot.y.is_log) plot.y.label += ", logarithmic";
  return figure(plot,
                "The Pareto front: no formula found is both simpler and better than one of these. "
                "Each point leads to its formula in the table below.");
}

std::string front_table_part(const RunRecord& run) {
  const std::vector<Entry> entries = entries_of(run);
  if (entries.empty()) return {};
  HtmlTable table{.label = "Pareto front",
                  .heads = {"", "complexity", "error", "criterion", "formula", ""},
                  .is_number = {true, true, true, true, false, false},
                  .rows = {}};
  const auto shape = value_at(run.result, "columns").is_object() ? formula::Shape::Scalar
                                                                 : formula::Shape::Vector;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    table.rows.push_back({std::to_string(i + 1),
                          number_cell(entry.complexity),
                          number_cell(entry.error),
                          number_cell(entry.criterion),
                          formula_html(entry.formula, {}, shape) +
                              (entry.is_chosen ? " <span class=\"tag\">chosen</span>" : ""),
                          use_cell(run, entry)});
    table.row_attributes.push_back(fmt::format(
        " id=\"{}\"{}", entry_anchor(run, i), entry.is_chosen ? " class=\"chosen\"" : ""));
  }
  const std::size_t n = value_at(run.result, "front").size();
  std::string text = "<h3>Formulas to pick from</h3>\n" + table.html();
  if (n > kMaxEntries)
    text += fmt::format("<p class=\"muted\">{} more are left out.</p>\n", n - kMaxEntries);
  return text;
}

}  // namespace neuronsmith::report::internal
