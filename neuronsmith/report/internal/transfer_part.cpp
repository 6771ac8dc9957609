#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/names.hpp"
#include "neuronsmith/report/internal/parts.hpp"

namespace neuronsmith::report::internal {
namespace {

using experiment::RunRecord;

constexpr std::size_t kMaxTables = 40;
constexpr std::size_t kMaxNeurons = 60;
constexpr double kLevel = 0.05;
/// From here on a cell is so full that its text is of the other colour.
constexpr double kFull = 0.55;

const Json& row_of(const Json& table, std::size_t i) {
  const Json& rows = value_at(table, "rows");
  static const Json kNothing;
  return rows.is_array() && i < rows.size() ? rows[i] : kNothing;
}

/// The greatest advantage or disadvantage of any neuron on a table: what full colour stands for.
double greatest_advantage(const Json& table) {
  double greatest = 0.0;
  const Json& rows = value_at(table, "rows");
  for (std::size_t i = 0; rows.is_array() && i < rows.size(); ++i) {
    greatest = std::max(greatest, std::abs(number_at(rows[i], "advantage").value_or(0.0)));
  }
  return greatest;
}

/// Mean and deviation on a ground of the advantage over the reference.
std::string cell_of(const Json& table, const Json& row) {
  const auto mean = number_at(row, "mean");
  if (!mean) return {};
  const double advantage = number_at(row, "advantage").value_or(0.0);
  const double greatest = greatest_advantage(table);
  const double share = greatest > 0.0 ? std::abs(advantage) / greatest : 0.0;
  const double p = number_at(row, "p_value").value_or(1.0);
  return fmt::format(
      "<span class=\"heat {}{}\" style=\"--p:{:.2f}\">{}<small>± {}{}</small></span>",
      advantage < 0.0 ? "loss" : "gain",
      share > kFull ? " hi" : "",
      share,
      number_html(*mean),
      number_html(number_at(row, "std").value_or(0.0)),
      p < kLevel ? fmt::format(", p {}", number_html(p)) : "");
}

}  // namespace

std::string transfer_part(const RunRecord& run) {
  const Json& tables = value_at(run.result, "tables");
  if (!tables.is_array() || tables.empty()) return {};
  const std::size_t n_tables = std::min(tables.size(), kMaxTables);
  HtmlTable matrix{.label = "Neurons on tables", .heads = {"neuron"}, .is_number = {}, .rows = {}};
  for (std::size_t t = 0; t < n_tables; ++t) {
    matrix.heads.push_back(escape(shortened(file_name(text_at(tables[t], "data")), 40)) + "<br/>" +
                           escape(metric_label(text_at(tables[t], "metric"))));
  }
  for (std::size_t i = 0; i < kMaxNeurons && !text_at(row_of(tables[0], i), "neuron").empty(); ++i) {
    const std::string name = text_at(row_of(tables[0], i), "neuron");
    const bool is_reference = name == text_at(tables[0], "reference");
    std::vector<std::string> cells = {
        escape(shortened(name, 60)) +
        (is_reference ? " <span class=\"tag\">reference</span>" : "")};
    for (std::size_t t = 0; t < n_tables; ++t) {
      cells.push_back(cell_of(tables[t], row_of(tables[t], i)));
    }
    matrix.rows.push_back(std::move(cells));
  }
  return "<h3>Neurons on tables</h3>\n<div class=\"transfer\">\n" + matrix.html() +
         "</div>\n<p class=\"muted\">Mean and standard deviation over the repeats. Blue is better than "
         "the reference, red is worse; full colour is the greatest difference on that table. p of the "
         "corrected resampled t test, adjusted after Holm over all cells, stands where it is below "
         "0.05.</p>\n";
}

}  // namespace neuronsmith::report::internal
