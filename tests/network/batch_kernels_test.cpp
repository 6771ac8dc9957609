#include "neuronsmith/network/internal/batch_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "neuronsmith/core/random.hpp"
#include "tests/formula/oracle.hpp"

namespace neuronsmith::network::internal {
namespace {

using formula::testing::for_each_target;

std::vector<float> normal_values(std::size_t n, float mean, std::uint64_t seed) {
  Random random(seed, Purpose::Test);
  std::vector<float> values(n);
  for (float& value : values) value = mean + static_cast<float>(random.normal());
  return values;
}

TEST(BatchKernels, MomentsStandALargeMean) {
  for_each_target([](const char* target) {
    SCOPED_TRACE(target);
    std::vector<float> x(1000);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1e4F + static_cast<float>(i);
    const auto [mean, variance] = moments(x);
    EXPECT_NEAR(mean, 1e4 + 499.5, 1e-6);
    EXPECT_NEAR(variance, (1000.0 * 1000.0 - 1.0) / 12.0, 1e-3);
  });
}

TEST(BatchKernels, MomentsOfEverySize) {
  for_each_target([](const char* target) {
    SCOPED_TRACE(target);
    for (std::size_t n = 1; n < 70; ++n) {
      const auto x = normal_values(n, 3.0F, n);
      double sum = 0.0;
      double squares = 0.0;
      for (const float value : x) sum += value;
      const double expected = sum / static_cast<double>(n);
      for (const float value : x) squares += (value - expected) * (value - expected);
      const auto [mean, variance] = moments(x);
      EXPECT_NEAR(mean, expected, 1e-12);
      EXPECT_NEAR(variance, squares / static_cast<double>(n), 1e-12);
    }
  });
}

TEST(BatchKernels, NormalisationOfEverySize) {
  for_each_target([](const char* target) {
    SCOPED_TRACE(target);
    for (std::size_t n = 1; n < 70; ++n) {
      const auto z = normal_values(n, 2.0F, n);
      auto du = normal_values(n, 0.0F, n + 100);
      double adjoint = 0.0;
      double centred = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        adjoint += du[i];
        centred += du[i] * (z[i] - 1.5);
      }
      const NormalisationSums sums = normalisation_sums(z, 1.5, du);
      EXPECT_NEAR(sums.adjoint, adjoint, 1e-10);
      EXPECT_NEAR(sums.centred, centred, 1e-10);
      const auto before = du;
      normalisation_gradient(z, 1.5F, 2.0F, 0.5F, 0.25F, du);
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_NEAR(du[i], 2.0 * before[i] - 0.5 - 0.25 * (z[i] - 1.5), 1e-5);
      }
    }
  });
}

// Of the same numbers as a stream drawn one by one, for any length.
TEST(BatchKernels, DropoutDrawsTheNumbersOfItsStream) {
  for_each_target([](const char* target) {
    SCOPED_TRACE(target);
    constexpr std::uint64_t kSeed = 0x123456789ABCDEFULL;
    for (std::size_t n = 1; n < 300; n += 7) {
      const DropoutDraw draw{.seed = kSeed,
                             .stream = {static_cast<std::uint32_t>(Purpose::Dropout), 11, 2},
                             .threshold = 0x4CCCCCCCU,
                             .kept = 1.5F};
      std::vector<float> mask(n + 1, -1.0F);
      std::vector<float> values(n, 2.0F);
      drop_out(draw, std::span(mask).first(n), values);
      Random random(kSeed, Purpose::Dropout, 11, 2);
      for (std::size_t i = 0; i < n; ++i) {
        const float expected = random() < draw.threshold ? 0.0F : 1.5F;
        ASSERT_EQ(mask[i], expected) << i << " of " << n;
        ASSERT_EQ(values[i], 2.0F * expected);
      }
      EXPECT_EQ(mask[n], -1.0F) << "wrote past the end";
    }
  });
}

}  // namespace
}  // namespace neuronsmith::network::internal
