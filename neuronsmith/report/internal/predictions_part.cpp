#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "neuronsmith/report/internal/figure.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/parts.hpp"
#include "neuronsmith/report/internal/predictions.hpp"

namespace neuronsmith::report::internal {
namespace {

using experiment::RunRecord;

constexpr std::size_t kMaxPoints = 2000;
constexpr std::size_t kMaxClasses = 12;
constexpr double kPadding = 0.04;

/// Pairs of which both are numbers.
Series scatter_of(const std::vector<LabelPair>& pairs) {
  Series all{.name = "", .tone = Tone::Faint, .mark = Mark::Points};
  for (const auto& [truth, prediction] : pairs) {
    const auto x = number_of(truth);
    const auto y = number_of(prediction);
    if (!x || !y) continue;
    all.x.push_back(*x);
    all.y.push_back(*y);
  }
  return all;
}

Series thinned_series(const Series& all) {
  Series kept{.name = all.name, .tone = all.tone, .mark = all.mark};
  for (const std::size_t i : thinned(all.x.size(), kMaxPoints)) {
    kept.x.push_back(all.x[i]);
    kept.y.push_back(all.y[i]);
  }
  return kept;
}

std::string scatter_figure(const Series& all) {
  const auto [least_x, greatest_x] = std::ranges::minmax(all.x);
  const auto [least_y, greatest_y] = std::ranges::minmax(all.y);
  const double least = std::min(least_x, least_y);
  const double greatest = std::max(greatest_x, greatest_y);
  const double padding = std::max(kPadding * (greatest - least), 1e-9);
  const Axis axis{.label = "", .low = least - padding, .high = greatest + padding};
  Plot plot{.title = "Predicted against true", .x = axis, .y = axis, .width = 480, .height = 440};
  plot.x.label = "true";
  plot.y.label = "predicted";
  plot.series = {
      {.name = "", .tone = Tone::Reference, .x = {least, greatest}, .y = {least, greatest}},
      thinned_series(all)};
  std::string caption = "A perfect prediction lies on the dashed line.";
  if (plot.series[1].x.size() < all.x.size()) {
    caption += fmt::format(" {} of {} rows are drawn.",
                           number_html(static_cast<double>(plot.series[1].x.size())),
                           number_html(static_cast<double>(all.x.size())));
  }
  return figure(plot, caption);
}

/// Numbers by their size and before other texts.
bool comes_before(const std::string& a, const std::string& b) {
  const auto x = number_of(a);
  const auto y = number_of(b);
  if (x && y && *x != *y) return *x < *y;
  if (x.has_value() != y.has_value()) return x.has_value();
  return a < b;
}

/// Classes in order; the rarest beyond kMaxClasses are left to "all others".
std::vector<std::string> shown_classes(const std::vector<LabelPair>& pairs) {
  std::map<std::string, std::size_t> counts;
  for (const auto& [truth, prediction] : pairs) {
    ++counts[truth];
    counts[prediction] += 0;
  }
  std::vector<std::string> classes;
  for (const auto& [label, count] : counts) classes.push_back(label);
  std::ranges::stable_sort(
      classes, std::greater(), [&](const auto& label) { return counts[label]; });
  if (classes.size() > kMaxClasses) classes.resize(kMaxClasses);
  std::ranges::sort(classes, comes_before);
  return classes;
}

using Counts = std::vector<std::vector<std::size_t>>;  // [true][predicted]

/// One more row and column than classes: all others.
Counts count(const std::vector<LabelPair>& pairs, const std::vector<std::string>& classes) {
  std::map<std::string, std::size_t> positions;
  for (std::size_t i = 0; i < classes.size(); ++i) positions[classes[i]] = i;
  const auto position = [&](const std::string& label) {
    const auto found = positions.find(label);
    return found == positions.end() ? classes.size() : found->second;
  };
  Counts counts(classes.size() + 1, std::vector<std::size_t>(classes.size() + 1, 0));
  for (const auto& [truth, prediction] : pairs) ++counts[position(truth)][position(prediction)];
  return counts;
}

std::string heat_cell(std::size_t count, std::size_t row_total) {
  const double share =
      row_total == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(row_total);
  return fmt::format("<span class=\"heat{}\" style=\"--p:{:.2f}\">{:.0f} %<small>{}</small></span>",
                     share > 0.5 ? " hi" : "",
                     share,
                     share * 100.0,
                     count);
}

std::string class_name(const std::string& label) {
  return label.empty() ? "<i>empty</i>" : escape(shortened(label, 24));
}

std::string confusion_figure(const std::vector<LabelPair>& pairs) {
  const std::vector<std::string> classes = shown_classes(pairs);
  const Counts counts = count(pairs, classes);
  std::size_t outside = 0;
  for (std::size_t i = 0; i <= classes.size(); ++i) {
    outside += counts[i].back() + (i < classes.size() ? counts.back()[i] : 0);
  }
  const std::size_t n = classes.size() + (outside > 0 ? 1 : 0);
  const auto name = [&](std::size_t i) {
    return i < classes.size() ? class_name(classes[i]) : "<i>all others</i>";
  };
  HtmlTable table{
      .label = "Confusion matrix", .heads = {"true \\ predicted"}, .is_number = {}, .rows = {}};
  for (std::size_t j = 0; j < n; ++j) table.heads.push_back(name(j));
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t total = 0;
    for (std::size_t j = 0; j < n; ++j) total += counts[i][j];
    table.rows.push_back({name(i)});
    for (std::size_t j = 0; j < n; ++j) table.rows.back().push_back(heat_cell(counts[i][j], total));
  }
  return "<figure class=\"confusion\">\n<h3>Confusion matrix</h3>\n" + table.html() +
         "<figcaption>Of the rows of a class (a line), the share that was predicted to be of each "
         "class, and their number.</figcaption>\n</figure>\n";
}

}  // namespace

std::string predictions_part(const RunRecord& run) {
  const auto pairs = read_predictions(artefact(run, "predictions.csv"));
  if (!pairs || pairs->empty()) return {};
  const Series scatter = scatter_of(*pairs);
  const std::string task = text_at(run.result, "task");
  const bool is_regression =
      task == "regression" || (task != "classification" && scatter.x.size() == pairs->size());
  if (!is_regression) return confusion_figure(*pairs);
  return scatter.x.empty() ? std::string() : scatter_figure(scatter);
}

}  // namespace neuronsmith::report::internal
