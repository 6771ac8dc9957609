#include "neuronsmith/report/plot.hpp"

#include <array>

#include "neuronsmith/core/child_process.hpp"
#include "neuronsmith/report/internal/script.hpp"
#include "neuronsmith/report/internal/svg.hpp"

namespace neuronsmith::report {
const char* css_class(Tone tone) {
  constexpr std::array kClasses = {"s1", "s2", "s3", "s4", "s5", "s6", "em", "faint", "ref"};
  return kClasses[static_cast<std::size_t>(tone)];
}

Drawing draw(const Plot& plot) {
  const internal::Script script = internal::script_of(plot, internal::Medium::Page);
  if (script.text.empty()) return {.svg = {}, .problem = "there is no point to draw"};
  const internal::GnuplotOutput output = internal::run_gnuplot(script.text);
  if (!output.problem.empty()) return {.svg = {}, .problem = output.problem};
  Drawing drawing{.svg = internal::redraw(output.content, plot, script.texts), .problem = {}};
  if (drawing.svg.empty()) drawing.problem = "gnuplot failed: it drew no SVG";
  return drawing;
}

bool has_gnuplot() {
  constexpr double kSeconds = 20.0;
  return run_child({"gnuplot", "--version"}, "", kSeconds).succeeded();
}

}  // namespace neuronsmith::report
