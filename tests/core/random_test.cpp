#include "neuronsmith/core/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace neuronsmith {
namespace {

// Known answers of Philox4x32-10 published with the Random123 library: counter and key zero.
TEST(Random, FollowsPhiloxKnownAnswer) {
  Random random(0, static_cast<Purpose>(0), 0, 0);
  const std::array<std::uint32_t, 4> expected = {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u};
  for (const std::uint32_t word : expected) EXPECT_EQ(random(), word);
}

TEST(Random, StreamsOfDifferentPurposeOrIndexDiffer) {
  Random a(1, Purpose::Split, 0, 0);
  Random b(1, Purpose::Shuffle, 0, 0);
  Random c(1, Purpose::Split, 1, 0);
  Random d(2, Purpose::Split, 0, 0);
  const std::uint32_t first = a();
  EXPECT_NE(first, b());
  EXPECT_NE(first, c());
  EXPECT_NE(first, d());
}

TEST(Random, UniformHasTheMomentsOfTheUniformLaw) {
  Random random(7, Purpose::Test);
  constexpr int kDraws = 200'000;
  double sum = 0.0;
  double square = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    square += u * u;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.004);
  EXPECT_NEAR(square / kDraws, 1.0 / 3.0, 0.004);
}

TEST(Random, NormalHasTheMomentsOfTheNormalLaw) {
  Random random(8, Purpose::Test);
  constexpr int kDraws = 200'000;
  std::array<double, 4> moments{};
  for (int i = 0; i < kDraws; ++i) {
    const double z = random.normal();
    for (std::size_t k = 0; k < moments.size(); ++k) moments[k] += std::pow(z, double(k + 1));
  }
  for (double& moment : moments) moment /= kDraws;
  EXPECT_NEAR(moments[0], 0.0, 0.01);
  EXPECT_NEAR(moments[1], 1.0, 0.02);
  EXPECT_NEAR(moments[2], 0.0, 0.05);
  EXPECT_NEAR(moments[3], 3.0, 0.12);
}

TEST(Random, BelowIsUniformOverAllValues) {
  Random random(9, Purpose::Test);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) ++counts[random.below(counts.size())];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Random, ShuffleIsAPermutationThatDependsOnTheSeed) {
  std::vector<int> values(100);
  std::iota(values.begin(), values.end(), 0);
  std::vector<int> other = values;
  Random(1, Purpose::Test).shuffle(std::span(values));
  Random(2, Purpose::Test).shuffle(std::span(other));
  EXPECT_NE(values, other);
  std::ranges::sort(values);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace neuronsmith
