#include "neuronsmith/report/rank_plot.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::report {
namespace {

constexpr double kBarDistance = 0.3;  // between two bars of groups, in ranks
constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

/// Where each method's row is; the best one highest.
std::vector<double> heights_of(const std::vector<double>& ranks) {
  std::vector<std::size_t> order(ranks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return ranks[i]; });
  std::vector<double> heights(ranks.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    heights[order[place]] = static_cast<double>(ranks.size() - place);
  }
  return heights;
}

Series bars_of(const RankedMethods& methods, const std::vector<double>& heights) {
  Series bars{.name = "not told apart at 5 %", .tone = Tone::Second};
  double x = static_cast<double>(methods.names.size()) + kBarDistance;
  for (const std::vector<std::size_t>& group : methods.groups) {
    const auto height = [&](std::size_t i) { return heights[i]; };
    const auto [low, high] = std::ranges::minmax(group, {}, height);
    bars.x.insert(bars.x.end(), {x, x, kGap});
    bars.y.insert(bars.y.end(), {heights[low] - 0.2, heights[high] + 0.2, kGap});
    x += kBarDistance;
  }
  return bars;
}

}  // namespace

Plot rank_plot(const RankedMethods& methods) {
  const std::size_t n = methods.names.size();
  NEURONSMITH_CHECK(n > 0 && methods.ranks.size() == n, "a rank for every method");
  const std::vector<double> heights = heights_of(methods.ranks);
  const double top = static_cast<double>(n + 1);
  const double bars_end =
      static_cast<double>(n) + kBarDistance * static_cast<double>(methods.groups.size() + 1);
  Plot plot{.title = "Mean ranks and their critical difference",
            .x = {.label = "mean rank (1 is the best)",
                  .is_tight = true,
                  .low = 1.0,
                  .high = std::max(bars_end, 1.0 + methods.difference)},
            .y = {.label = "", .low = 0.4, .high = top + 0.6},
            .height = 130 + 34 * static_cast<int>(n)};
  plot.y.names.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    plot.y.names[static_cast<std::size_t>(heights[i]) - 1] = methods.names[i];
  }
  plot.y.names.emplace_back("critical difference");
  plot.series = {{.name = "mean rank",
                  .tone = Tone::First,
                  .mark = Mark::Points,
                  .x = methods.ranks,
                  .y = heights},
                 {.name = "critical difference",
                  .tone = Tone::Chosen,
                  .x = {1.0, 1.0 + methods.difference},
                  .y = {top, top}}};
  Series bars = bars_of(methods, heights);
  if (!bars.x.empty()) plot.series.push_back(std::move(bars));
  return plot;
}

}  // namespace neuronsmith::report
