#include "neuronsmith/network/internal/kernels.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace neuronsmith::network::internal {
namespace {

std::vector<float> ramp(std::size_t n, float first, float step) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = first + step * static_cast<float>(i);
  return values;
}

TEST(Kernels, TransposeEverySize) {
  for (std::size_t rows = 1; rows < 40; ++rows) {
    for (std::size_t columns = 1; columns < 23; ++columns) {
      const auto in = ramp(rows * columns, 0.0F, 1.0F);
      std::vector<float> out(in.size());
      transpose(in.data(), rows, columns, out.data());
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
          ASSERT_EQ(out[j + columns * i], in[i + rows * j]);
        }
      }
    }
  }
}

TEST(Kernels, PowersAndTheirGradient) {
  const auto x = ramp(37, -1.8F, 0.1F);
  std::vector<float> square(x.size());
  std::vector<float> fifth(x.size());
  const std::array<float*, 4> out = {square.data(), nullptr, nullptr, fifth.data()};
  powers(x, out);
  const auto d_square = ramp(37, 1.0F, 0.5F);
  const auto d_fifth = ramp(37, -2.0F, 0.1F);
  const std::array<const float*, 4> adjoints = {d_square.data(), nullptr, nullptr, d_fifth.data()};
  std::vector<float> dx(x.size(), 3.0F);
  powers_gradient(x, adjoints, dx);
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_FLOAT_EQ(square[i], x[i] * x[i]);
    EXPECT_NEAR(fifth[i], std::pow(x[i], 5), 1e-5);
    EXPECT_NEAR(dx[i], 3.0 + 2.0 * x[i] * d_square[i] + 5.0 * std::pow(x[i], 4) * d_fifth[i], 2e-3);
  }
}

TEST(Kernels, ProductsAndTheirGradient) {
  const auto a = ramp(21, -1.0F, 0.1F);
  const auto b = ramp(21, 2.0F, -0.3F);
  const auto c = ramp(21, 0.5F, 0.2F);
  const std::array<const float*, 3> factors = {a.data(), b.data(), c.data()};
  std::vector<float> sum(21, 1.0F);
  add_product(factors, sum);
  const auto adjoint = ramp(21, 1.0F, 1.0F);
  std::vector<float> da(21);
  std::vector<float> db(21);
  std::vector<float> dc(21);
  const std::array<float*, 3> d_factors = {da.data(), db.data(), dc.data()};
  product_gradient(factors, adjoint, d_factors);
  for (std::size_t i = 0; i < sum.size(); ++i) {
    EXPECT_NEAR(sum[i], 1.0F + a[i] * b[i] * c[i], 1e-5);
    EXPECT_NEAR(da[i], adjoint[i] * b[i] * c[i], 1e-4);
    EXPECT_NEAR(db[i], adjoint[i] * a[i] * c[i], 1e-4);
    EXPECT_NEAR(dc[i], adjoint[i] * a[i] * b[i], 1e-4);
  }
}

TEST(Kernels, GatherRowsOfEverySize) {
  constexpr std::size_t kRows = 40;
  for (const std::size_t n_columns : {1U, 3U, 4U, 9U, 54U}) {
    const auto table = ramp(kRows * n_columns, 0.0F, 1.0F);
    for (const std::size_t n : {1U, 15U, 16U, 35U, 64U}) {
      std::vector<std::uint32_t> rows(n);
      for (std::size_t i = 0; i < n; ++i) rows[i] = static_cast<std::uint32_t>(7 * i % kRows);
      std::vector<float> out(n * n_columns);
      gather_rows(table.data(), n_columns, n_columns, rows, out.data());
      for (std::size_t j = 0; j < n_columns; ++j) {
        for (std::size_t i = 0; i < n; ++i) {
          ASSERT_EQ(out[j * n + i], table[rows[i] * n_columns + j]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace neuronsmith::network::internal
