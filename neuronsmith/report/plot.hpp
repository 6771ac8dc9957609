#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace neuronsmith::report {

/// What a series is drawn in: a colour of the page's style, for light and for dark.
enum class Tone : std::uint8_t {
  First,
  Second,
  Third,
  Fourth,
  Fifth,
  Sixth,
  Chosen,     ///< what a reader is to look at
  Faint,      ///< many points that are to be seen as a cloud
  Reference,  ///< a dashed line to measure others by
};

/// The class of a tone in the page's style, e.g. "s1"; also for a legend.
[[nodiscard]] const char* css_class(Tone tone);

/// How a series is drawn.
enum class Mark : std::uint8_t {
  Line,
  Steps,  ///< a value holds until the next x
  Points,
  Intervals,  ///< points with a bar from `low` to `high` along x
  Bars,       ///< filled from `low` to `high` along x, kBarHeight along y, about (x, y)
};

/// Along an axis with names one bar a name leaves room between them.
inline constexpr double kBarHeight = 0.7;

/// Values that are not finite, or not positive on a logarithmic axis, are gaps.
struct Series {
  std::string name;  ///< for the legend, which the page writes; empty: not in it
  Tone tone = Tone::First;
  Mark mark = Mark::Line;
  std::vector<double> x = {};
  std::vector<double> y = {};
  std::vector<double> low = {};   ///< Intervals, Bars: one a point
  std::vector<double> high = {};  ///< Intervals, Bars: one a point
  /// Points without gaps: ids in the page that they lead to, and what a pointer shows.
  std::vector<std::string> anchors = {};
  std::vector<std::string> hints = {};
};

struct Axis {
  std::string label;
  bool is_log = false;
  bool is_tight = false;           ///< ends where the values do, not at the next round number
  std::optional<double> low = {};  ///< both or none
  std::optional<double> high = {};
  std::vector<std::string> names = {};  ///< of the values 1, 2, ...: written instead of numbers
};

struct Plot {
  std::string title;  ///< for those who cannot see it
  Axis x;
  Axis y;
  std::vector<Series> series = {};
  std::vector<double> verticals = {};  ///< dashed lines at these x
  int width = 480;
  int height = 320;
};

/// An `<svg>` element for use inside HTML, or why there is none.
struct Drawing {
  std::string svg;
  std::string problem;
};

/// Draws by gnuplot, as a process that reads no settings of the user's. Its SVG is written anew,
/// with nothing but paths, circles and texts, classes instead of colours, and neither ids nor
/// times: the same plot gives the same bytes. No text of the plot goes through gnuplot. A missing,
/// failing or hanging gnuplot is an ordinary outcome.
[[nodiscard]] Drawing draw(const Plot& plot);

/// Whether there is a gnuplot to draw with.
[[nodiscard]] bool has_gnuplot();

}  // namespace neuronsmith::report
