#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <vector>

#include "neuronsmith/report/internal/figure.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/parts.hpp"

namespace neuronsmith::report::internal {
namespace {

using experiment::RunRecord;
using experiment::ScorePoint;

constexpr std::size_t kMaxPoints = 1500;
constexpr std::size_t kMaxOthers = 6;
constexpr double kLogRatio = 8.0;
constexpr std::array<std::string_view, 4> kKnown = {
    "error", "criterion", "training loss", "validation loss"};

/// A series of the run, in the order of its x.
Series series_of(const RunRecord& run, const std::string& name, Tone tone) {
  std::vector<const ScorePoint*> points;
  for (const ScorePoint& point : run.scores) {
    const bool is_usable = std::isfinite(point.x) && std::isfinite(point.y);
    if (point.series == name && is_usable) points.push_back(&point);
  }
  std::ranges::stable_sort(points, {}, [](const ScorePoint* point) { return point->x; });
  Series series{.name = shortened(name, 40), .tone = tone};
  for (const std::size_t i : thinned(points.size(), kMaxPoints)) {
    series.x.push_back(points[i]->x);
    series.y.push_back(points[i]->y);
  }
  return series;
}

void choose_axes(Plot& plot) {
  std::vector<double> x;
  std::vector<double> y;
  for (const Series& series : plot.series) {
    x.insert(x.end(), series.x.begin(), series.x.end());
    y.insert(y.end(), series.y.begin(), series.y.end());
  }
  plot.x.is_log = plot.series[0].mark == Mark::Steps && wants_log_axis(x, 100.0);
  plot.y.is_log = wants_log_axis(y, kLogRatio);
  if (plot.y.is_log) plot.y.label += ", logarithmic";
}

/// How a measure of the best formula of a search changed as it went on.
std::string search_figure(const RunRecord& run,
                          const char* name,
                          const char* title,
                          const char* caption) {
  Series series = series_of(run, name, Tone::First);
  if (series.x.size() < 2) return {};
  series.mark = Mark::Steps;
  series.name.clear();
  Plot plot{.title = title,
            .x = {.label = "formulas tried", .is_tight = true},
            .y = {.label = fmt::format("{} of the best", name)},
            .series = {std::move(series)}};
  choose_axes(plot);
  return figure(plot, caption);
}

std::string training_figure(const RunRecord& run) {
  Plot plot{.title = "Convergence of the training",
            .x = {.label = "epoch", .is_tight = true},
            .y = {.label = "loss"}};
  for (const auto& [name, tone] :
       {std::pair("training loss", Tone::Second), std::pair("validation loss", Tone::First)}) {
    Series series = series_of(run, name, tone);
    if (series.x.size() >= 2) plot.series.push_back(std::move(series));
  }
  if (plot.series.empty()) return {};
  choose_axes(plot);
  std::string caption = "Mean loss of each epoch.";
  if (const auto best = number_at(run.result, "best_epoch"); best && *best > 0.0) {
    plot.verticals = {*best};
    caption +=
        fmt::format(" The dashed line is epoch {}, whose weights were kept.", number_html(*best));
  }
  return figure(plot, caption);
}

/// Series that this program does not know.
std::string other_figure(const RunRecord& run) {
  std::map<std::string, std::size_t> counts;
  for (const ScorePoint& point : run.scores) ++counts[point.series];
  Plot plot{
      .title = "Other measures", .x = {.label = "step", .is_tight = true}, .y = {.label = "value"}};
  for (const auto& [name, count] : counts) {
    if (std::ranges::find(kKnown, name) != kKnown.end()) continue;
    if (plot.series.size() == kMaxOthers) break;
    Series series = series_of(run, name, static_cast<Tone>(plot.series.size()));
    if (series.x.size() >= 2) plot.series.push_back(std::move(series));
  }
  if (plot.series.empty()) return {};
  choose_axes(plot);
  return figure(plot, "What else the run measured as it went on.");
}

}  // namespace

std::string convergence_part(const RunRecord& run) {
  return search_figure(
             run,
             "error",
             "Convergence of the search",
             "The error of the best formula after so many, which is the one of least criterion.") +
         search_figure(
             run,
             "criterion",
             "Information criterion of the search",
             "The least criterion found, which weighs the error against the number of terms.") +
         training_figure(run) + other_figure(run);
}

}  // namespace neuronsmith::report::internal
