#include "neuronsmith/report/structure_bars.hpp"

#include <algorithm>
#include <array>

#include "neuronsmith/report/internal/html.hpp"

namespace neuronsmith::report {
namespace {

constexpr std::size_t kNameWidth = 24;

struct Kind {
  const char* name;
  Tone tone;
};
/// The true structure; then by rank, all beyond the last in one colour.
constexpr std::array<Kind, 6> kKinds = {{{"the true structure", Tone::Third},
                                         {"most frequent", Tone::First},
                                         {"second", Tone::Second},
                                         {"third", Tone::Fourth},
                                         {"fourth", Tone::Fifth},
                                         {"less frequent", Tone::Reference}}};

void add_bar(Series& series, double y, double low, double high) {
  series.x.push_back(0.5 * (low + high));
  series.y.push_back(y);
  series.low.push_back(low);
  series.high.push_back(high);
}

void add_row(const StructureBars& row, double y, std::vector<Series>& series) {
  double low = 0.0;
  for (std::size_t rank = 0; rank < row.structures.size(); ++rank) {
    const auto& [structure, count] = row.structures[rank];
    const bool is_true = structure == row.truth;
    const std::size_t kind = is_true ? 0 : std::min(rank + 1, kKinds.size() - 1);
    const double high = low + static_cast<double>(count);
    add_bar(series[kind], y, low, high);
    low = high;
  }
}

double longest(const std::vector<StructureBars>& rows) {
  std::size_t most = 1;
  for (const StructureBars& row : rows) {
    std::size_t total = 0;
    for (const auto& [structure, count] : row.structures) total += count;
    most = std::max(most, total);
  }
  return static_cast<double>(most);
}

}  // namespace

Plot structure_plot(const std::vector<StructureBars>& rows) {
  Plot plot{.title = "What searches found that differ in their seed alone",
            .x = {.label = "searches", .low = 0.0, .high = longest(rows)},
            .y = {.label = "", .low = 0.4, .high = static_cast<double>(rows.size()) + 0.6},
            .height = 100 + 34 * static_cast<int>(rows.size())};
  std::vector<Series> series;
  for (const Kind& kind : kKinds) {
    series.push_back({.name = kind.name, .tone = kind.tone, .mark = Mark::Bars});
  }
  for (std::size_t i = rows.size(); i-- > 0;) {
    plot.y.names.push_back(internal::shortened(rows[i].label, kNameWidth));
    add_row(rows[i], static_cast<double>(plot.y.names.size()), series);
  }
  std::erase_if(series, [](const Series& s) { return s.x.empty(); });
  plot.series = std::move(series);
  return plot;
}

}  // namespace neuronsmith::report
