#include "neuronsmith/report/internal/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "neuronsmith/core/child_process.hpp"
#include "neuronsmith/report/internal/scale.hpp"
#include "neuronsmith/report/internal/style.hpp"
#include "neuronsmith/report/internal/svg.hpp"

namespace neuronsmith::report::internal {
namespace {

constexpr double kSeconds = 20.0;
/// Beyond it gnuplot's own arithmetic overflows.
constexpr double kGreatest = 1e200;

class ScriptWriter {
 public:
  ScriptWriter(const Plot& plot, Medium medium) : plot_(plot), medium_(medium) {
    write_frame();
    write_axis('x', plot.x, values_along_x());
    write_axis('y', plot.y, values_along_y());
    for (const double x : plot.verticals) {
      line("set arrow from {0:.9g}, graph 0 to {0:.9g}, graph 1 nohead {1}",
           x,
           colour(kVerticalColour, Tone::Reference));
    }
    const std::size_t n = std::min(plot.series.size(), kMaxSeries);
    for (std::size_t k = 0; k < n; ++k) write_series(k);
    if (!commands_.empty()) line("plot {}", fmt::join(commands_, ", "));
  }

  [[nodiscard]] Script result() && {
    if (commands_.empty()) return {};
    return {.text = std::move(text_), .texts = std::move(texts_)};
  }

 private:
  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }

  /// A number to find the part again by, or what the eye is to see.
  [[nodiscard]] std::string colour(int number, Tone tone) const {
    if (medium_ == Medium::Page) return fmt::format("lc rgb \"#0000{:02x}\"", number);
    return fmt::format("lc rgb \"{}\"", light_colour(tone));
  }

  /// What stands for a text between quotes: on a page a placeholder.
  std::string quoted(const std::string& text) {
    texts_.push_back(text);
    if (medium_ == Medium::Page) return "\"" + placeholder(texts_.size() - 1) + "\"";
    std::string result = "'";
    for (const char c : text) {
      if (c == '\'') result += c;
      if (static_cast<unsigned char>(c) >= ' ') result += c;
    }
    return result + "'";
  }

  void write_frame() {
    line("set encoding utf8");
    line("set minussign");
    if (medium_ == Medium::Page) {
      line("set terminal svg size {},{} noenhanced font \"sans-serif,13\"",
           plot_.width,
           plot_.height);
      line("unset key");
    } else {
      line("set title {}", quoted(plot_.title));
      line("set key below center horizontal height 1");
    }
    line("set border 3 {}", colour(kAxisColour, Tone::Reference));
    line("set tics nomirror out scale 0.4");
    line("set grid xtics ytics lt 1 {}", colour(kGridColour, Tone::Faint));
    line("set rmargin 3.5");
  }

  /// Ranges and ticks are ours: gnuplot's labels run into one another where the plot is narrow.
  void write_axis(char letter, const Axis& axis, const std::vector<double>& values) {
    if (!axis.label.empty()) line("set {}label {}", letter, quoted(axis.label));
    if (axis.is_log) line("set logscale {}", letter);
    const Scale scale = scale_of(axis, values);
    line("set {}range [{:.9g}:{:.9g}]", letter, scale.low, scale.high);
    line("set format {} \"%g\"", letter);
    line("unset m{}tics", letter);
    std::vector<std::string> tics;
    for (const double tick : scale.ticks) tics.push_back(fmt::format("{:.9g}", tick));
    line("set {}tics ({})", letter, fmt::join(axis.names.empty() ? tics : named_tics(axis), ", "));
    // Gnuplot does not know how long the names are.
    if (letter == 'y' && !axis.names.empty()) line("set lmargin {}", longest_name(axis) + 3);
  }

  std::vector<std::string> named_tics(const Axis& axis) {
    std::vector<std::string> tics;
    for (std::size_t i = 0; i < axis.names.size(); ++i) {
      tics.push_back(fmt::format("{} {}", quoted(axis.names[i]), i + 1));
    }
    return tics;
  }

  static std::size_t longest_name(const Axis& axis) {
    std::size_t longest = 0;
    for (const std::string& name : axis.names) longest = std::max(longest, name.size());
    return longest;
  }

  /// All that is to be within an axis.
  [[nodiscard]] std::vector<double> values_along_x() const {
    std::vector<double> values;
    for (const Series& series : plot_.series) {
      add_drawable(values, series.x, plot_.x);
      add_drawable(values, series.low, plot_.x);
      add_drawable(values, series.high, plot_.x);
    }
    add_drawable(values, plot_.verticals, plot_.x);
    return values;
  }

  [[nodiscard]] std::vector<double> values_along_y() const {
    std::vector<double> values;
    for (const Series& series : plot_.series) add_drawable(values, series.y, plot_.y);
    return values;
  }

  static void add_drawable(std::vector<double>& values,
                           const std::vector<double>& added,
                           const Axis& axis) {
    std::ranges::copy_if(
        added, std::back_inserter(values), [&](double value) { return is_drawable(value, axis); });
  }

  static bool is_drawable(double value, const Axis& axis) {
    return std::abs(value) < kGreatest && (!axis.is_log || value > 1.0 / kGreatest);
  }

  /// The points of a series; a blank line is a gap, and two of them would end the data.
  std::string data_of(const Series& series) const {
    std::string data;
    const bool has_bars = series.mark == Mark::Intervals || series.mark == Mark::Bars;
    for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (!is_drawable(series.x[i], plot_.x) || !is_drawable(series.y[i], plot_.y)) {
        if (!data.empty() && !data.ends_with("\n\n")) data += "\n";
        continue;
      }
      data += fmt::format("{:.9g} {:.9g}", series.x[i], series.y[i]);
      if (has_bars) data += bar_of(series, i);
      data += "\n";
    }
    return data;
  }

  /// A missing end of a bar is the point itself.
  std::string bar_of(const Series& series, std::size_t i) const {
    const auto end = [&](const std::vector<double>& ends) {
      return i < ends.size() && is_drawable(ends[i], plot_.x) ? ends[i] : series.x[i];
    };
    return fmt::format(" {:.9g} {:.9g}", end(series.low), end(series.high));
  }

  void write_series(std::size_t k) {
    const std::string data = data_of(plot_.series[k]);
    if (data.empty()) return;
    line("$d{} << END\n{}END", k, data);
    const Series& series = plot_.series[k];
    std::string command =
        fmt::format("$d{} using {} {}",
                    k,
                    style(series.mark),
                    colour(kFirstSeriesColour + static_cast<int>(k), series.tone));
    if (medium_ == Medium::Png) command += " lw 2 title " + quoted(series.name);
    commands_.push_back(std::move(command));
  }

  static std::string style(Mark mark) {
    switch (mark) {
      case Mark::Line:
        return "1:2 with lines";
      case Mark::Steps:
        return "1:2 with steps";
      case Mark::Points:
        return "1:2 with points pt 7";
      case Mark::Intervals:
        return "1:2:3:4 with xerrorbars pt 7";
      case Mark::Bars:
        return fmt::format("1:2:3:4:($2-{0}):($2+{0}) with boxxyerror fs solid 1.0",
                           0.5 * kBarHeight);
    }
    return "";
  }

  const Plot& plot_;
  Medium medium_;
  std::string text_;
  std::vector<std::string> texts_;
  std::vector<std::string> commands_;
};

}  // namespace

Script script_of(const Plot& plot, Medium medium) { return ScriptWriter(plot, medium).result(); }

GnuplotOutput run_gnuplot(const std::string& script) {
  ChildOutcome outcome = run_child({"gnuplot", "--default-settings"}, script, kSeconds);
  if (outcome.succeeded()) return {.content = std::move(outcome.out), .problem = {}};
  if (!outcome.started || outcome.status == 127) return {{}, "gnuplot is not installed"};
  if (outcome.timed_out) {
    return {{}, fmt::format("gnuplot did not end within {:g} seconds", kSeconds)};
  }
  return {{}, "gnuplot failed: " + outcome.err.substr(0, 300)};
}

}  // namespace neuronsmith::report::internal
