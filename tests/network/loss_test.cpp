#include "neuronsmith/network/loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::network {
namespace {

TEST(Loss, MeanSquaredErrorByHand) {
  const std::vector<float> outputs = {1.0F, 2.0F};
  const std::vector<float> values = {0.0F, 4.0F};
  std::vector<float> gradient(2);
  EXPECT_DOUBLE_EQ(evaluate_loss(Loss::MeanSquaredError, outputs, {values, {}}, gradient), 2.5);
  EXPECT_EQ(gradient, (std::vector<float>{1.0F, -2.0F}));
}

TEST(Loss, BinaryCrossEntropyByHand) {
  const std::vector<float> logits = {0.0F, std::log(3.0F)};
  const std::vector<std::uint32_t> classes = {1, 0};
  std::vector<float> gradient(2);
  const double loss = evaluate_loss(Loss::BinaryCrossEntropy, logits, {{}, classes}, gradient);
  EXPECT_NEAR(loss, 0.5 * (std::log(2.0) + std::log(4.0)), 1e-6);
  EXPECT_NEAR(gradient[0], 0.5 * (0.5 - 1.0), 1e-6);
  EXPECT_NEAR(gradient[1], 0.5 * 0.75, 1e-6);
}

TEST(Loss, CrossEntropyByHand) {
  const std::vector<float> logits = {0.0F, 1.0F, std::log(2.0F), 1.0F, 0.0F, 1.0F};  // [3][2]
  const std::vector<std::uint32_t> classes = {1, 2};
  std::vector<float> gradient(6);
  const double loss = evaluate_loss(Loss::CrossEntropy, logits, {{}, classes}, gradient);
  EXPECT_NEAR(loss, 0.5 * (std::log(2.0) + std::log(3.0)), 1e-6);
  EXPECT_NEAR(gradient[0], 0.5 * 0.25, 1e-6);
  EXPECT_NEAR(gradient[2], 0.5 * (0.5 - 1.0), 1e-6);
  EXPECT_NEAR(gradient[5], 0.5 * (1.0 / 3.0 - 1.0), 1e-6);
}

TEST(Loss, HugeLogitsStayFinite) {
  const std::vector<float> logits = {1e4F, -1e4F, 3e38F, -3e38F};
  const std::vector<std::uint32_t> wrong = {0, 1, 1, 0};
  std::vector<float> gradient(4);
  EXPECT_DOUBLE_EQ(
      evaluate_loss(Loss::BinaryCrossEntropy, logits, {{}, wrong}, gradient), 5000.0);
  EXPECT_FLOAT_EQ(gradient[0], 0.25F);
  EXPECT_FLOAT_EQ(gradient[1], -0.25F);
  const std::vector<std::uint32_t> classes = {1, 0};
  EXPECT_NEAR(evaluate_loss(Loss::CrossEntropy,
                            std::vector<float>{1e4F, -1e4F, -1e4F, 1e4F},
                            {{}, classes},
                            gradient),
              2e4,
              1e-3);
}

TEST(Loss, SaturatingCrossEntropyIsTheBinaryOneWhereNothingRounds) {
  const std::vector<float> logits = {0.0F, 1.5F, -3.0F, 2.0F};
  const std::vector<std::uint32_t> classes = {1, 0, 1, 0};
  std::vector<float> saturating(4), binary(4);
  const double loss =
      evaluate_loss(Loss::SaturatingCrossEntropy, logits, {{}, classes}, saturating);
  EXPECT_NEAR(loss, evaluate_loss(Loss::BinaryCrossEntropy, logits, {{}, classes}, binary), 1e-6);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(saturating[i], binary[i], 1e-6) << i;
}

TEST(Loss, SaturatingCrossEntropyGivesUpRowsThatAreHopelesslyWrong) {
  const std::vector<float> logits = {40.0F, -120.0F, 20.0F};
  const std::vector<std::uint32_t> wrong = {0, 1, 0};
  std::vector<float> gradient(3);
  EXPECT_NEAR(evaluate_loss(Loss::SaturatingCrossEntropy, logits, {{}, wrong}, gradient), 100.0, 1e-6);
  for (const float g : gradient) EXPECT_NEAR(g, 0.0F, 1e-12F);
  const std::vector<std::uint32_t> right = {1, 0, 1};
  EXPECT_NEAR(evaluate_loss(Loss::SaturatingCrossEntropy, logits, {{}, right}, gradient), 0.0, 1e-6);
  EXPECT_TRUE(std::isnan(evaluate_loss(Loss::SaturatingCrossEntropy,
                                       std::vector<float>{std::nanf("")},
                                       {{}, std::vector<std::uint32_t>{1}},
                                       {})));
}

TEST(Loss, NanAndInfinityAreNotHidden) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity()}) {
    const std::vector<float> outputs = {0.0F, bad};
    const std::vector<float> values = {0.0F, 0.0F};
    const std::vector<std::uint32_t> classes = {0, 0};
    const Targets targets{values, classes};
    EXPECT_FALSE(std::isfinite(evaluate_loss(Loss::MeanSquaredError, outputs, targets, {})));
    EXPECT_FALSE(std::isfinite(evaluate_loss(Loss::BinaryCrossEntropy, outputs, targets, {})));
    const std::vector<float> logits = {0.0F, 0.0F, 0.0F, bad};  // [2][2]
    EXPECT_FALSE(std::isfinite(evaluate_loss(Loss::CrossEntropy, logits, targets, {})));
  }
}

TEST(Loss, TwoClassesShareALogit) {
  EXPECT_EQ(classification_loss(2), Loss::BinaryCrossEntropy);
  EXPECT_EQ(classification_loss(3), Loss::CrossEntropy);
  EXPECT_EQ(logits_for(2), 1);
  EXPECT_EQ(logits_for(5), 5);
  EXPECT_THROW(static_cast<void>(classification_loss(1)), InternalError);
}

}  // namespace
}  // namespace neuronsmith::network
