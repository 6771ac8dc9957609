#include "neuronsmith/data/synthetic/laws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "neuronsmith/core/error.hpp"
#include "tests/data/files.hpp"

namespace neuronsmith {
namespace {

using testing::message_of;

/// The published laws, each written out on its own; S(k) is the sum of k-th powers.
double published(int number, const std::function<double(int)>& S) {
  switch (number) {
    case 1:
      return 6 * S(2);
    case 2:
      return 3 * S(4);
    case 3:
      return 4 * S(2) + 5 * S(1);
    case 4:
      return 2 * S(4) + 6 * S(1);
    case 5:
      return 2 * S(4) + 3 * S(2) + 6 * S(1);
    case 6:
      return 3 * S(4) + 4 * S(3) + 2 * S(2) + 3 * S(1);
    case 7:
      return 4 * S(4) + 2 * S(2);
    case 8:
      return 2 * S(4) + 3 * S(3);
    case 9:
      return 2 * S(3) + 3 * S(1);
    case 10:
      return 3 * S(5) + 4 * S(4) + 5 * S(1);
    default:
      return NAN;
  }
}

class Law : public ::testing::TestWithParam<int> {};

TEST_P(Law, TargetIsTheLawAtTheInputsOfTheTable) {
  const Table table = synthesize({.law = GetParam(), .rows = 50});
  ASSERT_EQ(table.columns.size(), 11u);
  for (std::size_t row = 0; row < table.n_rows; ++row) {
    const auto power_sum = [&](int k) {
      double sum = 0.0;
      for (std::size_t j = 0; j < 10; ++j) {
        const auto x = static_cast<double>(table.columns[j].numbers[row]);
        double power = x;
        for (int i = 1; i < k; ++i) power *= x;
        sum += power;
      }
      return sum;
    };
    EXPECT_EQ(table.columns[10].numbers[row], static_cast<float>(published(GetParam(), power_sum)));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Law, ::testing::Range(1, kLawCount + 1));

TEST(Laws, PrintThemselves) {
  EXPECT_EQ(law_text(5), "2*S4 + 3*S2 + 6*S1");
  EXPECT_EQ(law_text(1), "6*S2");
  EXPECT_EQ(law(10).size(), 3u);
}

TEST(Synthesize, NamesColumnsAndKeepsTheRange) {
  const Table table = synthesize({.range = 2.0, .rows = 500, .features = 2});
  EXPECT_EQ(table.n_rows, 500u);
  EXPECT_EQ(table.columns[0].name, "x0");
  EXPECT_EQ(table.columns[1].name, "x1");
  EXPECT_EQ(table.columns[2].name, "y");
  float largest = 0.0F;
  for (const float x : table.columns[0].numbers) largest = std::max(largest, std::abs(x));
  EXPECT_LE(largest, 2.0F);
  EXPECT_GT(largest, 1.9F);
}

TEST(Synthesize, DependsOnTheSeedAlone) {
  EXPECT_EQ(synthesize({.seed = 4}).hash(), synthesize({.seed = 4}).hash());
  EXPECT_NE(synthesize({.seed = 4}).hash(), synthesize({.seed = 5}).hash());
}

TEST(Synthesize, NoiseChangesOnlyTheTargetByItsShare) {
  const Table clean = synthesize({.law = 3, .rows = 20'000});
  const Table noisy = synthesize({.law = 3, .noise = 0.1, .rows = 20'000});
  EXPECT_EQ(clean.columns[0].numbers, noisy.columns[0].numbers);
  double signal = 0.0;
  double noise = 0.0;
  for (std::size_t i = 0; i < clean.n_rows; ++i) {
    const auto y = static_cast<double>(clean.columns[10].numbers[i]);
    const double difference = static_cast<double>(noisy.columns[10].numbers[i]) - y;
    signal += y * y;
    noise += difference * difference;
  }
  EXPECT_NEAR(std::sqrt(noise / signal), 0.1, 0.003);
}

TEST(Synthesize, NamesTheOption) {
  EXPECT_EQ(message_of<ConfigError>([] { (void)synthesize({.law = 11}); }),
            "--law: 1 to 10 are known, not 11");
  EXPECT_EQ(message_of<ConfigError>([] { (void)synthesize({.noise = -1.0}); }),
            "--noise: a number of at least 0 is wanted, not -1");
  EXPECT_EQ(message_of<ConfigError>([] { (void)synthesize({.range = 0.0}); }),
            "--range: a number above 0 is wanted, not 0");
  EXPECT_THROW((void)synthesize({.range = NAN}), ConfigError);
  EXPECT_THROW((void)synthesize({.rows = 0}), ConfigError);
  EXPECT_THROW((void)synthesize({.features = 0}), ConfigError);
  EXPECT_EQ(message_of<ConfigError>([] { (void)synthesize({.law = 10, .range = 1e9}); }),
            "--range, --noise: the law's values leave float32; make them smaller");
  EXPECT_THROW((void)law(0), ConfigError);
}

}  // namespace
}  // namespace neuronsmith
