#include "neuronsmith/report/plot.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <limits>

#include "neuronsmith/report/internal/scale.hpp"
#include "xml.hpp"

namespace neuronsmith::report {
namespace {

using internal::scale_of;
using testing::count;
using testing::XmlCheck;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// PATH leads to `folder` alone while this is alive.
class PathGuard {
 public:
  explicit PathGuard(const std::string& folder) : before_(std::getenv("PATH")) {
    setenv("PATH", folder.c_str(), 1);
  }
  ~PathGuard() { setenv("PATH", before_.c_str(), 1); }
  PathGuard(const PathGuard&) = delete;
  PathGuard& operator=(const PathGuard&) = delete;

 private:
  std::string before_;
};

#define NEURONSMITH_NEEDS_GNUPLOT()             \
  if (!has_gnuplot()) {                         \
    GTEST_SKIP() << "gnuplot is not installed"; \
  }                                             \
  static_assert(true)

Plot simple_plot() {
  return {.title = "A plot",
          .x = {.label = "epoch"},
          .y = {.label = "loss"},
          .series = {{.name = "a", .x = {0, 1, 2}, .y = {1, 4, 9}}}};
}

std::vector<double> ticks(const Axis& axis, const std::vector<double>& values) {
  return scale_of(axis, values).ticks;
}

TEST(ScaleOf, TicksAtRoundNumbers) {
  EXPECT_EQ(ticks({}, {0.0, 9.7}), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(ticks({.is_tight = true}, {0.0, 9.7}), (std::vector<double>{0, 2, 4, 6, 8}));
  EXPECT_EQ(ticks({.low = -1.0, .high = 1.0}, {}), (std::vector<double>{-1, -0.5, 0, 0.5, 1}));
}

TEST(ScaleOf, TicksOfALogarithmicAxisAreRoundToo) {
  const auto few = scale_of({.is_log = true}, {0.03, 0.9});
  EXPECT_DOUBLE_EQ(few.low, 0.02);
  EXPECT_DOUBLE_EQ(few.high, 1.0);
  EXPECT_EQ(few.ticks.size(), 6u);
  const auto many = scale_of({.is_log = true}, {1.0, 1e12});
  EXPECT_LE(many.ticks.size(), 8u);
  EXPECT_GE(many.ticks.size(), 3u);
}

TEST(ScaleOf, GivesRoomToASingleValueAndToNone) {
  for (const double value : {0.0, 7.0, -1e-300, 1e150, 1.0 / 3.0}) {
    const auto scale = scale_of({}, {value, value});
    EXPECT_LT(scale.low, value);
    EXPECT_GT(scale.high, value);
    EXPECT_LE(scale.ticks.size(), 20u);
  }
  EXPECT_LT(scale_of({}, {1.0, 1.0 + 1e-15}).ticks.size(), 20u);
  EXPECT_LT(scale_of({.is_log = true}, {}).ticks.size(), 20u);
  EXPECT_LT(scale_of({.is_log = true}, {1e-199, 1e199}).ticks.size(), 20u);
}

TEST(Draw, GivesWellFormedSvgWithATitle) {
  NEURONSMITH_NEEDS_GNUPLOT();
  const Drawing drawing = draw(simple_plot());
  EXPECT_EQ(drawing.problem, "");
  EXPECT_EQ(XmlCheck::problem(drawing.svg), "");
  EXPECT_TRUE(
      drawing.svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 480 320\""));
  EXPECT_NE(drawing.svg.find("role=\"img\"><title>A plot</title>"), std::string::npos);
  EXPECT_EQ(count(drawing.svg, "class=\"s1\""), 1u);
  EXPECT_NE(drawing.svg.find(">epoch</text>"), std::string::npos);
  EXPECT_NE(drawing.svg.find(">loss</text>"), std::string::npos);
  for (const char* part : {" id=", "gnuplot", "stroke=", "color", "xlink", "<use", "<?xml"}) {
    EXPECT_EQ(drawing.svg.find(part), std::string::npos) << part;
  }
}

TEST(Draw, GivesTheSameBytesForTheSamePlot) {
  NEURONSMITH_NEEDS_GNUPLOT();
  EXPECT_EQ(draw(simple_plot()).svg, draw(simple_plot()).svg);
}

TEST(Draw, DoesNotLetTextReachGnuplotOrThePageAsCode) {
  NEURONSMITH_NEEDS_GNUPLOT();
  const auto trace = std::filesystem::temp_directory_path() / "neuronsmith-injected";
  std::filesystem::remove(trace);
  const std::string hostile = "\"; `touch " + trace.string() + "`; system(\"touch " +
                              trace.string() +
                              "\") <script>alert(1)</script> @0@ %s \\ ' \n & \xff";
  Plot plot = simple_plot();
  plot.title = plot.x.label = plot.y.label = plot.series[0].name = hostile;
  plot.y.names = {hostile, "b", "", "@1@"};
  plot.series[0].mark = Mark::Points;
  plot.series[0].hints = {hostile, hostile, hostile};
  const Drawing drawing = draw(plot);
  EXPECT_EQ(drawing.problem, "");
  EXPECT_EQ(XmlCheck::problem(drawing.svg), "");
  EXPECT_EQ(drawing.svg.find("<script"), std::string::npos);
  EXPECT_NE(drawing.svg.find("&lt;script&gt;"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(trace));
}

TEST(Draw, PointsLeadToTheirAnchors) {
  NEURONSMITH_NEEDS_GNUPLOT();
  Plot plot = simple_plot();
  plot.series[0].mark = Mark::Points;
  plot.series[0].anchors = {"p1", "p2", "p3"};
  plot.series[0].hints = {"one", "two", "three"};
  const std::string svg = draw(plot).svg;
  EXPECT_EQ(count(svg, "<circle"), 3u);
  EXPECT_NE(svg.find("<a href=\"#p2\"><circle"), std::string::npos);
  EXPECT_LT(svg.find("<title>one"), svg.find("<title>two"));
}

TEST(Draw, EveryMarkAndToneIsDrawn) {
  NEURONSMITH_NEEDS_GNUPLOT();
  Plot plot{.title = "all", .x = {.label = ""}, .y = {.label = ""}};
  for (const Mark mark : {Mark::Line, Mark::Steps, Mark::Points, Mark::Intervals}) {
    for (int tone = 0; tone <= static_cast<int>(Tone::Reference); ++tone) {
      plot.series.push_back({.name = "",
                             .tone = static_cast<Tone>(tone),
                             .mark = mark,
                             .x = {1, 2, 3},
                             .y = {1, 2, 1},
                             .low = {0, kNaN},
                             .high = {2, 3}});
    }
  }
  plot.verticals = {2.0};
  const Drawing drawing = draw(plot);
  EXPECT_EQ(drawing.problem, "");
  EXPECT_EQ(XmlCheck::problem(drawing.svg), "");
  for (int tone = 0; tone <= static_cast<int>(Tone::Reference); ++tone) {
    const std::string marked = std::string("class=\"") + css_class(static_cast<Tone>(tone)) + "\"";
    EXPECT_GE(count(drawing.svg, "<path " + marked), 3u) << marked;
    EXPECT_EQ(count(drawing.svg, "<circle " + marked), 6u) << marked;
  }
}

TEST(Draw, LeavesOutWhatIsNoNumber) {
  NEURONSMITH_NEEDS_GNUPLOT();
  Plot plot = simple_plot();
  const double infinity = std::numeric_limits<double>::infinity();
  plot.series[0].x = {kNaN, 0, 1, 2, 3, 4, 5, infinity};
  plot.series[0].y = {1, 1, 2, kNaN, -infinity, 2, 1e300, 1};
  const Drawing drawing = draw(plot);
  EXPECT_EQ(drawing.problem, "");
  for (const char* word : {"nan", "NaN", "inf"}) {
    EXPECT_EQ(drawing.svg.find(word), std::string::npos) << word;
  }
}

TEST(Draw, ALogarithmicAxisLeavesOutWhatIsNotPositive) {
  NEURONSMITH_NEEDS_GNUPLOT();
  Plot plot = simple_plot();
  plot.y.is_log = true;
  plot.series[0].y = {0.0, 1e-5, 10.0};
  EXPECT_EQ(draw(plot).problem, "");
}

TEST(Draw, HasNothingToDrawOfNothing) {
  Plot plot = simple_plot();
  plot.series[0].y = {kNaN, kNaN, kNaN};
  EXPECT_EQ(draw(plot).problem, "there is no point to draw");
  plot.series.clear();
  EXPECT_EQ(draw(plot).svg, "");
}

TEST(Draw, DoesWithoutGnuplot) {
  const PathGuard path("/nowhere");
  EXPECT_FALSE(has_gnuplot());
  const Drawing drawing = draw(simple_plot());
  EXPECT_EQ(drawing.svg, "");
  EXPECT_EQ(drawing.problem, "gnuplot is not installed");
}

TEST(Draw, TellsWhatAFailingGnuplotSays) {
  const auto folder = std::filesystem::temp_directory_path() / "neuronsmith-bad-gnuplot";
  std::filesystem::create_directories(folder);
  std::filesystem::remove(folder / "gnuplot");
  std::filesystem::create_symlink("/bin/false", folder / "gnuplot");
  {
    const PathGuard path(folder.string());
    EXPECT_TRUE(draw(simple_plot()).problem.starts_with("gnuplot failed"));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace neuronsmith::report
