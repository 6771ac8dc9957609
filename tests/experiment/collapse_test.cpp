#include "neuronsmith/experiment/collapse.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/genetic/random_formula.hpp"

namespace neuronsmith::experiment {
namespace {

using formula::Formula;
using formula::Op;
using formula::Shape;
using search::Collapse;

Formula parsed(const std::string& text) {
  return formula::parse_or_throw(text, Shape::Scalar, "test");
}

/// Three standard columns; the target leans on x1 most, on x0 a little.
class CollapseTest : public ::testing::Test {
 protected:
  CollapseTest() {
    Random random(1, Purpose::Test);
    for (std::size_t j = 0; j < 3; ++j) {
      for (float& value : columns_.column(j)) value = static_cast<float>(random.normal());
    }
    for (const std::size_t j : {0U, 1U}) centre(columns_.column(j));
    for (float& value : columns_.column(2)) value += 2.0F;  // a mean that is not 0
    for (std::size_t i = 0; i < target_.size(); ++i) {
      target_[i] = 3.0F * columns_.column(1)[i] + 0.3F * columns_.column(0)[i];
    }
  }

  static void centre(std::span<float> column) {
    double sum = 0.0;
    for (const float value : column) sum += static_cast<double>(value);
    for (float& value : column)
      value -= static_cast<float>(sum / static_cast<double>(column.size()));
  }

  [[nodiscard]] CollapseRows rows() const {
    return {.data = {.features = columns_.view(), .target = target_}, .means_of = columns_.view()};
  }

  [[nodiscard]] Collapsed accepted(const std::string& text, Collapse how) const {
    auto result = collapse(parsed(text), how, rows());
    EXPECT_TRUE(std::holds_alternative<Collapsed>(result)) << text;
    return std::get<Collapsed>(result);
  }

  [[nodiscard]] std::string refused(const std::string& text, Collapse how) const {
    const auto result = collapse(parsed(text), how, rows());
    EXPECT_TRUE(std::holds_alternative<std::string>(result)) << text;
    return std::get<std::string>(result);
  }

  FeatureMatrix columns_ = FeatureMatrix(2000, 3);
  std::vector<float> target_ = std::vector<float>(2000);
};

TEST_F(CollapseTest, SamePutsXForEveryColumn) {
  EXPECT_EQ(formula::to_infix(accepted("x0*x1 + sin(x2)", Collapse::Same).activation),
            "x^2 + sin(x)");
  EXPECT_EQ(formula::to_infix(accepted("cos(x1) - cos(abs(cos(x1)))", Collapse::Same).activation),
            "cos(x) - cos(abs(cos(x)))");
  EXPECT_FALSE(accepted("x0", Collapse::Same).column.has_value());
}

TEST_F(CollapseTest, OthersAtMeanKeepsTheColumnThatMattersMost) {
  const Collapsed result = accepted("3*x1 + 0.3*x0", Collapse::OthersAtMean);
  EXPECT_EQ(result.column, 1);
  const Formula with_mean = accepted("x1*x2", Collapse::OthersAtMean).activation;  // 2 at its mean
  ASSERT_EQ(with_mean.size(), 3u);
  EXPECT_NEAR(with_mean.nodes()[0].value, 2.0, 0.1);
}

TEST_F(CollapseTest, OthersAtMeanTakesTheNextColumnWhereTheFirstIsLost) {
  // exp(9*x2) matters most and leaves float32 on the grid; what is left of x1 does not.
  const Collapsed result = accepted("3*x1 + 0.000000001*exp(9*x2)", Collapse::OthersAtMean);
  EXPECT_EQ(result.column, 1);
}

TEST_F(CollapseTest, WhatIsNoActivationIsRefusedWithTheReason) {
  EXPECT_EQ(refused("0.5", Collapse::Same), "is a constant");
  EXPECT_EQ(refused("x0 - x1", Collapse::Same), "is a constant");
  EXPECT_EQ(refused("cos(x0 - x1)", Collapse::Same), "is a constant");
  EXPECT_EQ(refused("0.0000001*sin(x0)", Collapse::Same), "is a constant");
  EXPECT_NE(refused("1/x0", Collapse::Same).find("not finite at x = 0"), std::string::npos);
  EXPECT_NE(refused("log(x0)", Collapse::Same).find("not finite at x = -10"), std::string::npos);
  EXPECT_NE(refused("sqrt(abs(x0))*x1/x1", Collapse::Same).find("slope at x = 0"),
            std::string::npos);
  EXPECT_NE(refused("exp(x0*x1)", Collapse::Same).find("not finite"), std::string::npos);
  EXPECT_EQ(refused("x0*x1", Collapse::OthersAtMean),
            "of x0 alone it is a constant, of x1 alone it is a constant");
}

TEST_F(CollapseTest, TheRangeOfTheDataIsCheckedToo) {
  columns_.column(0)[5] = 200.0F;
  EXPECT_NE(refused("exp(x1)", Collapse::Same).find("not finite at x = "), std::string::npos);
}

RC_GTEST_PROP(Collapse, SameIsTheFormulaWithAllColumnsEqual, (std::uint32_t stream)) {
  Random random(2, Purpose::Test, stream);
  const search::GeneticOptions options = search::find_recipe("activation-gp").genetic;
  const search::RandomFormula fresh(options, search::InputSpace::columns(3));
  const Formula f = fresh.half_and_half(random);
  FeatureMatrix equal(500, 3);
  std::vector<float> target(500);
  for (std::size_t i = 0; i < 500; ++i) {
    const auto x = static_cast<float>(random.uniform(-2.0, 2.0));
    for (std::size_t j = 0; j < 3; ++j) equal.column(j)[i] = x;
    target[i] = x;
  }
  const CollapseRows rows{.data = {.features = equal.view(), .target = target},
                          .means_of = equal.view()};
  const auto result = collapse(f, Collapse::Same, rows);
  if (const auto* reason = std::get_if<std::string>(&result)) {
    RC_ASSERT(*reason == "is a constant" || reason->find("at x = ") != std::string::npos);
    return;
  }
  const Formula& activation = std::get<Collapsed>(result).activation;
  RC_ASSERT(neuron::objection_to(activation).empty());
  RC_ASSERT(activation.size() <= f.size());
  std::vector<float> expected(500), values(500);
  formula::Evaluator(f).evaluate({equal.view(), {}, {}}, expected);
  formula::Evaluator(activation).evaluate({equal.view(), {}, {}}, values);
  for (std::size_t i = 0; i < 500; ++i) {
    const double room = 2e-3 * (1.0 + std::abs(static_cast<double>(expected[i])));
    RC_ASSERT(std::abs(static_cast<double>(values[i] - expected[i])) <= room);
  }
}

}  // namespace
}  // namespace neuronsmith::experiment
