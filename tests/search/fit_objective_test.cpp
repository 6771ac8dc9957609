#include "neuronsmith/search/fit_objective.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <Eigen/Dense>
#include <map>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/polynomial.hpp"
#include "neuronsmith/formula/print.hpp"
#include "tests/formula/random_formulas.hpp"
#include "tests/search/samples.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;
using formula::Op;
using formula::Shape;
using testing::power_sum;
using testing::random_sample;
using testing::Sample;
using testing::vector_formula;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A random formula of x, literals and smooth functions.
Formula random_smooth(int depth, Random& random) {
  if (depth == 0 || random.chance(0.2)) {
    if (random.chance(0.7)) return Formula::input(Shape::Vector);
    return Formula::literal(static_cast<double>(random.below(9)) - 4.0);
  }
  constexpr Op kOps[] = {Op::Add, Op::Sub, Op::Mul, Op::Neg, Op::Sin, Op::Tanh, Op::Sum};
  const Op op = kOps[random.below(std::size(kOps))];
  const Formula a = random_smooth(depth - 1, random);
  if (formula::info(op).arity == 1) return Formula::apply(op, a);
  return Formula::apply(op, a, random_smooth(depth - 1, random));
}

/// Sums of the k-th powers of the coordinates, columns centred and scaled, in long double.
using Matrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
using Vector = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

Vector standardised(Vector column) {
  column.array() -= column.mean();
  return column / column.norm();
}

double qr_error(const Sample& sample, std::uint32_t exponents, std::size_t target) {
  const auto n = static_cast<Eigen::Index>(sample.n_rows());
  Matrix design(n, 0);
  for (int k = 1; k < 16; ++k) {
    if (((exponents >> k) & 1u) == 0) continue;
    Vector sums = Vector::Zero(n);
    for (std::size_t j = 0; j < sample.x.n_features(); ++j) {
      for (Eigen::Index i = 0; i < n; ++i) {
        const long double x = sample.x.column(j)[static_cast<std::size_t>(i)];
        sums[i] += std::pow(x, static_cast<long double>(k));
      }
    }
    design.conservativeResize(Eigen::NoChange, design.cols() + 1);
    design.col(design.cols() - 1) = standardised(sums);
  }
  Vector y(n);
  for (Eigen::Index i = 0; i < n; ++i) y[i] = sample.y[target][static_cast<std::size_t>(i)];
  y = standardised(y);
  return static_cast<double>((y - design * design.householderQr().solve(y)).squaredNorm());
}

TEST(FitObjective, PolynomialScoresAgreeWithQrOnEverySetOfExponents) {
  const Sample sample = random_sample(700, 3, 2);
  const FitObjective objective(sample.data(), {});
  for (std::uint32_t set = 2; set < 256; set += 2) {
    const double expected = 0.5 * (qr_error(sample, set, 0) + qr_error(sample, set, 1));
    EXPECT_NEAR(objective.score_one(power_sum(set)).error, expected, 1e-12) << set;
  }
}

TEST(FitObjective, ScalesAndCorrelationsOfTheFeaturesDoNotDisturb) {
  for (const double scale : {1e-6, 1.0, 1e6}) {
    Sample sample = random_sample(300, 4, 1, 7, -scale, scale);
    for (std::size_t i = 0; i < sample.n_rows(); ++i) {
      sample.x.column(1)[i] = 0.999F * sample.x.column(0)[i] + 0.001F * sample.x.column(1)[i];
    }
    sample.set_target(0, [&](std::size_t i) {
      double y = 0.0;
      for (std::size_t j = 0; j < 4; ++j) {
        const double x = static_cast<double>(sample.x.column(j)[i]) / scale;
        y += x * x * x + 0.1 * x;
      }
      return y;
    });
    const FitObjective objective(sample.data(), {.max_degree = 5});
    for (const std::uint32_t set : {0x2u, 0x8u, 0xAu, 0x3Eu}) {
      EXPECT_NEAR(objective.score_one(power_sum(set)).error, qr_error(sample, set, 0), 1e-11)
          << scale << " " << set;
    }
  }
}

TEST(FitObjective, AFarOffsetOfTheFeaturesIsNoRounding) {
  // Like years: 2000 to 2020.
  const Sample sample = random_sample(400, 2, 1, 3, 2000.0, 2020.0);
  const FitObjective objective(sample.data(), {.max_degree = 3});
  EXPECT_NEAR(objective.score_one(vector_formula("x")).error, qr_error(sample, 0x2, 0), 1e-11);
  EXPECT_NEAR(objective.score_one(power_sum(0x6)).error, qr_error(sample, 0x6, 0), 1e-9);
}

TEST(FitObjective, TheErrorIsTheMeanOverTheTargetsThatVary) {
  Sample three = random_sample(200, 2, 3);
  three.y[1].assign(200, 4.0F);
  Sample first = random_sample(200, 2, 3);
  first.y = {three.y[0]};
  Sample third = random_sample(200, 2, 3);
  third.y = {three.y[2]};
  const Formula f = vector_formula("x^2 + sin(x)");
  const double expected = 0.5 * (FitObjective(first.data(), {}).score_one(f).error +
                                 FitObjective(third.data(), {}).score_one(f).error);
  EXPECT_NEAR(FitObjective(three.data(), {}).score_one(f).error, expected, 1e-12);
}

TEST(FitObjective, WithoutAVaryingTargetNothingIsScored) {
  Sample sample = random_sample(50, 2);
  sample.y[0].assign(50, 0.1F);
  const FitObjective objective(sample.data(), {});
  EXPECT_FALSE(objective.score_one(vector_formula("x")).is_valid());
  EXPECT_FALSE(objective.score_one(vector_formula("sin(x)")).is_valid());
}

TEST(FitObjective, ConstantFeaturesExplainNothing) {
  Sample sample = random_sample(100, 1);
  for (float& x : sample.x.column(0)) x = 1.1F;
  const FitObjective objective(sample.data(), {});
  EXPECT_DOUBLE_EQ(objective.score_one(power_sum(0xFE)).error, 1.0);
  EXPECT_DOUBLE_EQ(objective.score_one(vector_formula("sin(x)")).error, 1.0);
  EXPECT_EQ(objective.fitted(power_sum(0xFE)).root().op, Op::Literal);
}

TEST(FitObjective, OneFeatureAndTwoRows) {
  Sample sample(2, 1);
  sample.x.column(0)[1] = 1.0F;
  sample.y[0] = {3.0F, 5.0F};
  const FitObjective objective(sample.data(), {});
  for (const char* text : {"x", "x + x^2", "tanh(x)"}) {
    const Score score = objective.score_one(vector_formula(text));
    EXPECT_NEAR(score.error, 0.0, 1e-13) << text;
    EXPECT_TRUE(std::isfinite(score.criterion)) << text;
    EXPECT_NEAR(testing::values_of(objective.fitted(vector_formula(text)), sample)[1], 5.0, 1e-5);
  }
}

TEST(FitObjective, WhatCannotBeScoredIsInvalid) {
  const Sample sample = random_sample(60, 2);
  const FitObjective objective(sample.data(), {.max_degree = 4});
  for (const char* text : {"3",
                           "x - x",
                           "x^5",
                           "x^20",
                           "sum(x^3)*sum(x^2)",
                           "sum(3)",
                           "x2",
                           "log(x)",
                           "sqrt(x) + x"}) {
    const Formula f = vector_formula(text);
    const Score score = objective.score_one(f);
    EXPECT_FALSE(score.is_valid()) << text;
    EXPECT_EQ(score.error, kInfinity) << text;
    EXPECT_EQ(score.criterion, kInfinity) << text;
    EXPECT_EQ(objective.holdout_error(f, sample.data()), kInfinity) << text;
    EXPECT_FALSE(objective.fitted(f).empty());
  }
  EXPECT_TRUE(objective.score_one(vector_formula("x1 + x^4")).is_valid());
}

TEST(FitObjective, ATermThatLeavesFloat32IsInvalid) {
  Sample sample = random_sample(60, 2, 1, 0, -1e6, 1e6);
  sample.x.column(0)[3] = 1e6F;
  const FitObjective objective(sample.data(), {});
  EXPECT_TRUE(objective.score_one(vector_formula("x^6")).is_valid());
  EXPECT_FALSE(objective.score_one(vector_formula("x^7")).is_valid());
  EXPECT_FALSE(objective.score_one(vector_formula("x^7 + x")).is_valid());
}

TEST(FitObjective, TheCriterionIsAsDocumented) {
  const Sample one = random_sample(480, 2);
  const FitObjective regression(one.data(), {.max_degree = 7, .gamma = 1.5});
  EXPECT_NEAR(regression.criterion(0.01, 3),
              480 * std::log(0.01) + 3 * (std::log(480.0) + 2 * 1.5 * std::log(7.0)),
              1e-9);
  const Sample four = random_sample(100, 2, 4);
  const FitObjective classes(four.data(), {.max_degree = 5, .gamma = 0.5});
  EXPECT_NEAR(classes.criterion(0.5, 2),
              3 * (100 * std::log(0.5) + 2 * (std::log(100.0) + std::log(5.0))),
              1e-9);
  const Score score = classes.score_one(vector_formula("x^2 + x"));
  EXPECT_DOUBLE_EQ(score.criterion, classes.criterion(score.error, 2));
}

TEST(FitObjective, ErrorsBelowTheRoundingOfTheTargetAreNotToldApart) {
  Sample sample = random_sample(100, 1);
  sample.set_target(
      0, [&](std::size_t i) { return 3.0 * static_cast<double>(sample.x.column(0)[i]); });
  const FitObjective objective(sample.data(), {});
  EXPECT_EQ(objective.criterion(0.0, 1), objective.criterion(1e-17, 1));
  EXPECT_GT(objective.criterion(1e-12, 1), objective.criterion(0.0, 1));
  EXPECT_LT(objective.score_one(vector_formula("x")).criterion,
            objective.score_one(vector_formula("x + x^2")).criterion);
}

TEST(FitObjective, ComplexityCountsTheNodesOfTheSimplifiedFormula) {
  const Sample sample = random_sample(50, 2);
  const FitObjective objective(sample.data(), {});
  const auto complexity = [&](const char* text) {
    return objective.score_one(vector_formula(text)).complexity;
  };
  EXPECT_EQ(complexity("x"), 3);                // c * x
  EXPECT_EQ(complexity("(x + 1)*(x - 1)"), 4);  // c * x^2
  EXPECT_EQ(complexity("x^3 + 2*x + 5"), 8);    // c * x^3 + c * x
  EXPECT_EQ(complexity("sin(x) + 3"), 4);       // c * sin(x)
  EXPECT_EQ(complexity("7*sin(x) + x^2"), 9);   // c * sin(x) + c * x^2
  EXPECT_EQ(complexity("sum(x)*sum(x)"), 5);    // c * sum(x)^2
}

TEST(FitObjective, KeysAreEqualForEqualScoreForms) {
  const Sample sample = random_sample(50, 2);
  const FitObjective fitted(sample.data(), {});
  const FitObjective written(sample.data(), {.coefficients = Coefficients::AsWritten});
  const auto key = [](const FitObjective& objective, const char* text) {
    return objective.key(vector_formula(text));
  };
  EXPECT_EQ(key(fitted, "x^2 + x"), key(fitted, "4*x*(x - 3) + 8"));
  EXPECT_EQ(key(fitted, "x"), key(fitted, "x^20 - x^20 + x"));  // leaves the polynomials midway
  EXPECT_EQ(key(fitted, "x"), key(fitted, "sum(x)"));
  EXPECT_EQ(key(fitted, "sin(x) - x"), key(fitted, "3 + 2*x + 5*sin(x)"));
  EXPECT_EQ(key(fitted, "3"), key(fitted, "x - x"));
  EXPECT_EQ(key(written, "x^2 + x"), key(written, "x*(x + 1) + 8"));
  EXPECT_EQ(key(written, "sin(x) + 1"), key(written, "sin(x)"));

  EXPECT_NE(key(fitted, "x^2 + x"), key(fitted, "x^2"));
  EXPECT_NE(key(fitted, "sin(2*x)"), key(fitted, "sin(x)"));
  EXPECT_NE(key(fitted, "sum(x)*sum(x)"), key(fitted, "x^2"));
  EXPECT_NE(key(written, "x^2 + x"), key(written, "x^2 + 2*x"));
  EXPECT_NE(key(written, "sin(x)"), key(written, "2*sin(x)"));
}

RC_GTEST_PROP(FitObjective, EqualKeysHaveEqualScoresToTheBit, (std::uint32_t stream)) {
  const Sample sample = random_sample(40, 2);
  for (const Coefficients mode : {Coefficients::Fitted, Coefficients::AsWritten}) {
    const FitObjective objective(sample.data(), {.coefficients = mode});
    std::map<std::uint64_t, std::pair<Score, std::string>> known;
    Random random(5, Purpose::Test, stream);
    for (int i = 0; i < 60; ++i) {
      const Formula f = random_smooth(3, random);
      const Score score = objective.score_one(f);
      const auto [entry, is_new] =
          known.try_emplace(objective.key(f), std::pair(score, formula::to_infix(f)));
      if (entry->second.first == score) continue;
      RC_LOG() << formula::to_infix(f) << " and " << entry->second.second;
      RC_FAIL("equal keys, unequal scores");
    }
  }
}

RC_GTEST_PROP(FitObjective, TheFittedFormulaReachesTheScore, (std::uint32_t stream)) {
  Random random(6, Purpose::Test, stream);
  const Sample sample = random_sample(80, 1 + random.below(3), 1, stream % 5);
  FitOptions options;
  if (random.chance(0.3)) options.ridge = 0.1;
  if (random.chance(0.3)) options.coefficients = Coefficients::AsWritten;
  const FitObjective objective(sample.data(), options);
  const Formula f = random_smooth(4, random);
  const Score score = objective.score_one(f);
  if (!score.is_valid()) return;
  const Formula fitted = objective.fitted(f);
  const double reached = testing::share(testing::values_of(fitted, sample), sample.y[0]);
  RC_LOG() << formula::to_infix(f) << " -> " << formula::to_infix(fitted) << ": " << reached
           << " instead of " << score.error;
  // Where a function is all but constant, a large coefficient amplifies its rounding to float32.
  const double tolerance = formula::collapse_to_polynomial(f) ? 1e-5 : 1e-3;
  RC_ASSERT(std::abs(reached - score.error) <= tolerance * (1.0 + score.error));
  // Fitting again finds what it found.
  if (options.coefficients == Coefficients::Fitted && fitted.size() > 1) {
    RC_ASSERT(std::abs(objective.score_one(fitted).error - score.error) <=
              tolerance * (1.0 + score.error));
  }
}

TEST(FitObjective, FittedCoefficientsAreThoseOfTheLaw) {
  // The smallest term of law 10 is 1e-13 of the variance here.
  const Sample sample = testing::law_sample({.law = 10, .noise = 0.0, .range = 50.0});
  const FitObjective objective(sample.data(), {});
  const auto polynomial =
      formula::collapse_to_polynomial(objective.fitted(vector_formula("x^5 + x^4 + x")));
  ASSERT_TRUE(polynomial);
  EXPECT_NEAR(polynomial->coefficients[5], 3.0, 1e-7);
  EXPECT_NEAR(polynomial->coefficients[4], 4.0, 1e-6);
  EXPECT_NEAR(polynomial->coefficients[1], 5.0, 0.6);
}

TEST(FitObjective, DependentTermsAreLeftOut) {
  Sample sample = random_sample(90, 2);
  for (std::size_t j = 0; j < 2; ++j) {  // x^3 = x
    for (float& x : sample.x.column(j)) x = x < -0.5F ? -1.0F : (x < 0.5F ? 0.0F : 1.0F);
  }
  const FitObjective objective(sample.data(), {});
  EXPECT_NEAR(objective.score_one(vector_formula("x^3 + x")).error,
              objective.score_one(vector_formula("x")).error,
              1e-14);
  EXPECT_EQ(formula::collapse_to_polynomial(objective.fitted(vector_formula("x^3 + x")))->degree,
            1);
}

TEST(FitObjective, SeveralTargetsShowTheCoefficientsOfTheFirstThatVaries) {
  Sample sample = random_sample(90, 2, 3);
  sample.y[0].assign(90, 0.0F);
  Sample second = random_sample(90, 2, 3);
  second.y = {sample.y[1]};
  const Formula f = vector_formula("x^2 + x");
  EXPECT_EQ(FitObjective(sample.data(), {}).fitted(f), FitObjective(second.data(), {}).fitted(f));
}

/// The documented definition, one row after the other.
double naive_holdout_error(const FitObjective& objective, const Formula& f, const Sample& holdout) {
  return testing::share(testing::values_of(objective.fitted(f), holdout), holdout.y[0]);
}

TEST(FitObjective, HoldoutErrorUsesWhatWasFittedInterceptIncluded) {
  const Sample sample = random_sample(200, 3, 1, 1);
  Sample holdout = random_sample(1100, 3, 1, 2);
  for (float& y : holdout.y[0]) y += 2.0F;  // only the fitted intercept shows this
  for (const FitOptions& options : {FitOptions{},
                                    FitOptions{.coefficients = Coefficients::AsWritten},
                                    FitOptions{.ridge = 0.5}}) {
    const FitObjective objective(sample.data(), options);
    for (const char* text : {"x", "0.5*x^3 + x", "sin(x) - x^2", "sum(x)*sum(tanh(x))"}) {
      const Formula f = vector_formula(text);
      const double expected = naive_holdout_error(objective, f, holdout);
      EXPECT_NEAR(objective.holdout_error(f, holdout.data()), expected, 1e-5 * expected) << text;
      EXPECT_NEAR(objective.holdout_error(f, sample.data()), objective.score_one(f).error, 1e-5);
    }
  }
}

TEST(FitObjective, HoldoutErrorIsAnOrdinaryNumberOrInfinity) {
  const Sample sample = random_sample(100, 2, 3);
  Sample holdout = random_sample(30, 2, 3, 9);
  holdout.y[2].assign(30, 1.0F);
  const FitObjective objective(sample.data(), {});
  const Formula f = vector_formula("x");
  EXPECT_TRUE(std::isfinite(objective.holdout_error(f, holdout.data())));
  holdout.x.column(0)[4] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(objective.holdout_error(f, holdout.data()), kInfinity);
  Sample one_row = random_sample(1, 2, 3);
  EXPECT_EQ(objective.holdout_error(f, one_row.data()), kInfinity);
  EXPECT_EQ(objective.holdout_error(f, Sample(0, 2, 3).data()), kInfinity);
}

TEST(FitObjective, ScoresDoNotDependOnTheThreads) {
  const Sample sample = random_sample(120, 3);
  Random random(8, Purpose::Test);
  std::vector<Formula> formulas;
  for (int i = 0; i < 500; ++i) formulas.push_back(random_smooth(4, random));
  const FitObjective one(sample.data(), {});
  const FitObjective four(sample.data(), {});
  EXPECT_EQ(one.score(formulas, Executor(1)), four.score(formulas, Executor(4)));
}

TEST(FitObjective, RidgeShrinksTheCoefficients) {
  const Sample sample = random_sample(120, 2);
  const auto slope = [&](double ridge) {
    const FitObjective objective(sample.data(), {.ridge = ridge});
    return formula::collapse_to_polynomial(objective.fitted(vector_formula("x")))->coefficients[1];
  };
  EXPECT_NEAR(slope(1.0), 0.5 * slope(0.0), 1e-9);  // one term: 1 / (1 + ridge)
}

TEST(FitObjective, AScalarFormulaIsAFunctionOfItsOneFeature) {
  const Sample sample = random_sample(120, 1);
  const FitObjective objective(sample.data(), {});
  for (const char* text : {"x^2 + x", "sin(x)"}) {
    const Formula scalar = formula::parse_or_throw(text, Shape::Scalar, "test");
    EXPECT_NEAR(
        objective.score_one(scalar).error, objective.score_one(vector_formula(text)).error, 1e-12);
  }
}

void expect_refused(const FitOptions& options, const std::string& option) {
  try {
    options.validate();
    ADD_FAILURE() << option << " was accepted";
  } catch (const ConfigError& error) {
    EXPECT_EQ(std::string(error.what()).rfind(option, 0), 0u) << error.what();
  }
}

TEST(FitOptions, MessagesNameTheOption) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  expect_refused({.ridge = -1.0}, "--ridge");
  expect_refused({.ridge = kInfinity}, "--ridge");
  expect_refused({.ridge = kNaN}, "--ridge");
  expect_refused({.max_degree = 0}, "--max-degree");
  expect_refused({.max_degree = 16}, "--max-degree");
  expect_refused({.gamma = -0.1}, "--gamma");
  expect_refused({.gamma = 2.1}, "--gamma");
  expect_refused({.gamma = kNaN}, "--gamma");
  EXPECT_NO_THROW(FitOptions{}.validate());
  EXPECT_THROW(static_cast<void>(parse_coefficients("none")), ConfigError);
  EXPECT_EQ(parse_coefficients("as-written"), Coefficients::AsWritten);
}

}  // namespace
}  // namespace neuronsmith::search
