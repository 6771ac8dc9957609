#include "neuronsmith/data/feature_matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace neuronsmith {
namespace {

bool is_aligned(const float* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) % kAlignment == 0;
}

TEST(FeatureMatrix, ColumnsAreAlignedAndZero) {
  for (const std::size_t n_rows : {1u, 15u, 16u, 17u, 100'000u}) {
    const FeatureMatrix features(n_rows, 3);
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_TRUE(is_aligned(features.column(j).data()));
      EXPECT_EQ(features.column(j).size(), n_rows);
      EXPECT_TRUE(std::ranges::all_of(features.column(j), [](float x) { return x == 0.0F; }));
    }
  }
}

TEST(FeatureMatrix, CopiesAreEqualAndApart) {
  FeatureMatrix features(5, 2);
  features.column(1)[4] = 3.0F;
  const FeatureMatrix copy = features;
  features.column(1)[4] = 7.0F;
  EXPECT_EQ(copy.column(1)[4], 3.0F);
  EXPECT_TRUE(is_aligned(copy.column(0).data()));
  const FeatureMatrix moved = std::move(features);
  EXPECT_EQ(moved.column(1)[4], 7.0F);
}

TEST(FeatureMatrix, ViewsBorrow) {
  FeatureMatrix features(5, 2);
  features.column(1)[3] = 2.0F;
  const FeatureView rows = features.view().rows(2, 3);
  EXPECT_EQ(rows.n_rows, 3u);
  EXPECT_EQ(rows.column(1)[1], 2.0F);
  EXPECT_EQ(FeatureMatrix().view().n_rows, 0u);
}

}  // namespace
}  // namespace neuronsmith
