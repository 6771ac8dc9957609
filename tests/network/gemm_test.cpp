#include "neuronsmith/network/gemm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"

namespace neuronsmith::network {
namespace {

std::vector<float> random_values(std::size_t n, std::uint32_t stream) {
  Random random(7, Purpose::Test, stream);
  std::vector<float> values(n);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

void expect_product(const GemmShape& s, Gemm::Backend backend) {
  const auto a = random_values(s.lda * s.k, 0);
  const auto b = random_values(s.ldb * (s.b == Transpose::No ? s.n : s.k), 1);
  const auto before = random_values(s.ldc * s.n, 2);
  auto c = before;
  Gemm(s, backend)(a.data(), b.data(), c.data());
  for (std::size_t j = 0; j < s.n; ++j) {
    for (std::size_t i = 0; i < s.ldc; ++i) {
      const std::size_t at = i + j * s.ldc;
      if (i >= s.m) {
        ASSERT_EQ(c[at], before[at]) << "wrote beyond its rows";
        continue;
      }
      double sum = s.target == Target::Accumulate ? before[at] : 0.0;
      for (std::size_t k = 0; k < s.k; ++k) {
        const float right = s.b == Transpose::No ? b[k + j * s.ldb] : b[j + k * s.ldb];
        sum += static_cast<double>(a[i + k * s.lda]) * right;
      }
      ASSERT_NEAR(c[at], sum, 1e-4) << s.m << "x" << s.n << "x" << s.k;
    }
  }
}

TEST(Gemm, MatchesTheDefinitionInEveryShapeAndBackend) {
  Random random(1, Purpose::Test);
  for (int i = 0; i < 200; ++i) {
    GemmShape shape{1 + random.below(70), 1 + random.below(40), 1 + random.below(70)};
    shape.b = random.chance(0.5) ? Transpose::Yes : Transpose::No;
    shape.target = random.chance(0.5) ? Target::Accumulate : Target::Overwrite;
    shape.lda = shape.m + random.below(3);
    shape.ldb = (shape.b == Transpose::No ? shape.k : shape.n) + random.below(3);
    shape.ldc = shape.m + random.below(3);
    expect_product(shape, Gemm::Backend::Best);
    expect_product(shape, Gemm::Backend::Eigen);
  }
}

TEST(Gemm, ARowTimesColumnsMatchesTheDefinition) {
  for (const std::size_t n : {1U, 7U, 8U, 33U}) {
    for (const std::size_t k : {1U, 3U, 16U, 37U, 128U}) {
      for (const std::size_t more : {0U, 2U}) {
        expect_product({1, n, k, 1, k + more, 1}, Gemm::Backend::Best);
      }
    }
  }
}

TEST(Gemm, OverwritesNanInItsTarget) {
  const GemmShape shape{2, 2, 2, 2, 2, 2, Transpose::No, Target::Overwrite};
  for (const auto backend : {Gemm::Backend::Best, Gemm::Backend::Eigen}) {
    const std::vector<float> ones(4, 1.0F);
    std::vector<float> c(4, NAN);
    Gemm(shape, backend)(ones.data(), ones.data(), c.data());
    EXPECT_EQ(c, std::vector<float>(4, 2.0F));
  }
}

TEST(Gemm, RejectsALeadingDimensionThatIsTooShort) {
  EXPECT_THROW(Gemm({4, 4, 4, 3, 4, 4, Transpose::No, Target::Overwrite}), InternalError);
}

}  // namespace
}  // namespace neuronsmith::network
