// Tests over several tables. Numbers of distributions: tests/core/reference/statistics.py.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "neuronsmith/core/statistics.hpp"

namespace neuronsmith {
namespace {

using Losses = std::vector<std::vector<double>>;
using Groups = std::vector<std::vector<std::size_t>>;

/// 1 - AUC of C4.5, C4.5+m, C4.5+cf, C4.5+m+cf: table 6 of Demsar, JMLR 2006. Of the table before
/// the last both 0.975 have ranks of their own there, 2 and 3.
Losses published_example() {
  const Losses auc = {{0.763, 0.768, 0.771, 0.798},
                      {0.599, 0.591, 0.590, 0.569},
                      {0.954, 0.971, 0.968, 0.967},
                      {0.628, 0.661, 0.654, 0.657},
                      {0.882, 0.888, 0.886, 0.898},
                      {0.936, 0.931, 0.916, 0.931},
                      {0.661, 0.668, 0.609, 0.685},
                      {0.583, 0.583, 0.563, 0.625},
                      {0.775, 0.838, 0.866, 0.875},
                      {1.000, 1.000, 1.000, 1.000},
                      {0.940, 0.962, 0.965, 0.962},
                      {0.619, 0.666, 0.614, 0.669},
                      {0.972, 0.981, 0.9751, 0.975},
                      {0.957, 0.978, 0.946, 0.970}};
  Losses losses = auc;
  for (auto& table : losses) {
    for (double& value : table) value = 1.0 - value;
  }
  return losses;
}

TEST(Friedman, AgreesWithThePublishedExample) {
  const FriedmanTest test = friedman_test(published_example());
  const std::vector<double> ranks = {3.143, 2.000, 2.893, 1.964};
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(test.ranks[j], ranks[j], 5e-4);
  EXPECT_NEAR(test.chi_squared, 9.28, 5e-3);
  EXPECT_NEAR(test.f, 3.69, 5e-3);
  EXPECT_NEAR(critical_difference(4, 14), 1.25, 5e-3);
  EXPECT_NEAR(critical_difference(4, 14, 0.10), 1.12, 5e-3);
}

TEST(Friedman, AgreesWithScipyWithoutTies) {
  const Losses losses = {
      {0.3, 0.1, 0.2}, {0.5, 0.4, 0.6}, {0.9, 0.2, 0.3}, {0.1, 0.2, 0.3}, {0.8, 0.3, 0.7}};
  const FriedmanTest test = friedman_test(losses);
  EXPECT_NEAR(test.chi_squared, 4.8, 1e-12);
  EXPECT_NEAR(test.p_value, 0.0907179532894126, 1e-12);
}

TEST(Friedman, OneOpinionIsCertainAndNoneIsChance) {
  const Losses agreed(4, {0.1, 0.2, 0.3});
  const FriedmanTest test = friedman_test(agreed);
  EXPECT_EQ(test.ranks, (std::vector<double>{1.0, 2.0, 3.0}));
  EXPECT_EQ(test.f, std::numeric_limits<double>::infinity());
  EXPECT_EQ(test.f_p_value, 0.0);
  EXPECT_NEAR(test.p_value, std::exp(-4.0), 1e-12);  // chi squared 8 of 2 degrees
  const FriedmanTest none = friedman_test(Losses(4, {0.5, 0.5, 0.5}));
  EXPECT_EQ(none.ranks, (std::vector<double>{2.0, 2.0, 2.0}));
  EXPECT_EQ(none.p_value, 1.0);
  EXPECT_EQ(none.f_p_value, 1.0);
}

TEST(Distributions, AgreeWithScipy) {
  EXPECT_NEAR(chi_squared_above(9.28, 3), 0.0257907241987568, 1e-12);
  EXPECT_NEAR(chi_squared_above(0.5, 1), 0.479500122186953, 1e-12);
  EXPECT_NEAR(chi_squared_above(30.0, 7), 9.49597250813418e-05, 1e-14);
  EXPECT_NEAR(f_above(3.69, 3, 39), 0.0197440996894889, 1e-12);
  EXPECT_NEAR(f_above(0.5, 1, 4), 0.518518518518518, 1e-12);
  EXPECT_NEAR(f_above(12.0, 7, 133) / 8.32399730173392e-12, 1.0, 1e-6);
  EXPECT_NEAR(normal_range_quantile(0.05, 2), 2.771807649, 1e-8);
  EXPECT_NEAR(normal_range_quantile(0.05, 4), 3.633159575, 1e-8);
  EXPECT_NEAR(normal_range_quantile(0.05, 8), 4.286309409, 1e-8);
  EXPECT_NEAR(normal_range_quantile(0.10, 10), 4.129346398, 1e-8);
  EXPECT_NEAR(normal_range_quantile(0.01, 3), 4.120303206, 1e-8);
}

/// Table 5 (a) of Demsar: q at 5 %, for 2 to 10 methods.
TEST(CriticalDifference, HasThePublishedQuantiles) {
  const std::vector<double> published = {
      1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164};
  for (std::size_t k = 2; k <= 10; ++k) {
    EXPECT_NEAR(normal_range_quantile(0.05, k) / std::sqrt(2.0), published[k - 2], 1.1e-3) << k;
  }
}

TEST(Groups, AreTheLargestSetsThatRanksDoNotPart) {
  const std::vector<double> ranks = {3.0, 1.0, 2.0, 6.0};
  EXPECT_EQ(groups_within(ranks, 1.5), (Groups{{1, 2}, {2, 0}}));
  EXPECT_EQ(groups_within(ranks, 2.5), (Groups{{1, 2, 0}}));
  EXPECT_EQ(groups_within(ranks, 9.0), (Groups{{1, 2, 0, 3}}));
  EXPECT_EQ(groups_within(ranks, 1.0), Groups{});  // as far apart as the difference: told apart
}

}  // namespace
}  // namespace neuronsmith
