#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "neuronsmith/report/internal/figure.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/parts.hpp"
#include "neuronsmith/report/structure_bars.hpp"

namespace neuronsmith::report::internal {
namespace {

using experiment::RunRecord;

constexpr std::size_t kMaxRows = 100;
constexpr std::size_t kMaxBars = 40;
constexpr std::size_t kMaxStructures = 1000;

/// The rows of a list that are objects, so many at most.
std::vector<Json> rows_of(const RunRecord& run, const char* key) {
  std::vector<Json> rows;
  const Json& list = value_at(run.result, key);
  if (!list.is_array()) return rows;
  for (const Json& row : list) {
    if (row.is_object() && rows.size() < kMaxRows) rows.push_back(row);
  }
  return rows;
}

/// A short name that stays in one line.
std::string name_cell(const Json& row, const char* key) {
  return "<span class=\"nw\">" + escape(shortened(text_at(row, key), 40)) + "</span>";
}

double sum_at(const Json& row, const char* key) {
  double sum = 0.0;
  const Json& values = value_at(row, key);
  if (!values.is_array()) return sum;
  for (const Json& value : values) {
    if (value.is_number()) sum += value.get<double>();
  }
  return sum;
}

std::string number_cell(const Json& row, const char* key) {
  const auto value = number_at(row, key);
  return value ? number_html(*value) : std::string();
}

std::string verdict_table(const std::vector<Json>& rows) {
  HtmlTable table{.label = "Verdicts",
                  .heads = {"inputs",
                            "method",
                            "perfect",
                            "superset",
                            "missing",
                            "median test error",
                            "median seconds"},
                  .is_number = {true, false, true, true, true, true, true},
                  .rows = {}};
  for (const Json& row : rows) {
    table.rows.push_back({number_cell(row, "dimension"),
                          name_cell(row, "method"),
                          number_html(sum_at(row, "perfect")),
                          number_html(sum_at(row, "superset")),
                          number_html(sum_at(row, "missing")),
                          number_cell(row, "median_test_error"),
                          number_cell(row, "median_search_seconds")});
  }
  return table.html() +
         "<p class=\"muted\">Problems and seeds together. Perfect: the orders found are the true "
         "ones; "
         "superset: they and others; missing: one of them was not found. Test error: of a neuron "
         "of the "
         "orders found, trained anew, over the variance of the test rows.</p>\n";
}

std::vector<experiment::StructureCount> structures_of(const Json& row) {
  std::vector<experiment::StructureCount> structures;
  const Json& list = value_at(row, "structures");
  if (!list.is_array()) return structures;
  for (const Json& entry : list) {
    const double count = number_at(entry, "count").value_or(0.0);
    if (!(count >= 1.0 && count <= 1e6) || structures.size() == kMaxStructures) continue;
    structures.push_back({text_at(entry, "orders"), static_cast<std::size_t>(count)});
  }
  return structures;
}

std::string structures_cell(const std::vector<experiment::StructureCount>& structures) {
  std::string text;
  for (const auto& [structure, count] : structures) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", structure, count);
  }
  return escape(shortened(text, 300));
}

std::string stability(const std::vector<Json>& rows) {
  std::vector<StructureBars> bars;
  HtmlTable table{.label = "Stability",
                  .heads = {"problem", "true orders", "method", "different", "found (how often)"},
                  .is_number = {false, false, false, true, false},
                  .rows = {}};
  for (const Json& row : rows) {
    const std::vector<experiment::StructureCount> structures = structures_of(row);
    table.rows.push_back({name_cell(row, "problem"),
                          name_cell(row, "truth"),
                          name_cell(row, "method"),
                          number_html(static_cast<double>(structures.size())),
                          structures_cell(structures)});
    if (bars.size() < kMaxBars) {
      bars.push_back({text_at(row, "problem") + " " + text_at(row, "method"),
                      text_at(row, "truth"),
                      structures});
    }
  }
  return table.html() + "<div class=\"figures\">\n" +
         figure(
             structure_plot(bars),
             "Parts of a bar are structures, as long as they are frequent. One colour: the method "
             "gives the same answer whatever its seed.") +
         "</div>\n";
}

}  // namespace

std::string recovery_part(const RunRecord& run) {
  if (text_at(run.result, "study") != "neuronseek-synthetic") return {};
  const std::vector<Json> verdicts = rows_of(run, "summary");
  const std::vector<Json> repeated = rows_of(run, "stability");
  std::string text;
  if (!verdicts.empty()) text += "<h3>Recovery of known orders</h3>\n" + verdict_table(verdicts);
  if (!repeated.empty()) text += "<h3>Stability</h3>\n" + stability(repeated);
  return text;
}

}  // namespace neuronsmith::report::internal
