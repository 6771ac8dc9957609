#include "neuronsmith/report/internal/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neuronsmith/report/internal/html.hpp"

namespace neuronsmith::report::internal {
namespace {

constexpr double kPole = 10.0;

std::string legend_of(const Plot& plot, const std::vector<std::string>& markup) {
  std::string entries;
  for (std::size_t k = 0; k < plot.series.size(); ++k) {
    const Series& series = plot.series[k];
    const std::string name = k < markup.size() ? markup[k] : escape(series.name);
    if (name.empty()) continue;
    const bool is_line = series.mark == Mark::Line || series.mark == Mark::Steps;
    entries += fmt::format(
        "<li><i class=\"{}{}\"></i>{}</li>", css_class(series.tone), is_line ? "" : " dot", name);
  }
  return entries.empty() ? entries : "<ul class=\"legend\">" + entries + "</ul>\n";
}

}  // namespace

std::string figure(const Plot& plot,
                   const std::string& caption,
                   const std::vector<std::string>& legend) {
  const Drawing drawing = draw(plot);
  const std::string body =
      drawing.svg.empty()
          ? fmt::format("<p class=\"absent\">No plot here: {}.</p>", escape(drawing.problem))
          : legend_of(plot, legend) + drawing.svg;
  return fmt::format("<figure>\n<h3>{}</h3>\n{}\n<figcaption>{}</figcaption>\n</figure>\n",
                     escape(plot.title),
                     body,
                     caption);
}

bool wants_log_axis(const std::vector<double>& values, double least_ratio) {
  double least = std::numeric_limits<double>::infinity();
  double greatest = 0.0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  return least > 0.0 && greatest / least >= least_ratio;
}

void cut_poles(std::vector<double>& values) {
  std::vector<double> sizes;
  for (const double value : values) {
    if (std::isfinite(value)) sizes.push_back(std::abs(value));
  }
  if (sizes.empty()) return;
  const auto percentile = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() * 9 / 10);
  std::ranges::nth_element(sizes, percentile);
  for (double& value : values) {
    if (std::abs(value) > kPole * *percentile) value = std::numeric_limits<double>::quiet_NaN();
  }
}

std::vector<std::size_t> thinned(std::size_t n, std::size_t limit) {
  std::vector<std::size_t> kept;
  const std::size_t stride = n / limit + 1;
  for (std::size_t i = 0; i < n; i += stride) kept.push_back(i);
  if (!kept.empty() && kept.back() != n - 1) kept.push_back(n - 1);
  return kept;
}

}  // namespace neuronsmith::report::internal
