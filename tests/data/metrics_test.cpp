#include "neuronsmith/data/metrics.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith {
namespace {

using Classes = std::vector<std::uint32_t>;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

TEST(RegressionMetrics, MatchHandComputation) {
  // Errors 0.5, -0.5, 0, 1: the example of scikit-learn's r2_score.
  const Metrics metrics =
      regression_metrics(Doubles{3.0, -0.5, 2.0, 7.0}, Doubles{2.5, 0.0, 2.0, 8.0});
  EXPECT_DOUBLE_EQ(value_of(metrics, "mse"), 0.375);
  EXPECT_DOUBLE_EQ(value_of(metrics, "rmse"), std::sqrt(0.375));
  EXPECT_DOUBLE_EQ(value_of(metrics, "mae"), 0.5);
  EXPECT_NEAR(value_of(metrics, "r2"), 0.9486081370449679, 1e-15);
}

TEST(RegressionMetrics, R2OfAConstantIsUndefined) {
  const Metrics metrics = regression_metrics(Doubles{0.1, 0.1, 0.1}, Doubles{0.1, 0.2, 0.1});
  EXPECT_TRUE(std::isnan(value_of(metrics, "r2")));
  EXPECT_DOUBLE_EQ(value_of(regression_metrics(Doubles{1, 2}, Doubles{1.5, 1.5}), "r2"), 0.0);
}

TEST(RegressionMetrics, CarryNaN) {
  const Metrics metrics = regression_metrics(Doubles{1, 2}, Doubles{1, NAN});
  for (const Metric& metric : metrics) EXPECT_TRUE(std::isnan(metric.value)) << metric.name;
}

TEST(Metrics, UnknownNameIsABug) {
  EXPECT_THROW((void)value_of({}, "mse"), InternalError);
  EXPECT_THROW((void)regression_metrics(Doubles{1.0}, Doubles{}), InternalError);
}

/// Probabilities of the second of two classes, with the first beside it.
Floats two_classes(const Floats& second) {
  Floats both;
  for (const float p : second) both.push_back(1.0F - p);
  both.insert(both.end(), second.begin(), second.end());
  return both;
}

TEST(ClassificationMetrics, MatchScikitLearnOnTwoClasses) {
  const Metrics metrics = classification_metrics(
      Classes{0, 0, 1, 1, 1, 0, 1}, two_classes({0.1F, 0.4F, 0.35F, 0.8F, 0.5F, 0.75F, 0.4F}), 2);
  EXPECT_DOUBLE_EQ(value_of(metrics, "accuracy"), 0.42857142857142855);
  EXPECT_DOUBLE_EQ(value_of(metrics, "balanced_accuracy"), 0.4583333333333333);
  EXPECT_NEAR(value_of(metrics, "log_loss"), 0.6978405803961137, 1e-15);
  EXPECT_DOUBLE_EQ(value_of(metrics, "roc_auc"), 0.625);
  EXPECT_DOUBLE_EQ(value_of(metrics, "f1"), 0.3333333333333333);
}

TEST(ClassificationMetrics, MatchScikitLearnOnThreeClasses) {
  const Floats probabilities = {0.5F,
                                0.25F,
                                0.25F,
                                0.75F,
                                0.125F,
                                0.5F,  // class 0
                                0.25F,
                                0.5F,
                                0.25F,
                                0.125F,
                                0.375F,
                                0.375F,  // class 1
                                0.25F,
                                0.25F,
                                0.5F,
                                0.125F,
                                0.5F,
                                0.125F};
  const Metrics metrics = classification_metrics(Classes{0, 1, 2, 0, 1, 2}, probabilities, 3);
  EXPECT_DOUBLE_EQ(value_of(metrics, "accuracy"), 0.6666666666666666);
  EXPECT_DOUBLE_EQ(value_of(metrics, "balanced_accuracy"), 0.6666666666666666);
  EXPECT_NEAR(value_of(metrics, "log_loss"), 0.904565734803863, 1e-15);
  EXPECT_DOUBLE_EQ(value_of(metrics, "roc_auc"), 0.7916666666666666);
  EXPECT_DOUBLE_EQ(value_of(metrics, "f1"), 0.6555555555555556);
}

TEST(ClassificationMetrics, FirstOfEqualProbabilitiesIsPredicted) {
  EXPECT_EQ(value_of(classification_metrics(Classes{0, 1}, Floats{0.5F, 0.5F, 0.5F, 0.5F}, 2),
                     "accuracy"),
            0.5);
}

TEST(ClassificationMetrics, CertaintyCostsAFiniteLoss) {
  const Metrics wrong = classification_metrics(Classes{0, 1}, Floats{0.0F, 1.0F, 1.0F, 0.0F}, 2);
  EXPECT_NEAR(value_of(wrong, "log_loss"), 52.0 * std::log(2.0), 1e-12);
  const Metrics right = classification_metrics(Classes{0, 1}, Floats{1.0F, 0.0F, 0.0F, 1.0F}, 2);
  EXPECT_NEAR(value_of(right, "log_loss"), 0.0, 1e-15);
  EXPECT_EQ(value_of(right, "roc_auc"), 1.0);
}

TEST(ClassificationMetrics, AbsentClasses) {
  const Metrics metrics = classification_metrics(Classes{0, 0}, two_classes({0.25F, 0.75F}), 2);
  EXPECT_TRUE(std::isnan(value_of(metrics, "roc_auc")));
  EXPECT_EQ(value_of(metrics, "balanced_accuracy"), 0.5) << "of the classes present";
  EXPECT_EQ(value_of(metrics, "f1"), 0.0);
  // Class 2 is in neither truth nor prediction: it does not count.
  const Metrics three =
      classification_metrics(Classes{0, 1}, Floats{0.75F, 0.25F, 0.25F, 0.75F, 0.0F, 0.0F}, 3);
  EXPECT_EQ(value_of(three, "f1"), 1.0);
  EXPECT_EQ(value_of(three, "balanced_accuracy"), 1.0);
  EXPECT_TRUE(std::isnan(value_of(three, "roc_auc")));
}

TEST(ClassificationMetrics, NaNProbabilitiesShow) {
  const Metrics metrics = classification_metrics(Classes{0, 1}, Floats{NAN, 0.5F, NAN, 0.5F}, 2);
  EXPECT_TRUE(std::isnan(value_of(metrics, "log_loss")));
  EXPECT_TRUE(std::isnan(value_of(metrics, "roc_auc")));
}

/// Pairs (row of the class, other row) in the right order, ties half.
double slow_auc(const Classes& truth, const Floats& scores) {
  double right = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    for (std::size_t j = 0; j < truth.size(); ++j) {
      if (truth[i] != 1 || truth[j] != 0) continue;
      pairs += 1.0;
      right += scores[i] > scores[j] ? 1.0 : (scores[i] == scores[j] ? 0.5 : 0.0);
    }
  }
  return right / pairs;
}

RC_GTEST_PROP(MetricsProperty, AucCountsPairs, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(2, 60);
  auto truth = *rc::gen::container<Classes>(n, rc::gen::inRange<std::uint32_t>(0, 2));
  truth[0] = 0;
  truth[1] = 1;
  const auto tenths = *rc::gen::container<std::vector<int>>(n, rc::gen::inRange(0, 11));
  Floats scores;
  for (const int tenth : tenths) scores.push_back(static_cast<float>(tenth) / 10.0F);
  const double fast = value_of(classification_metrics(truth, two_classes(scores), 2), "roc_auc");
  RC_ASSERT(std::abs(fast - slow_auc(truth, scores)) < 1e-12);
}

}  // namespace
}  // namespace neuronsmith
