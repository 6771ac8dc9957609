#include "neuronsmith/search/gram.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <vector>

#include "neuronsmith/core/random.hpp"

namespace neuronsmith::search {
namespace {

constexpr std::size_t kRows = 1300;
constexpr std::size_t kFeatures = 4;
constexpr std::size_t kTargets = 2;

/// Features with offsets and correlations, targets with noise.
Eigen::MatrixXd sample(double offset) {
  Eigen::MatrixXd values(kRows, kFeatures + kTargets);
  Random random(1, Purpose::Test);
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    double previous = 0.0;
    for (Eigen::Index j = 0; j < values.cols(); ++j) {
      previous = 0.5 * previous + random.normal();
      values(i, j) = offset + previous;
    }
  }
  return values;
}

Gram gram_of(const Eigen::MatrixXd& values, Precision precision = Precision::Double) {
  return Gram(
      kRows,
      kFeatures,
      kTargets,
      [&](std::size_t first, std::size_t count, std::span<double> out) {
        for (std::size_t j = 0; j < kFeatures + kTargets; ++j) {
          for (std::size_t i = 0; i < count; ++i) {
            out[j * count + i] =
                values(static_cast<Eigen::Index>(first + i), static_cast<Eigen::Index>(j));
          }
        }
      },
      precision);
}

/// Least squares with intercept by QR: the residual share of one target.
double oracle(const Eigen::MatrixXd& values,
              const std::vector<std::size_t>& chosen,
              std::size_t target) {
  Eigen::MatrixXd design =
      Eigen::MatrixXd::Ones(kRows, static_cast<Eigen::Index>(chosen.size()) + 1);
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    design.col(static_cast<Eigen::Index>(k) + 1) = values.col(static_cast<Eigen::Index>(chosen[k]));
  }
  const Eigen::VectorXd y = values.col(static_cast<Eigen::Index>(kFeatures + target));
  const Eigen::VectorXd residual = y - design * design.householderQr().solve(y);
  const Eigen::VectorXd centred = y.array() - y.mean();
  return residual.squaredNorm() / centred.squaredNorm();
}

TEST(Gram, FitAgreesWithQrOnEverySubset) {
  const Eigen::MatrixXd values = sample(100.0);
  const Gram gram = gram_of(values);
  for (unsigned mask = 1; mask < 16; ++mask) {
    std::vector<std::size_t> chosen;
    for (std::size_t k = 0; k < kFeatures; ++k) {
      if (((mask >> k) & 1u) != 0) chosen.push_back(k);
    }
    const double expected = 0.5 * (oracle(values, chosen, 0) + oracle(values, chosen, 1));
    EXPECT_NEAR(gram.fit_error(chosen, 0.0), expected, 1e-10) << mask;
    const GramFit fit = gram.fit(chosen, 0.0);
    EXPECT_NEAR(fit.error, expected, 1e-10);
    ASSERT_EQ(fit.coefficients.size(), kTargets * chosen.size());
  }
}

TEST(Gram, TheFittedCoefficientsReachTheFittedError) {
  const Eigen::MatrixXd values = sample(0.0);
  const Gram gram = gram_of(values);
  const std::vector<std::size_t> chosen = {0, 2, 3};
  const GramFit fit = gram.fit(chosen, 0.0);
  double error = 0.0;
  for (std::size_t t = 0; t < kTargets; ++t) {
    Eigen::VectorXd residual =
        values.col(static_cast<Eigen::Index>(kFeatures + t)).array() - fit.intercepts[t];
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      residual -= fit.coefficients[t * chosen.size() + k] *
                  values.col(static_cast<Eigen::Index>(chosen[k]));
    }
    const Eigen::VectorXd y = values.col(static_cast<Eigen::Index>(kFeatures + t));
    error += residual.squaredNorm() / (y.array() - y.mean()).matrix().squaredNorm();
  }
  EXPECT_NEAR(error / kTargets, fit.error, 1e-10);
}

TEST(Gram, DependentFeaturesAreHarmless) {
  Eigen::MatrixXd values = sample(0.0);
  values.col(1) = 3.0 * values.col(0);
  values.col(2).setConstant(5.0);
  const Gram gram = gram_of(values);
  const std::vector<std::size_t> all = {0, 1, 2, 3};
  const std::vector<std::size_t> independent = {0, 3};
  EXPECT_NEAR(gram.fit_error(all, 0.0), gram.fit_error(independent, 0.0), 1e-10);
}

TEST(Gram, RidgeShrinksAndNeverFitsBetter) {
  const Gram gram = gram_of(sample(0.0));
  const std::vector<std::size_t> chosen = {0, 1, 2, 3};
  EXPECT_GT(gram.fit_error(chosen, 0.1), gram.fit_error(chosen, 0.0));
  EXPECT_LT(std::abs(gram.fit(chosen, 10.0).coefficients[3]),
            std::abs(gram.fit(chosen, 0.0).coefficients[3]));
}

TEST(Gram, RidgeErrorIsTheResidualAndNotThePenalisedOne) {
  const Eigen::MatrixXd values = sample(3.0);
  const Gram gram = gram_of(values);
  const std::vector<std::size_t> chosen = {0, 1, 3};
  const GramFit fit = gram.fit(chosen, 0.3);
  double expected = 0.0;
  for (std::size_t t = 0; t < kTargets; ++t) {
    const Eigen::VectorXd y = values.col(static_cast<Eigen::Index>(kFeatures + t));
    Eigen::VectorXd residual = y.array() - fit.intercepts[t];
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      residual -= fit.coefficients[t * chosen.size() + k] *
                  values.col(static_cast<Eigen::Index>(chosen[k]));
    }
    expected += residual.squaredNorm() / (y.array() - y.mean()).matrix().squaredNorm() / kTargets;
  }
  EXPECT_NEAR(fit.error, expected, 1e-10);
  EXPECT_NEAR(gram.fit_error(chosen, 0.3), expected, 1e-10);
}

TEST(Gram, GivenCoefficientsGetTheBestIntercepts) {
  const Eigen::MatrixXd values = sample(10.0);
  const Gram gram = gram_of(values);
  const std::vector<std::size_t> chosen = {1, 2};
  const std::vector<double> coefficients = {0.5, -2.0};
  const GramFit fit = gram.fit_intercepts(chosen, coefficients);
  EXPECT_EQ(fit.error, gram.error_of(chosen, coefficients));
  double expected = 0.0;
  for (std::size_t t = 0; t < kTargets; ++t) {
    const Eigen::VectorXd y = values.col(static_cast<Eigen::Index>(kFeatures + t));
    const Eigen::VectorXd rest = y - 0.5 * values.col(1) + 2.0 * values.col(2);
    EXPECT_NEAR(fit.intercepts[t], rest.mean(), 1e-10);
    expected += (rest.array() - rest.mean()).matrix().squaredNorm() /
                (y.array() - y.mean()).matrix().squaredNorm() / kTargets;
  }
  EXPECT_NEAR(fit.error, expected, 1e-10);
}

TEST(Gram, FloatPrecisionAgreesAndKeepsTargetsOfAFarMean) {
  Eigen::MatrixXd values = sample(0.0);
  values.col(kFeatures).array() += 1e6;
  const Gram exact = gram_of(values);
  const Gram fast = gram_of(values, Precision::Float);
  const std::vector<std::size_t> chosen = {0, 1, 2, 3};
  EXPECT_TRUE(fast.target_varies(0));
  EXPECT_NEAR(fast.fit_error(chosen, 0.0), exact.fit_error(chosen, 0.0), 1e-8);
}

TEST(Gram, AnAllButConstantFeatureIsRoundingInFloatPrecision) {
  Eigen::MatrixXd values = sample(0.0);
  values.col(0) = (1.0 + 1e-7 * values.col(0).array()).matrix();
  const std::vector<std::size_t> chosen = {0};
  EXPECT_EQ(gram_of(values, Precision::Float).fit_error(chosen, 0.0), 1.0);
  EXPECT_NEAR(
      gram_of(values).fit_error(chosen, 0.0), gram_of(sample(0.0)).fit_error(chosen, 0.0), 1e-6);
}

TEST(Gram, RowsThatDriftFarFromTheFirstBlockLoseNothing) {
  Eigen::MatrixXd values = sample(0.0);
  for (Eigen::Index i = 0; i < values.rows(); ++i)
    values.row(i).array() += 1e3 * static_cast<double>(i);
  const std::vector<std::size_t> chosen = {0, 3};
  EXPECT_NEAR(gram_of(values).fit_error(chosen, 0.0),
              0.5 * (oracle(values, chosen, 0) + oracle(values, chosen, 1)),
              1e-14);
}

TEST(Gram, ConstantTargetsDoNotCount) {
  Eigen::MatrixXd values = sample(0.0);
  values.col(kFeatures).setConstant(0.1);
  const Gram gram = gram_of(values);
  const std::vector<std::size_t> chosen = {0, 3};
  EXPECT_FALSE(gram.target_varies(0));
  EXPECT_TRUE(gram.target_varies(1));
  EXPECT_NEAR(gram.fit_error(chosen, 0.0), oracle(values, chosen, 1), 1e-12);
  values.col(kFeatures + 1).setConstant(1e9);
  EXPECT_TRUE(std::isinf(gram_of(values).fit_error(chosen, 0.0)));
}

TEST(Gram, NonFiniteFeaturesAreTold) {
  Eigen::MatrixXd values = sample(0.0);
  values(7, 1) = std::numeric_limits<double>::infinity();
  const Gram gram = gram_of(values);
  EXPECT_TRUE(gram.is_finite(0));
  EXPECT_FALSE(gram.is_finite(1));
}

}  // namespace
}  // namespace neuronsmith::search
