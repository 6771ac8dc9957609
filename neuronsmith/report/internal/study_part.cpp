#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/report/internal/formula_view.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/parts.hpp"

namespace neuronsmith::report::internal {
namespace {

using experiment::RunRecord;

constexpr std::size_t kMaxRows = 200;

/// "0.824 ± 0.003" of a list of numbers, over a population as the published tables have it.
std::string spread_cell(const Json& values) {
  if (!values.is_array() || values.empty()) return {};
  std::vector<double> numbers;
  for (const Json& value : values) {
    if (!value.is_number()) return {};
    numbers.push_back(value.get<double>());
  }
  const Summary summary = summarise(numbers);
  return fmt::format("{:.3f} ± {:.3f}", summary.mean, summary.population_deviation());
}

std::string published_cell(const Json& row) {
  const auto accuracy = number_at(row, "published_accuracy");
  const auto auc = number_at(row, "published_auc");
  if (!accuracy || !auc) return {};
  return fmt::format("{:.3f}, {:.3f}", *accuracy, *auc);
}

/// The name of an arm, and the formula where one was found for all seeds.
std::string activation_cell(const Json& row) {
  std::string cell = escape(shortened(text_at(row, "activation"), 60));
  const Json& formulas = value_at(row, "formulas");
  const bool is_one = formulas.is_array() && !formulas.empty() && formulas[0].is_string() &&
                      std::ranges::all_of(formulas, [&](const Json& f) { return f == formulas[0]; });
  if (is_one) cell += "<br/>" + formula_html(formulas[0].get<std::string>());
  return cell;
}

}  // namespace

std::string study_part(const RunRecord& run) {
  if (text_at(run.result, "study").empty()) return {};
  const Json& rows = value_at(run.result, "rows");
  if (!rows.is_array() || rows.empty()) return {};
  HtmlTable table{
      .label = "Study",
      .heads = {"data set", "architecture", "activation", "parameters", "accuracy", "AUC",
                "published accuracy, AUC", "E_param"},
      .is_number = {false, false, false, true, true, true, true, true},
      .rows = {}};
  for (std::size_t i = 0; i < std::min(rows.size(), kMaxRows); ++i) {
    const Json& row = rows[i];
    const auto parameters = number_at(row, "parameters");
    const auto efficiency = number_at(row, "efficiency");
    table.rows.push_back({escape(shortened(text_at(row, "data_set"), 40)),
                          escape(shortened(text_at(row, "architecture"), 40)),
                          activation_cell(row),
                          parameters ? number_html(*parameters) : "",
                          spread_cell(value_at(row, "accuracy")),
                          spread_cell(value_at(row, "auc")),
                          published_cell(row),
                          efficiency ? fmt::format("{:.3f}", *efficiency) : ""});
  }
  return "<h3>Study</h3>\n" + table.html();
}

}  // namespace neuronsmith::report::internal
