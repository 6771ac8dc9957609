#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/report/internal/formula_view.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/names.hpp"
#include "neuronsmith/report/internal/parts.hpp"

namespace neuronsmith::report::internal {
namespace {

using experiment::RunRecord;

constexpr std::size_t kMaxMetrics = 8;
constexpr std::size_t kMaxOptions = 200;
constexpr std::size_t kMaxFileShown = 20000;

using Tiles = std::vector<std::pair<std::string, std::string>>;  // label, value: markup

void add_number(Tiles& tiles, const RunRecord& run, const char* key, const char* label) {
  const auto value = number_at(run.result, key);
  if (value) tiles.emplace_back(label, number_html(*value));
}

void add_metrics(Tiles& tiles, const RunRecord& run) {
  const Json& metrics = value_at(run.result, "metrics");
  if (!metrics.is_object()) return;
  for (const auto& [name, value] : metrics.items()) {
    if (tiles.size() == kMaxMetrics) break;
    const auto number = number_at(metrics, name);
    if (number) tiles.emplace_back(escape(metric_label(name)), number_html(*number));
  }
}

std::string lead_of_search(const RunRecord& run) {
  const auto error = number_at(run.result, "score");
  const auto candidates = number_at(run.result, "candidates");
  const auto seconds = number_at(run.result, "seconds");
  std::string text;
  if (candidates) text += fmt::format("The search tried {} formulas", number_html(*candidates));
  if (candidates && seconds) text += fmt::format(" in {}", duration_text(*seconds));
  if (error && text_at(run.result, "loss") == "log_loss") {
    return fmt::format("{}. The chosen one has a log loss of {:.4g}.",
                       text.empty() ? "The search is over" : text,
                       *error);
  }
  if (!error || *error > 1.0) return text.empty() ? text : text + ".";
  return fmt::format("{}. The chosen one leaves {:.3g} % of the target’s variance unexplained.",
                     text.empty() ? "The search is over" : text,
                     *error * 100.0);
}

std::string lead_of_training(const RunRecord& run) {
  const auto rows = number_at(run.result, "rows");
  const std::string part = text_at(run.result, "evaluated_on");
  if (!rows || part.empty()) return {};
  const auto epochs = number_at(run.result, "epochs");
  const auto seconds = number_at(run.result, "seconds");
  std::string text = fmt::format("Measured on {} {} rows", number_html(*rows), escape(part));
  if (epochs) text += fmt::format(", after {} epochs", number_html(*epochs));
  if (epochs && seconds) text += fmt::format(" in {}", duration_text(*seconds));
  return text + ".";
}

std::string lead_of_comparison(const RunRecord& run) {
  const auto repeats = number_at(run.result, "repeats");
  const auto rows = number_at(run.result, "rows_test");
  if (!repeats || !rows) return {};
  std::string text = fmt::format(
      "Every neuron was trained in {} repeats, each with a split of its own, and measured on {} "
      "test "
      "rows.",
      number_html(*repeats),
      number_html(*rows));
  const std::string metric = text_at(run.result, "metric");
  if (const auto chance = number_at(value_at(run.result, "chance"), metric)) {
    text += fmt::format(
        " A constant comes to {} {}.", escape(metric_label(metric)), number_html(*chance));
  }
  return text;
}

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string options_table(const Json& options) {
  if (!options.is_object() || options.empty()) return {};
  HtmlTable table{.label = "Options", .heads = {"option", "value"}, .is_number = {}, .rows = {}};
  for (const auto& [name, value] : options.items()) {
    if (table.rows.size() == kMaxOptions) break;
    table.rows.push_back({escape(shortened(name, 60)), escape(shortened(value_text(value), 200))});
  }
  return "<details><summary>Options</summary>\n" + table.html() + "</details>\n";
}

std::string file_details(const experiment::Artefact& file) {
  const std::string summary =
      fmt::format("<summary>{} <span class=\"muted\">{} bytes</span></summary>",
                  escape(shortened(file.name, 60)),
                  number_html(static_cast<double>(file.content.size())));
  const std::string body =
      file.content.size() > kMaxFileShown
          ? "<p class=\"muted\">Too long to be shown here; it is in the run store.</p>"
          : "<pre>" + escape(file.content) + "</pre>";
  return "<details>" + summary + body + "</details>\n";
}

}  // namespace

std::string anchor_of(const RunRecord& run) { return fmt::format("run{}", run.id); }

std::string_view artefact(const RunRecord& run, std::string_view name) {
  const auto found = std::ranges::find(run.artefacts, name, &experiment::Artefact::name);
  return found == run.artefacts.end() ? std::string_view() : std::string_view(found->content);
}

std::string lead_part(const RunRecord& run) {
  const std::string text = value_at(run.result, "front").is_array()  ? lead_of_search(run)
                           : value_at(run.result, "rows").is_array() ? lead_of_comparison(run)
                                                                     : lead_of_training(run);
  return text.empty() ? text : "<p class=\"lead\">" + text + "</p>\n";
}

std::string figures_part(const RunRecord& run) {
  Tiles tiles;
  add_number(tiles, run, "score", "error");
  add_number(tiles, run, "complexity", "complexity");
  add_metrics(tiles, run);
  add_number(tiles, run, "parameters", "parameters");
  add_number(tiles, run, "multiply_adds", "multiply-adds");
  add_number(tiles, run, "best_epoch", "epoch kept");
  if (tiles.empty()) return {};
  std::string text = "<dl class=\"tiles\">";
  for (const auto& [label, value] : tiles) {
    text += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", label, value);
  }
  return text + "</dl>\n";
}

/// What was discovered is the activation; the formula of columns that it comes from stands below.
std::string activation_part(const RunRecord& run) {
  const Json& activation = value_at(run.result, "activation");
  const std::string text =
      activation.is_object() ? text_at(activation, "formula") : text_at(run.result, "activation");
  std::string html = "<h3>The activation</h3>\n<div class=\"formula\">" +
                     formula_html(text, "y", formula::Shape::Scalar) +
                     "</div>\n<p class=\"note\">Of the weighted sum <b>x</b> of the inputs and a "
                     "bias.</p>\n<p>Found as ";
  html += formula_html(text_at(run.result, "columns_formula"), {}, formula::Shape::Scalar);
  std::string names;
  const Json& columns = value_at(run.result, "columns");
  for (const auto& [column, name] : columns.items()) {
    names += fmt::format("{}{} = {}", names.empty() ? ", where " : ", ", escape(column),
                         escape(name.is_string() ? name.get<std::string>() : name.dump()));
  }
  html += fmt::format("{}.</p>\n<details><summary>As text</summary><pre>{}</pre>", names,
                      escape(shortened(text, kMaxFileShown)));
  if (const auto formula = read_formula(text, formula::Shape::Scalar)) {
    html += fmt::format("<p class=\"muted\">LaTeX</p><pre>{}</pre>",
                        escape(formula::to_latex(*formula)));
  }
  return html + "</details>\n";
}

std::string formula_part(const RunRecord& run) {
  if (value_at(run.result, "columns").is_object()) return activation_part(run);
  const std::string text = text_at(run.result, "formula");
  if (text.empty()) return {};
  std::string html =
      "<h3>The neuron</h3>\n<div class=\"formula\">" + formula_html(text, "z") + "</div>\n";
  html +=
      "<p class=\"note\">Terms of the vector <b>x</b> are summed over its coordinates; a constant "
      "counts once.</p>\n<details><summary>As text</summary>";
  html += fmt::format("<pre>{}</pre>", escape(shortened(text, kMaxFileShown)));
  if (const auto formula = read_formula(text)) {
    html += fmt::format("<p class=\"muted\">LaTeX</p><pre>{}</pre>",
                        escape(formula::to_latex(*formula)));
  }
  return html + "</details>\n";
}

std::string details_part(const RunRecord& run) {
  std::string text = options_table(run.start.options);
  for (const experiment::Artefact& file : run.artefacts) text += file_details(file);
  return text.empty() ? text : "<div class=\"details\">\n" + text + "</div>\n";
}

}  // namespace neuronsmith::report::internal
