#include "neuronsmith/report/picture.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/neuron/library.hpp"
#include "xml.hpp"

namespace neuronsmith::report {
namespace {

#define NEURONSMITH_NEEDS_GNUPLOT()             \
  if (!has_gnuplot()) {                         \
    GTEST_SKIP() << "gnuplot is not installed"; \
  }                                             \
  static_assert(true)

std::vector<NamedActivation> activations(const std::vector<std::string>& texts) {
  std::vector<NamedActivation> result;
  for (const std::string& text : texts) result.push_back({text, neuron::resolve_activation(text)});
  return result;
}

TEST(Picture, PanelsHoldValuesAndDerivatives) {
  const auto panels = shape_panels(activations({"tanh", "x^2"}), -2.0, 2.0, true);
  ASSERT_EQ(panels.size(), 2u);
  for (std::size_t i = 0; i < panels[0].series[0].x.size(); i += 50) {
    const double x = panels[0].series[0].x[i];
    EXPECT_NEAR(panels[0].series[0].y[i], std::tanh(x), 1e-6);
    EXPECT_NEAR(panels[1].series[0].y[i], 1.0 - std::tanh(x) * std::tanh(x), 1e-5);
    EXPECT_NEAR(panels[1].series[1].y[i], 2.0 * x, 1e-5);
  }
  EXPECT_EQ(panels[0].series[0].x.front(), -2.0);
  EXPECT_EQ(panels[0].series[0].x.back(), 2.0);
  EXPECT_EQ(shape_panels(activations({"tanh"}), -2.0, 2.0, false).size(), 1u);
}

TEST(Picture, ParametersAreDrawnAsTheyStart) {
  const auto formula = neuron::resolve_activation("relu(2*x)").formula;
  const auto learnable = neuron::with_learnable_literals(formula, neuron::Learnable::Layer);
  const auto panels = shape_panels({{"p", learnable}}, 0.0, 1.0, false);
  EXPECT_EQ(panels[0].series[0].y.back(), 2.0);
}

TEST(Picture, SvgStandsAlone) {
  NEURONSMITH_NEEDS_GNUPLOT();
  const auto panels = shape_panels(activations({"gelu", "relu", "x*sinc(x)"}), -4.0, 4.0, true);
  const Picture picture = draw_picture(panels, PictureFormat::Svg);
  EXPECT_EQ(picture.problem, "");
  EXPECT_EQ(testing::XmlCheck::problem(picture.content), "");
  for (const char* part : {"<style>",
                           "prefers-color-scheme:dark",
                           ">gelu<",
                           ">x*sinc(x)<",
                           ">f(x)<",
                           "class=\"ground\"",
                           "path class=\"s3\""}) {
    EXPECT_NE(picture.content.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(picture.content.find("var("), std::string::npos);
  EXPECT_EQ(testing::count(picture.content, "http"), testing::count(picture.content, "xmlns="));
  EXPECT_EQ(draw_picture(panels, PictureFormat::Svg).content, picture.content);
}

TEST(Picture, NamesAreTextInEitherFormat) {
  NEURONSMITH_NEEDS_GNUPLOT();
  auto named = activations({"gelu"});
  named[0].name = "it's <b> \"q\" `date` \\n $x";
  const auto panels = shape_panels(named, -1.0, 1.0, false);
  const Picture svg = draw_picture(panels, PictureFormat::Svg);
  EXPECT_EQ(testing::XmlCheck::problem(svg.content), "");
  EXPECT_EQ(svg.content.find("<b>"), std::string::npos);
  const Picture png = draw_picture(panels, PictureFormat::Png);
  EXPECT_EQ(png.problem, "");
}

TEST(Picture, PngIsAPng) {
  NEURONSMITH_NEEDS_GNUPLOT();
  const auto panels = shape_panels(activations({"gelu", "relu"}), -4.0, 4.0, true);
  const Picture picture = draw_picture(panels, PictureFormat::Png);
  EXPECT_EQ(picture.problem, "");
  EXPECT_TRUE(picture.content.starts_with("\x89PNG\r\n"));
  EXPECT_GT(picture.content.size(), 5000u);
}

TEST(Picture, OfNothingIsAProblem) {
  const auto panels = shape_panels(activations({"log(-1 - x^2)"}), -1.0, 1.0, false);
  for (const auto format : {PictureFormat::Svg, PictureFormat::Png}) {
    EXPECT_EQ(draw_picture(panels, format).problem, "there is no point to draw");
  }
}

}  // namespace
}  // namespace neuronsmith::report
