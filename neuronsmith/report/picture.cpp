#include "neuronsmith/report/picture.hpp"

#include <fmt/format.h>

#include <array>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/report/internal/figure.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/script.hpp"
#include "neuronsmith/report/internal/style.hpp"

namespace neuronsmith::report {
namespace {

using internal::escape;

constexpr std::size_t kPoints = 801;
constexpr std::array kTones = {Tone::First,
                               Tone::Second,
                               Tone::Third,
                               Tone::Fourth,
                               Tone::Fifth,
                               Tone::Sixth,
                               Tone::Chosen,
                               Tone::Reference};
static_assert(kTones.size() == kMaxShapes);

constexpr int kTitleHeight = 30;
constexpr int kLegendRow = 24;

struct Curve {
  std::vector<double> value;
  std::vector<double> slope;
};

Curve curve_of(const neuron::Activation& activation, const std::vector<float>& x) {
  std::vector<float> value(x.size());
  std::vector<float> slope(x.size());
  formula::ElementwiseFunction(neuron::without_batch(activation))
      .evaluate_with_slope(x, value, slope);
  Curve curve{.value = {value.begin(), value.end()}, .slope = {slope.begin(), slope.end()}};
  internal::cut_poles(curve.value);
  internal::cut_poles(curve.slope);
  return curve;
}

Plot empty_panel(const char* title, double low, double high) {
  return {.title = title, .x = {.label = "x", .low = low, .high = high}, .y = {.label = ""}};
}

/// Rules of colour for the light, and those that dark changes. No variables: few programs but
/// browsers know them.
std::string style() {
  std::string light =
      "text{fill:#1d2126;font:13px sans-serif}.ground{fill:#ffffff}"
      "path{fill:none;stroke-width:2;stroke-linejoin:round}"
      "path.axis{stroke:#5a636e;stroke-width:1}path.grid{stroke:#e9ecf0;stroke-width:1}"
      "path.ref{stroke-dasharray:5 4}";
  std::string dark =
      "text{fill:#e6e9ed}.ground{fill:#1b1f25}path.axis{stroke:#9ba5b1}"
      "path.grid{stroke:#2a3038}";
  for (const Tone tone : kTones) {
    constexpr const char* kRule =
        "path.{0}{{stroke:{1}}}path.{0}.bar{{fill:{1}}}circle.{0}{{fill:{1}}}";
    light += fmt::format(kRule, css_class(tone), internal::light_colour(tone));
    dark += fmt::format(kRule, css_class(tone), internal::dark_colour(tone));
  }
  light += "path.bar{stroke:#ffffff;stroke-width:1;stroke-dasharray:none}";
  dark += "path.bar{stroke:#1b1f25}";
  return fmt::format("<style>{}@media (prefers-color-scheme:dark){{{}}}</style>", light, dark);
}

/// As many entries a row as there is room for; `height` is that of all rows.
std::string legend(const Plot& plot, int width, int top, int& height) {
  std::string text;
  int x = 16;
  height = kLegendRow;
  for (const Series& series : plot.series) {
    const std::string name = internal::shortened(series.name, 60);
    const int room = 48 + 8 * static_cast<int>(name.size());
    if (x > 16 && x + room > width) {
      x = 16;
      height += kLegendRow;
    }
    const int y = top + height - kLegendRow / 2;
    const bool is_bar = series.mark == Mark::Bars;
    text +=
        fmt::format("<path class=\"{}{}\" d=\"M{},{} h22{}\"/><text x=\"{}\" y=\"{}\">{}</text>",
                    css_class(series.tone),
                    is_bar ? " bar" : "",
                    x,
                    is_bar ? y - 5 : y,
                    is_bar ? " v10 h-22 z" : "",
                    x + 28,
                    y + 4,
                    escape(name));
    x += room;
  }
  return text;
}

Picture draw_svg(const std::vector<Plot>& panels) {
  const int width = panels[0].width * static_cast<int>(panels.size());
  const int bottom = kTitleHeight + panels[0].height;
  std::string body;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const Drawing drawing = draw(panels[i]);
    if (drawing.svg.empty()) return {.content = {}, .problem = drawing.problem};
    const int x = panels[0].width * static_cast<int>(i);
    body += fmt::format("<text x=\"{}\" y=\"20\" text-anchor=\"middle\">{}</text>",
                        x + panels[0].width / 2,
                        escape(panels[i].title));
    body += fmt::format("<svg x=\"{}\" y=\"{}\"{}\n", x, kTitleHeight, drawing.svg.substr(4));
  }
  int legend_height = 0;
  body += legend(panels[0], width, bottom, legend_height);
  const int height = bottom + legend_height + 8;
  return {
      .content = fmt::format(
          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
          "height=\"{1}\">{2}<rect class=\"ground\" width=\"{0}\" height=\"{1}\"/>\n{3}</svg>\n",
          width,
          height,
          style(),
          body),
      .problem = {}};
}

Picture draw_png(const std::vector<Plot>& panels) {
  std::string script = fmt::format(
      "set terminal pngcairo size {},{} noenhanced background \"#ffffff\" font \"sans,11\"\n"
      "set multiplot layout 1,{}\n",
      2 * panels[0].width * static_cast<int>(panels.size()) * 2 / 3,
      2 * panels[0].height * 2 / 3,
      panels.size());
  for (const Plot& panel : panels) {
    const internal::Script part = internal::script_of(panel, internal::Medium::Png);
    if (part.text.empty()) return {.content = {}, .problem = "there is no point to draw"};
    script += "reset\n" + part.text;
  }
  internal::GnuplotOutput output = internal::run_gnuplot(script + "unset multiplot\n");
  return {.content = std::move(output.content), .problem = std::move(output.problem)};
}

}  // namespace

std::vector<Plot> shape_panels(const std::vector<NamedActivation>& activations,
                               double low,
                               double high,
                               bool with_derivatives) {
  NEURONSMITH_CHECK(activations.size() <= kMaxShapes, "more curves than colours");
  std::vector<double> x(kPoints);
  for (std::size_t i = 0; i < kPoints; ++i) {
    x[i] = low + (high - low) * static_cast<double>(i) / static_cast<double>(kPoints - 1);
  }
  const std::vector<float> points(x.begin(), x.end());
  Plot values = empty_panel("f(x)", low, high);
  Plot slopes = empty_panel("f'(x)", low, high);
  for (std::size_t i = 0; i < activations.size(); ++i) {
    Curve curve = curve_of(activations[i].activation, points);
    Series series{.name = activations[i].name, .tone = kTones[i], .x = x};
    slopes.series.push_back(series);
    slopes.series.back().y = std::move(curve.slope);
    series.y = std::move(curve.value);
    values.series.push_back(std::move(series));
  }
  std::vector<Plot> panels{std::move(values)};
  if (with_derivatives) panels.push_back(std::move(slopes));
  return panels;
}

Picture draw_picture(const std::vector<Plot>& panels, PictureFormat format) {
  return format == PictureFormat::Svg ? draw_svg(panels) : draw_png(panels);
}

}  // namespace neuronsmith::report
