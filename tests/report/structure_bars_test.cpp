#include "neuronsmith/report/structure_bars.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/report/picture.hpp"
#include "xml.hpp"

namespace neuronsmith::report {
namespace {

std::vector<StructureBars> rows() {
  return {{"vsr", "S1 + S2", {{"S1 + S2", 4}}},
          {"scalar-gp", "S1 + S2", {{"S1", 2}, {"S1 + S2", 1}, {"I2", 1}}}};
}

const Series& named(const Plot& plot, const std::string& name) {
  for (const Series& series : plot.series) {
    if (series.name == name) return series;
  }
  throw std::out_of_range(name);
}

TEST(StructurePlot, StacksStructuresFromTopToBottomTheMostFrequentFirst) {
  const Plot plot = structure_plot(rows());
  EXPECT_EQ(plot.y.names, (std::vector<std::string>{"scalar-gp", "vsr"}));
  EXPECT_EQ(plot.x.high, 4.0);
  ASSERT_EQ(plot.series.size(), 3u);
  const Series& truth = named(plot, "the true structure");
  EXPECT_EQ(truth.y, (std::vector<double>{1.0, 2.0}));
  EXPECT_EQ(truth.low, (std::vector<double>{2.0, 0.0}));
  EXPECT_EQ(truth.high, (std::vector<double>{3.0, 4.0}));
  EXPECT_EQ(named(plot, "most frequent").high, std::vector<double>{2.0});
  EXPECT_EQ(named(plot, "third").low, std::vector<double>{3.0});
}

TEST(StructurePlot, TellsApartFourRanksAndTheRest) {
  StructureBars many{"gp", "S9", {}};
  for (int i = 1; i <= 7; ++i) many.structures.push_back({"S" + std::to_string(i), 1});
  const Plot plot = structure_plot({many});
  EXPECT_EQ(plot.series.size(), 5u);
  EXPECT_EQ(named(plot, "less frequent").x.size(), 3u);
}

TEST(StructurePlot, IsDrawnAsFilledBars) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  const Drawing drawing = draw(structure_plot(rows()));
  EXPECT_EQ(drawing.problem, "");
  EXPECT_EQ(testing::XmlCheck::problem(drawing.svg), "");
  EXPECT_EQ(testing::count(drawing.svg, "class=\"s3 bar\""), 2u);
  EXPECT_EQ(testing::count(drawing.svg, "class=\"s1 bar\""), 1u);
  EXPECT_NE(drawing.svg.find(">scalar-gp<"), std::string::npos);
  const Picture picture = draw_picture({structure_plot(rows())}, PictureFormat::Svg);
  EXPECT_EQ(picture.problem, "");
  EXPECT_EQ(testing::XmlCheck::problem(picture.content), "");
  EXPECT_NE(picture.content.find("path.s3.bar{fill:"), std::string::npos);
  EXPECT_EQ(draw_picture({structure_plot(rows())}, PictureFormat::Png).content.substr(1, 3), "PNG");
}

TEST(StructurePlot, OfNothingIsAProblem) {
  EXPECT_EQ(draw(structure_plot({})).problem, "there is no point to draw");
}

}  // namespace
}  // namespace neuronsmith::report
