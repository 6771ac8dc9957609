#include "neuronsmith/report/report.hpp"

#include <fmt/format.h>

#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/names.hpp"
#include "neuronsmith/report/internal/parts.hpp"
#include "neuronsmith/report/internal/style.hpp"

namespace neuronsmith::report {
namespace {

using namespace internal;
using experiment::RunRecord;
using experiment::RunStatus;

std::string headline(const RunRecord& run) {
  if (run.start.command == "discover") return "Discovered neuron";
  if (run.start.command == "train") return "Trained network";
  if (run.start.command == "compare") return "Comparison of neurons";
  if (run.start.command == "transfer") return "Neurons on several tables";
  if (run.start.command.starts_with("reproduce ")) return "A published study repeated";
  return escape(shortened(run.start.command, 40));
}

std::string data_name(const RunRecord& run) {
  return escape(shortened(file_name(run.start.data), 80));
}

/// Facts in one line; empty ones are left out.
std::string about(const RunRecord& run) {
  std::string text;
  const auto add = [&text](const char* label, const std::string& value) {
    if (!value.empty())
      text += fmt::format("<span>{}{}</span> ", label, escape(shortened(value, 90)));
  };
  add("", run.status == RunStatus::Done ? "" : std::string(name(run.status)));
  add("seed ", std::to_string(run.start.seed));
  add("data hash ", run.start.data_hash);
  add("", clock_text(run.started_at));
  add("", run.machine);
  add("neuronsmith ", run.version);
  return "<p class=\"about\">" + text + "</p>\n";
}

std::string figures_of(const RunRecord& run) {
  const std::string figures =
      shape_part(run) + front_plot_part(run) + convergence_part(run) + predictions_part(run);
  return figures.empty() ? figures : "<div class=\"figures\">\n" + figures + "</div>\n";
}

std::string message_of(const RunRecord& run) {
  if (run.message.empty()) return {};
  return "<p class=\"message\">" + escape(shortened(run.message, 1000)) + "</p>\n";
}

std::string section(const RunRecord& run, bool is_only) {
  return fmt::format(
             "<section class=\"run{}\" id=\"{}\">\n<p class=\"eyebrow\">Run {}</p>\n<h2>{} · "
             "{}</h2>\n",
             is_only ? " only" : "",
             anchor_of(run),
             run.id,
             headline(run),
             data_name(run)) +
         about(run) + message_of(run) + lead_part(run) + figures_part(run) + formula_part(run) +
         figures_of(run) + front_table_part(run) + comparison_part(run) + transfer_part(run) +
         study_part(run) + recovery_part(run) + ranks_part(run) + details_part(run) +
         "</section>\n";
}

/// What a run came to in one cell: its first metric, else its error.
std::string outcome_cell(const RunRecord& run) {
  for (const char* metric : {"r2", "accuracy"}) {
    const auto value = number_at(value_at(run.result, "metrics"), metric);
    if (value) return fmt::format("{} {}", escape(metric_label(metric)), number_html(*value));
  }
  const auto error = number_at(run.result, "score");
  return error ? "error " + number_html(*error) : std::string();
}

std::string overview(const std::vector<RunRecord>& runs) {
  if (runs.size() < 2) return {};
  HtmlTable table{.label = "Runs",
                  .heads = {"run", "command", "data", "status", "outcome", "started"},
                  .is_number = {},
                  .rows = {}};
  for (const RunRecord& run : runs) {
    table.rows.push_back({fmt::format("<a href=\"#{}\">{}</a>", anchor_of(run), run.id),
                          escape(shortened(run.start.command, 40)),
                          data_name(run),
                          escape(name(run.status)),
                          outcome_cell(run),
                          "<span class=\"nw\">" + escape(clock_text(run.started_at)) + "</span>"});
  }
  return table.html();
}

std::string page_title(const std::vector<RunRecord>& runs) {
  if (runs.size() != 1) return fmt::format("Report on {} runs", runs.size());
  return headline(runs[0]) + " · " + data_name(runs[0]);
}

std::string page_header(const std::vector<RunRecord>& runs) {
  if (runs.size() == 1) return {};
  return fmt::format(
      "<header class=\"page\">\n<p class=\"eyebrow\">Neuronsmith</p>\n<h1>{}</h1>\n</header>\n",
      page_title(runs));
}

}  // namespace

std::string render(const std::vector<RunRecord>& runs) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      page_title(runs),
      style_sheet());
  html += page_header(runs) + "<main>\n" + overview(runs);
  for (const RunRecord& run : runs) html += section(run, runs.size() == 1);
  html +=
      "</main>\n<footer>Made by neuronsmith report. Everything in this page is in this "
      "file.</footer>\n";
  return html + "</body>\n</html>\n";
}

}  // namespace neuronsmith::report
