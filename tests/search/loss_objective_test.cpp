#include "neuronsmith/search/loss_objective.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/genetic/random_formula.hpp"
#include "neuronsmith/search/internal/loss_kernels.hpp"
#include "neuronsmith/search/recipe.hpp"
#include "tests/search/samples.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;
using formula::Shape;
using testing::random_sample;
using testing::Sample;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Formula parsed(const std::string& text) {
  return formula::parse_or_throw(text, Shape::Scalar, "test");
}

LossData regression(const Sample& sample) {
  return {.features = sample.x.view(), .target = sample.y[0], .loss = Loss::SquaredError};
}

/// The target made two classes at its middle.
Sample two_classes(std::size_t n_rows, std::size_t n_features, std::uint32_t stream = 0) {
  Sample sample = random_sample(n_rows, n_features, 1, stream);
  for (float& y : sample.y[0]) y = y > 0.2F ? 1.0F : 0.0F;
  return sample;
}

LossData classification(const Sample& sample) {
  return {.features = sample.x.view(), .target = sample.y[0], .loss = Loss::LogLoss};
}

std::vector<float> values_of(const Formula& f, const FeatureView& features) {
  std::vector<float> values(features.n_rows);
  formula::Evaluator(f).evaluate({features, {}, {}}, values);
  return values;
}

/// gplearn's log loss, row by row in float64.
double naive_log_loss(std::span<const float> values,
                      std::span<const float> target,
                      double scale = 1.0,
                      double offset = 0.0) {
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double z = scale * static_cast<double>(values[i]) + offset;
    const double right = 1.0 / (1.0 + std::exp(target[i] > 0.5F ? -z : z));
    sum -= std::log(std::clamp(right, 1e-15, 1.0 - 1e-15));
  }
  return sum / static_cast<double>(values.size());
}

std::vector<Formula> random_formulas(std::size_t n, std::size_t n_columns, std::uint32_t stream) {
  const GeneticOptions options = find_recipe("activation-gp").genetic;
  const RandomFormula fresh(options, InputSpace::columns(n_columns));
  Random random(5, Purpose::Test, stream);
  std::vector<Formula> formulas;
  for (std::size_t i = 0; i < n; ++i) formulas.push_back(fresh.half_and_half(random));
  return formulas;
}

RC_GTEST_PROP(LossObjective, LogLossIsThatOfAFloat64Loop, (std::uint32_t stream)) {
  const std::size_t n_rows = 1 + Random(1, Purpose::Test, stream).below(1400);
  Sample sample = two_classes(n_rows + 1, 4, stream);
  sample.y[0][0] = 1.0F;
  sample.y[0][1] = 0.0F;  // both classes are there
  const LossObjective objective(classification(sample), {});
  const std::vector<Formula> formulas = random_formulas(10, 4, stream);
  const auto scores = objective.score(formulas, Executor(1));
  for (std::size_t k = 0; k < formulas.size(); ++k) {
    const auto values = values_of(formulas[k], sample.x.view());
    const double expected = naive_log_loss(values, sample.y[0]);
    RC_ASSERT(std::abs(scores[k].error - expected) <= 2e-6 * (1.0 + expected));
    RC_ASSERT(scores[k] == objective.score_one(formulas[k]));
  }
}

RC_GTEST_PROP(LossObjective, SquaredErrorIsAShareOfTheVariance, (std::uint32_t stream)) {
  const Sample sample =
      random_sample(2 + Random(1, Purpose::Test, stream).below(1400), 4, 1, stream);
  const LossObjective objective(regression(sample), {});
  const std::vector<Formula> formulas = random_formulas(10, 4, stream);
  const auto scores = objective.score(formulas, Executor(1));
  for (std::size_t k = 0; k < formulas.size(); ++k) {
    const double expected = testing::share(values_of(formulas[k], sample.x.view()), sample.y[0]);
    RC_ASSERT(std::abs(scores[k].error - expected) <= 2e-6 * expected);
    RC_ASSERT(scores[k] == objective.score_one(formulas[k]));
  }
}

TEST(LossObjective, ProbabilitiesAreClippedAsInGplearn) {
  const Sample sample = two_classes(600, 2);
  const LossObjective objective(classification(sample), {});
  for (const char* text : {"1000*x0", "-1e30*x0", "60 + 0*x0", "34.5*abs(x0)"}) {
    const auto values = values_of(parsed(text), sample.x.view());
    EXPECT_NEAR(objective.score_one(parsed(text)).error, naive_log_loss(values, sample.y[0]), 2e-5)
        << text;
  }
}

TEST(LossObjective, ScoresDoNotDependOnThreads) {
  const Sample sample = two_classes(1500, 4);
  const std::vector<Formula> formulas = random_formulas(1101, 4, 3);
  for (const LossOptions options : {LossOptions{}, LossOptions{.linear_scaling = true}}) {
    const LossObjective objective(classification(sample), options);
    EXPECT_EQ(objective.score(formulas, Executor(1)), objective.score(formulas, Executor(2)));
  }
}

TEST(LossObjective, WhatIsNotFiniteCannotBeScored) {
  Sample sample = two_classes(700, 2);
  sample.x.column(0)[650] = 0.0F;
  for (const bool classes : {true, false}) {
    for (const LossOptions options : {LossOptions{}, LossOptions{.linear_scaling = true}}) {
      const LossObjective objective(classes ? classification(sample) : regression(sample), options);
      for (const char* text : {"1/x0", "-1/x0", "log(x0)", "0/x0", "exp(1000*x1)", "x2"}) {
        EXPECT_FALSE(objective.score_one(parsed(text)).is_valid()) << text;
        EXPECT_FALSE(objective.score(std::vector{parsed(text)}, Executor(1))[0].is_valid()) << text;
      }
      EXPECT_TRUE(objective.score_one(parsed("x0")).is_valid());
    }
  }
}

TEST(LossObjective, ATargetThatDoesNotVaryTellsNothing) {
  Sample sample = random_sample(50, 2);
  std::ranges::fill(sample.y[0], 1.0F);
  EXPECT_FALSE(LossObjective(classification(sample), {}).score_one(parsed("x0")).is_valid());
  EXPECT_FALSE(LossObjective(regression(sample), {}).score_one(parsed("x0")).is_valid());
}

TEST(LossObjective, ComplexityIsTheLengthAsWrittenAndTheCriterionCountsIt) {
  const Sample sample = two_classes(500, 3);
  const LossObjective classes(classification(sample), {});
  const Score score = classes.score_one(parsed("x0 + x0*sin(x1)"));
  EXPECT_EQ(score.complexity, 6.0);
  EXPECT_NEAR(score.criterion, 1000.0 * score.error + 6.0 * std::log(500.0), 1e-9);
  const LossObjective number(regression(sample), {});
  const Score share = number.score_one(parsed("x0"));
  EXPECT_NEAR(share.criterion, 500.0 * std::log(share.error) + std::log(500.0), 1e-9);
  EXPECT_EQ(classes.key(parsed("x0*x1 + 2")), classes.key(parsed("2 + x1*x0")));
  EXPECT_NE(classes.key(parsed("x0 - x1")), classes.key(parsed("x1 - x0")));
}

TEST(LossObjective, LinearScalingOfTheSquaredErrorIsLeastSquares) {
  const Sample sample = random_sample(900, 3);
  const LossObjective objective(regression(sample), {.linear_scaling = true});
  const Formula f = parsed("sin(x0) + x1*x2");
  const auto values = values_of(f, sample.x.view());
  const double error = objective.score_one(f).error;
  for (const auto& [scale, offset] : {std::pair(1.0, 0.0), {0.5, 0.1}, {2.0, -0.3}, {0.0, 0.0}}) {
    std::vector<float> scaled;
    for (const float v : values) scaled.push_back(static_cast<float>(scale * v + offset));
    EXPECT_LE(error, testing::share(scaled, sample.y[0]) + 1e-6);
  }
  // What is reported predicts as well as the score says.
  EXPECT_NEAR(
      testing::share(values_of(objective.fitted(f), sample.x.view()), sample.y[0]), error, 1e-5);
}

TEST(LossObjective, LinearScalingOfTheLogLossIsAMinimum) {
  const Sample sample = two_classes(900, 3);
  const LossObjective objective(classification(sample), {.linear_scaling = true});
  for (const char* text : {"x0 + x1", "40*x2 + 1000", "sin(x0)", "0.001*x1"}) {
    const Formula f = parsed(text);
    const Formula fitted = objective.fitted(f);
    const auto values = values_of(fitted, sample.x.view());
    const double error = objective.score_one(f).error;
    EXPECT_NEAR(naive_log_loss(values, sample.y[0]), error, 2e-4) << text;
    for (const auto& [scale, offset] :
         {std::pair(1.05, 0.0), {0.95, 0.0}, {1.0, 0.03}, {1.0, -0.03}}) {
      EXPECT_GT(naive_log_loss(values, sample.y[0], scale, offset), error - 2e-4)
          << text << " scaled by " << scale << " and moved by " << offset;
    }
  }
  EXPECT_NEAR(objective.score_one(parsed("0.5")).error,
              objective.score_one(parsed("7")).error,
              1e-9);  // the best constant
}

TEST(LossObjective, RefinementFindsTheLiteralsOfALaw) {
  Sample sample = random_sample(500, 2);
  sample.set_target(0, [&](std::size_t i) {
    return std::sin(1.7 * static_cast<double>(sample.x.column(0)[i])) +
           0.4 * static_cast<double>(sample.x.column(1)[i]) - 0.2;
  });
  const Formula start = parsed("sin(1.4*x0) + 0.1*x1 + 0");
  const LossObjective plain(regression(sample), {});
  const LossObjective refined(regression(sample), {.refine = 60});
  EXPECT_GT(plain.score_one(start).error, 0.05);
  EXPECT_LT(refined.score_one(start).error, 1e-6);
  EXPECT_LT(plain.score_one(refined.resolved(start)).error, 1e-6);
  EXPECT_EQ(plain.resolved(start), start);
}

TEST(LossObjective, RefinementNeverMakesALossWorse) {
  const Sample sample = two_classes(300, 4);
  for (const bool scaling : {false, true}) {
    const LossObjective plain(classification(sample), {.linear_scaling = scaling});
    const LossObjective refined(classification(sample), {.linear_scaling = scaling, .refine = 8});
    int better = 0;
    for (const Formula& f : random_formulas(60, 4, 9)) {
      const double before = plain.score_one(f).error;
      const double after = refined.score_one(f).error;
      EXPECT_LE(after, before * (1.0 + 1e-6)) << formula::to_infix(f);
      better += after < 0.9999 * before ? 1 : 0;
    }
    EXPECT_GT(better, 5);
  }
}

TEST(LossObjective, EachColumnTakesTheMeanOverTheColumns) {
  const Sample sample = two_classes(700, 3);
  const LossObjective each(classification(sample), {}, Slot::EachColumn);
  const LossObjective scaled(classification(sample), {.linear_scaling = true});
  double mean = 0.0;
  for (const char* column : {"sin(x0)", "sin(x1)", "sin(x2)"}) {
    mean += scaled.score_one(parsed(column)).error / 3.0;
  }
  EXPECT_NEAR(each.score_one(parsed("sin(x)")).error, mean, 1e-9);
  EXPECT_FALSE(each.score_one(parsed("sin(x0)")).is_valid()) << "columns are not named there";
}

TEST(LossObjective, HoldoutUsesWhatWasFitted) {
  const Sample sample = two_classes(600, 3, 1);
  const Sample other = two_classes(400, 3, 2);
  for (const Slot slot : {Slot::Columns, Slot::EachColumn}) {
    const LossObjective objective(classification(sample), {.linear_scaling = true}, slot);
    const Formula f = parsed(slot == Slot::Columns ? "x0 + x1" : "sin(x)");
    EXPECT_NEAR(
        objective.holdout_error(f, classification(sample)), objective.score_one(f).error, 1e-12);
    EXPECT_NE(objective.holdout_error(f, classification(other)), objective.score_one(f).error);
    EXPECT_LT(objective.holdout_error(f, classification(other)), std::log(2.0) * 1.1);
  }
  const LossObjective objective(classification(sample), {});
  EXPECT_EQ(objective.holdout_error(parsed("1/(x0 - x0)"), classification(other)), kInfinity);
}

TEST(LossOptions, MessagesNameTheOption) {
  EXPECT_THROW(LossOptions{.refine = -1}.validate(), ConfigError);
  EXPECT_THROW(LossOptions{.refine = 100000}.validate(), ConfigError);
  EXPECT_NO_THROW(LossOptions{.refine = 10}.validate());
}

TEST(Shortened, NeverGrows) {
  EXPECT_EQ(formula::to_infix(shortened(parsed("x0 + x0 - 1 + 3"))), "2*x0 + 2");
  const Formula product = parsed("(x0 + x1 + x2)*(x0 + x1 + x2)*(x0 - x1)");
  EXPECT_EQ(shortened(product), product);
  // Inside such a product numbers are still folded.
  const auto text = formula::to_infix(
      shortened(parsed("(x0 + x1 + x2)*(x0 + x1 + x2)*(x0 - x1) + (abs(-2) + (0 + 0)*(x1 + 0))")));
  EXPECT_EQ(text, "(x0 + x1 + x2)*(x0 + x1 + x2)*(x0 - x1) + 2");
}

// The kernels.

RC_GTEST_PROP(LossKernels, SlopesAreThoseOfTheSum, (std::uint32_t stream)) {
  Random random(3, Purpose::Test, stream);
  const std::size_t n = 1 + random.below(300);
  std::vector<float> values(n);
  std::vector<float> signs(n);
  for (std::size_t i = 0; i < n; ++i) {
    values[i] = static_cast<float>(random.normal());
    signs[i] = random.chance(0.5) ? 1.0F : -1.0F;
  }
  const double a = random.uniform(-2.0, 2.0);
  const double b = random.uniform(-2.0, 2.0);
  const auto slopes = internal::log_loss_slopes(values, signs, {a, b});
  double by_scale = 0.0, by_offset = 0.0, ss = 0.0, so = 0.0, oo = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double f = static_cast<double>(values[i]);
    const double s = static_cast<double>(signs[i]);
    const double p = 1.0 / (1.0 + std::exp(-s * (a * f + b)));
    by_scale += s * p * f;
    by_offset += s * p;
    ss += p * (1.0 - p) * f * f;
    so += p * (1.0 - p) * f;
    oo += p * (1.0 - p);
  }
  const double room = 1e-5 * static_cast<double>(n);
  RC_ASSERT(std::abs(slopes.by_scale - by_scale) < room);
  RC_ASSERT(std::abs(slopes.by_offset - by_offset) < room);
  RC_ASSERT(std::abs(slopes.by_scale_scale - ss) < room);
  RC_ASSERT(std::abs(slopes.by_scale_offset - so) < room);
  RC_ASSERT(std::abs(slopes.by_offset_offset - oo) < room);
}

TEST(LossKernels, ARowThatIsNotFiniteMakesTheSumNaN) {
  for (const std::size_t n : {1U, 15U, 16U, 40U, 700U}) {
    for (const float bad : {std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN()}) {
      for (const std::size_t place : {std::size_t{0}, n / 2, n - 1}) {
        std::vector<float> values(n, 0.5F);
        std::vector<float> signs(n, 1.0F);
        EXPECT_TRUE(std::isfinite(internal::log_loss_sum(values, signs)));
        values[place] = bad;
        EXPECT_TRUE(std::isnan(internal::log_loss_sum(values, signs))) << n << " " << bad;
        signs[place] = -1.0F;
        EXPECT_TRUE(std::isnan(internal::log_loss_sum(values, signs))) << n << " " << bad;
      }
    }
  }
}

}  // namespace
}  // namespace neuronsmith::search
