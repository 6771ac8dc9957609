#include "neuronsmith/report/rank_plot.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/report/picture.hpp"
#include "neuronsmith/report/report.hpp"
#include "sample_runs.hpp"
#include "xml.hpp"

namespace neuronsmith::report {
namespace {

RankedMethods methods() {
  return {.names = {"kan", "linear", "quadratic"},
          .ranks = {2.2, 1.3, 2.5},
          .difference = 1.0,
          .groups = {{1, 0}, {0, 2}}};
}

TEST(RankPlot, HasTheBestMethodAtTheTopAndEachAtItsRank) {
  const Plot plot = rank_plot(methods());
  EXPECT_EQ(plot.y.names,
            (std::vector<std::string>{"quadratic", "kan", "linear", "critical difference"}));
  EXPECT_EQ(plot.series[0].x, methods().ranks);
  EXPECT_EQ(plot.series[0].y, (std::vector<double>{2.0, 3.0, 1.0}));
  EXPECT_EQ(plot.series[1].x, (std::vector<double>{1.0, 2.0}));
  EXPECT_EQ(plot.series[1].y, (std::vector<double>{4.0, 4.0}));
}

TEST(RankPlot, DrawsABarAlongEachGroup) {
  const Series bars = rank_plot(methods()).series.at(2);
  ASSERT_EQ(bars.x.size(), 6u);
  EXPECT_EQ(bars.x[0], bars.x[1]);
  EXPECT_TRUE(std::isnan(bars.x[2]));
  EXPECT_LT(bars.x[0], bars.x[3]);
  EXPECT_LT(bars.y[0], 2.0);  // from below kan to above linear
  EXPECT_GT(bars.y[1], 3.0);
  EXPECT_LT(bars.y[4], 3.0);  // the other one ends at kan
  RankedMethods apart = methods();
  apart.groups.clear();
  EXPECT_EQ(rank_plot(apart).series.size(), 2u);
}

TEST(RankPlot, NeedsARankForEveryMethod) {
  EXPECT_THROW(static_cast<void>(rank_plot({})), InternalError);
  EXPECT_THROW(static_cast<void>(rank_plot({.names = {"a"}, .ranks = {}})), InternalError);
}

TEST(RankPlot, IsDrawnInEitherFormat) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  const Picture svg = draw_picture({rank_plot(methods())}, PictureFormat::Svg);
  EXPECT_EQ(testing::XmlCheck::problem(svg.content), "");
  for (const char* part : {">quadratic<", ">critical difference<", "circle.s1{fill"}) {
    EXPECT_NE(svg.content.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(draw_picture({rank_plot(methods())}, PictureFormat::Png).content.substr(1, 3), "PNG");
}

experiment::RunRecord study_run(Json ranking) {
  experiment::RunRecord run = testing::bare_run(3, "reproduce task-neurons");
  run.result = {{"study", "task-neurons"},
                {"networks", {"linear", "kan <b>"}},
                {"tables", Json::array()},
                {"ranking", std::move(ranking)}};
  return run;
}

TEST(RankPlot, StandsInTheReportOfAStudy) {
  const std::string page = render({study_run(
      {{"ranks", {1.25, 1.75}}, {"p", 0.5}, {"critical_difference", 1.4}, {"groups", {{0, 1}}}})});
  EXPECT_NE(page.find("Mean ranks and their critical difference"), std::string::npos);
  EXPECT_NE(page.find("Friedman"), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
}

// A store may hold anything.
TEST(RankPlot, WhatIsNoRankingIsLeftOutOfTheReport) {
  for (const Json& ranking : {Json(),
                              Json("x"),
                              Json({{"ranks", {1.0}}, {"critical_difference", 1.0}}),
                              Json({{"ranks", {1.0, "x"}}, {"critical_difference", 1.0}}),
                              Json({{"ranks", {1.0, 2.0}}, {"critical_difference", nullptr}})}) {
    EXPECT_EQ(render({study_run(ranking)}).find("Mean ranks"), std::string::npos) << ranking;
  }
  const std::string page = render({study_run(
      {{"ranks", {1.0, 2.0}}, {"critical_difference", 1.0}, {"groups", {{0, 7}, "x", {-1, 1}}}})});
  EXPECT_NE(page.find("Mean ranks"), std::string::npos);
}

}  // namespace
}  // namespace neuronsmith::report
