#include "neuronsmith/core/statistics.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace neuronsmith {
namespace {

/// One sample with what tests/core/reference/statistics.py printed for it.
struct Reference {
  const char* name;
  std::vector<double> differences;
  double statistic, p_value, biserial;
  bool is_exact;
  double t, t_p, low, high;  // n_test / n_train = 20 / 70
  double d, mean, deviation, median;
};

const std::vector<Reference>& references() {
  static const std::vector<Reference> all = {
      {"distinct",
       {0.5, -0.3, 1.2, 0.8, -0.1, 0.9, 1.5, 0.2, -0.4, 0.7},
       8,
       0.048828125,
       0.709090909090909,
       true,
       1.25902538796334,
       0.239695138632379,
       -0.398376309336218,
       1.39837630933622,
       0.78192905271403,
       0.5,
       0.639444203108363,
       0.6},
      {"positive",
       {0.11, 0.25, 0.31, 0.42, 0.53, 0.64, 0.75, 0.86, 0.97, 1.08},
       0,
       0.001953125,
       1,
       true,
       2.94578928149897,
       0.0163323138958378,
       0.137386002730283,
       1.04661399726972,
       1.82950895541807,
       0.592,
       0.323584095200408,
       0.585},
      {"ties",
       {1.0, 2.0, 2.0, -1.0, 3.0, 3.0, -2.0, 4.0, 0.5, 1.0, 5.0, -3.0},
       18,
       0.106175127028433,
       0.538461538461538,
       false,
       0.886843243783523,
       0.394139536817511,
       -1.91401729726543,
       4.49735063059877,
       0.538750970724779,
       1.29166666666667,
       2.39752081546878,
       1.5},
      {"zeros",
       {0.0, 0.5, -0.3, 1.2, 0.0, 0.8, -0.1, 0.9, 1.5, 0.2},
       4,
       0.0546875,
       0.777777777777778,
       true,
       1.24581000054688,
       0.24428837216569,
       -0.383431796219675,
       1.32343179621968,
       0.773721517375512,
       0.47,
       0.607453701939498,
       0.35},
      {"three",
       {0.2, 0.5, -0.1},
       1,
       0.5,
       0.666666666666667,
       true,
       0.847318545736323,
       0.486043831249953,
       -0.815592719267212,
       1.21559271926721,
       0.666666666666667,
       0.2,
       0.3,
       0.2}};
  return all;
}

TEST(Statistics, AgreeWithScipy) {
  for (const Reference& r : references()) {
    SCOPED_TRACE(r.name);
    const SignedRank rank = signed_rank_test(r.differences);
    EXPECT_DOUBLE_EQ(rank.statistic, r.statistic);
    EXPECT_NEAR(rank.p_value, r.p_value, 1e-13);
    EXPECT_NEAR(rank.rank_biserial, r.biserial, 1e-14);
    EXPECT_EQ(rank.is_exact, r.is_exact);
    const ResampledT t = corrected_resampled_t_test(r.differences, 20, 70);
    EXPECT_NEAR(t.t, r.t, 1e-12);
    EXPECT_NEAR(t.p_value, r.t_p, 1e-13);
    EXPECT_NEAR(t.low, r.low, 1e-12);
    EXPECT_NEAR(t.high, r.high, 1e-12);
    EXPECT_NEAR(cohens_d(r.differences), r.d, 1e-13);
    const Summary summary = summarise(r.differences);
    EXPECT_NEAR(summary.mean, r.mean, 1e-13);
    EXPECT_NEAR(summary.deviation, r.deviation, 1e-13);
    EXPECT_NEAR(summary.median, r.median, 1e-13);
  }
}

TEST(SignedRankTest, ManyDifferencesAreTestedByTheNormalDistributionAndFiftyExactly) {
  std::vector<double> many, fifty;
  for (int i = 1; i <= 60; ++i) many.push_back(((7 * i) % 61 - 25.5) * 0.01);
  for (int i = 1; i <= 50; ++i) fifty.push_back(((7 * i) % 53 - 20.25) * 0.01);
  const SignedRank by_normal = signed_rank_test(many);
  EXPECT_FALSE(by_normal.is_exact);
  EXPECT_DOUBLE_EQ(by_normal.statistic, 637.5);
  EXPECT_NEAR(by_normal.p_value, 0.041416432905328, 1e-13);
  EXPECT_NEAR(by_normal.rank_biserial, 0.30327868852459, 1e-13);
  const SignedRank exact = signed_rank_test(fifty);
  EXPECT_TRUE(exact.is_exact);
  EXPECT_DOUBLE_EQ(exact.statistic, 399.0);
  EXPECT_NEAR(exact.p_value, 0.0206658666693986, 1e-13);
}

TEST(SignedRankTest, DifferencesThatAreEqualOnPaperAreTied) {
  // 0.3 - 0.2 and 0.2 - 0.1 differ in the last bit.
  const SignedRank tied = signed_rank_test(std::vector{0.3 - 0.2, 0.2 - 0.1, -0.5});
  EXPECT_FALSE(tied.is_exact);
  EXPECT_DOUBLE_EQ(tied.statistic, 3.0);
}

TEST(SignedRankTest, NoDifferenceIsNoEvidence) {
  const std::vector<double> zeros(6, 0.0);
  EXPECT_EQ(signed_rank_test(zeros).p_value, 1.0);
  EXPECT_EQ(signed_rank_test(zeros).n, 0u);
  EXPECT_EQ(corrected_resampled_t_test(zeros, 2, 7).p_value, 1.0);
  EXPECT_EQ(cohens_d(zeros), 0.0);
}

TEST(CorrectedT, TheSameAdvantageInEveryRepeatIsCertain) {
  const std::vector<double> same(4, 0.1);
  const ResampledT t = corrected_resampled_t_test(same, 2, 7);
  EXPECT_EQ(t.p_value, 0.0);
  EXPECT_EQ(t.t, std::numeric_limits<double>::infinity());
  EXPECT_EQ(t.low, t.high);
  EXPECT_EQ(cohens_d(same), std::numeric_limits<double>::infinity());
}

TEST(StudentT, AgreesWithScipy) {
  EXPECT_NEAR(student_t_two_sided(0.0, 3), 1.0, 1e-15);
  EXPECT_NEAR(student_t_two_sided(0.5, 1), 0.704832764699133, 1e-14);
  EXPECT_NEAR(student_t_two_sided(2.0, 9), 0.076552823770701, 1e-14);
  EXPECT_NEAR(student_t_two_sided(-3.5, 4), 0.0248961634602227, 1e-14);
  EXPECT_NEAR(student_t_two_sided(12.0, 29) / 9.06070833313718e-13, 1.0, 1e-10);
  EXPECT_NEAR(student_t_two_sided(1e-3, 2), 0.99929289339559, 1e-13);
  EXPECT_NEAR(student_t_quantile(0.05, 1), 12.7062047361747, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.05, 9), 2.26215716279821, 1e-11);
  EXPECT_NEAR(student_t_quantile(0.01, 4), 4.60409487134999, 1e-11);
  EXPECT_NEAR(student_t_quantile(0.5, 30), 0.682755693321293, 1e-11);
}

TEST(Holm, IsTheTextbookProcedure) {
  // By hand: 0.01 x 4, 0.02 x 3, 0.03 x 2 raised to 0.06, 0.04 x 1 raised to 0.06.
  const std::vector<double> adjusted = holm(std::vector{0.04, 0.01, 0.03, 0.02});
  const std::vector<double> expected = {0.06, 0.04, 0.06, 0.06};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-15);
  EXPECT_EQ(holm(std::vector{0.8, 0.7}), (std::vector{1.0, 1.0}));
  EXPECT_TRUE(holm({}).empty());
}

/// Whole numbers, so that ties and zeros are frequent.
std::vector<double> random_differences() {
  const auto n = *rc::gen::inRange<std::size_t>(2, 30);
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(*rc::gen::inRange(-9, 10));
  return values;
}

RC_GTEST_PROP(Tests, DoNotDependOnOrderSignOrUnit, ()) {
  const std::vector<double> differences = random_differences();
  std::vector<double> other = differences;
  std::ranges::reverse(other);
  for (double& d : other) d *= -4.0;
  const SignedRank rank = signed_rank_test(differences);
  const SignedRank other_rank = signed_rank_test(other);
  RC_ASSERT(rank.p_value == other_rank.p_value);
  RC_ASSERT(rank.rank_biserial == -other_rank.rank_biserial);
  RC_ASSERT(rank.p_value > 0.0 && rank.p_value <= 1.0);
  const ResampledT t = corrected_resampled_t_test(differences, 3, 7);
  const ResampledT other_t = corrected_resampled_t_test(other, 3, 7);
  RC_ASSERT(std::abs(t.p_value - other_t.p_value) < 1e-9);
  RC_ASSERT(t.p_value >= 0.0 && t.p_value <= 1.0);
  // Zero lies in the interval exactly when the test does not reject.
  if (std::abs(t.p_value - 0.05) > 1e-9) {
    RC_ASSERT((t.low <= 0.0 && t.high >= 0.0) == (t.p_value > 0.05));
  }
}

RC_GTEST_PROP(CorrectedT, IsMoreCarefulTheLargerTheTestPart, ()) {
  const std::vector<double> differences = random_differences();
  double last = -1.0;
  for (const std::size_t n_test : {0u, 1u, 5u, 50u}) {
    const double p = corrected_resampled_t_test(differences, n_test, 10).p_value;
    RC_ASSERT(p >= last);
    last = p;
  }
}

RC_GTEST_PROP(Holm, NeverLowersAndKeepsTheOrder, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(1, 12);
  std::vector<double> p;
  for (std::size_t i = 0; i < n; ++i) p.push_back(*rc::gen::inRange(0, 1001) / 1000.0);
  const std::vector<double> adjusted = holm(p);
  for (std::size_t i = 0; i < n; ++i) {
    RC_ASSERT(adjusted[i] >= p[i] && adjusted[i] <= 1.0);
    for (std::size_t j = 0; j < n; ++j) RC_ASSERT(p[i] > p[j] || adjusted[i] <= adjusted[j]);
  }
}

/// Exhaustive: all 2^n signs are equally likely when neither is better.
TEST(SignedRankTest, ExactPValuesAreSharesOfAllSigns) {
  constexpr std::size_t kN = 8;
  std::vector<double> statistics;
  for (unsigned signs = 0; signs < 1U << kN; ++signs) {
    std::vector<double> d;
    for (std::size_t i = 0; i < kN; ++i) {
      d.push_back((static_cast<double>(i) + 1.0) * ((signs >> i) % 2 ? 1.0 : -1.0));
    }
    statistics.push_back(signed_rank_test(d).statistic);
  }
  for (unsigned signs = 0; signs < 1U << kN; signs += 17) {
    std::vector<double> d;
    for (std::size_t i = 0; i < kN; ++i) {
      d.push_back((static_cast<double>(i) + 1.0) * ((signs >> i) % 2 ? 1.0 : -1.0));
    }
    const auto as_extreme =
        std::ranges::count_if(statistics, [&](double s) { return s <= statistics[signs]; });
    EXPECT_NEAR(signed_rank_test(d).p_value,
                std::min(1.0, static_cast<double>(as_extreme) / std::exp2(kN)),
                1e-15);
  }
}

TEST(Statistics, TheReachOfAMeanIsThatOfStudentsInterval) {
  const std::vector<double> values = {1.0, 2.0, 4.0, 9.0};
  // Deviation sqrt(38/3) about the mean 4; t of 3 degrees of freedom: 3.182446305284263 at 95 %.
  EXPECT_NEAR(mean_reach(values), 3.182446305284263 * std::sqrt(38.0 / 3.0 / 4.0), 1e-9);
  EXPECT_NEAR(mean_reach(values, 0.9), 2.353363434801823 * std::sqrt(38.0 / 3.0 / 4.0), 1e-9);
  EXPECT_EQ(mean_reach(std::vector{5.0}), 0.0);
  EXPECT_EQ(mean_reach(std::vector{5.0, 5.0, 5.0}), 0.0);
}

}  // namespace
}  // namespace neuronsmith
