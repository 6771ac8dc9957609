#include "neuronsmith/search/tensor/internal/kernels.hpp"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neuronsmith/search/tensor/internal/kernels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace neuronsmith::search::tensor::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using RowTag = hn::CappedTag<float, kRowLanes>;

// x^Order by Order - 1 multiplications or fewer.
template <int Order, typename V>
HWY_INLINE V power(V x) {
  if constexpr (Order == 1) {
    return x;
  } else if constexpr (Order % 2 == 0) {
    const V half = power<Order / 2>(x);
    return hn::Mul(half, half);
  } else {
    return hn::Mul(power<Order - 1>(x), x);
  }
}

template <int Order>
void power_sums_of(const RowsView& rows,
                   const float* HWY_RESTRICT scales,
                   const float* HWY_RESTRICT weights,
                   float* HWY_RESTRICT sums) {
  const RowTag d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < rows.n_rows; ++i) {
    const float* const row = rows.values + i * rows.stride;
    auto sum = hn::Zero(d);
    for (std::size_t j = 0; j < rows.stride; j += lanes) {
      const auto weight = hn::Mul(hn::LoadU(d, weights + j), hn::LoadU(d, scales + j));
      sum = hn::MulAdd(power<Order>(hn::LoadU(d, row + j)), weight, sum);
    }
    sums[i] = hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

template <int Order>
void power_sums_gradient_of(const RowsView& rows,
                            const float* HWY_RESTRICT scales,
                            const float* HWY_RESTRICT d_sums,
                            float* HWY_RESTRICT d_weights) {
  const RowTag d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t j = 0; j < rows.stride; j += lanes) {
    auto sum = hn::Zero(d);
    for (std::size_t i = 0; i < rows.n_rows; ++i) {
      const auto x = hn::LoadU(d, rows.values + i * rows.stride + j);
      sum = hn::MulAdd(power<Order>(x), hn::Set(d, d_sums[i]), sum);
    }
    hn::StoreU(hn::Mul(sum, hn::LoadU(d, scales + j)), d, d_weights + j);
  }
}

// Calls body(d, r) for whole vectors of up to 8 ranks, then rank by rank for the rest.
template <typename Body>
HWY_INLINE void for_each_rank(std::size_t rank, const Body& body) {
  const hn::CappedTag<float, 8> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t r = 0;
  for (; r + lanes <= rank; r += lanes) body(d, r);
  const hn::CappedTag<float, 1> single;
  for (; r < rank; ++r) body(single, r);
}

template <int Order>
void product_sums_of(const ProductShape& shape,
                     const float* HWY_RESTRICT columns,
                     float* HWY_RESTRICT sums) {
  const std::size_t width = shape.n_outputs * shape.rank;
  for (std::size_t i = 0; i < shape.n_rows; ++i) {
    for (std::size_t c = 0; c < shape.n_outputs; ++c) {
      const float* const first = columns + i * shape.stride + c * shape.rank;
      float sum = 0.0F;
      for_each_rank(shape.rank, [&](auto d, std::size_t r) HWY_ATTR {
        auto product = hn::LoadU(d, first + r);
        for (std::size_t m = 1; m < Order; ++m) {
          product = hn::Mul(product, hn::LoadU(d, first + m * width + r));
        }
        sum += hn::GetLane(hn::SumOfLanes(d, product));
      });
      sums[c * shape.n_rows + i] = sum;
    }
  }
}

template <int Order>
void product_sums_gradient_of(const ProductShape& shape,
                              const float* HWY_RESTRICT columns,
                              const float* HWY_RESTRICT d_sums,
                              float* HWY_RESTRICT d_columns) {
  const std::size_t width = shape.n_outputs * shape.rank;
  for (std::size_t i = 0; i < shape.n_rows; ++i) {
    for (std::size_t c = 0; c < shape.n_outputs; ++c) {
      const std::size_t first = i * shape.stride + c * shape.rank;
      const float d_sum = d_sums[c * shape.n_rows + i];
      for_each_rank(shape.rank, [&](auto d, std::size_t r) HWY_ATTR {
        for (std::size_t m = 0; m < Order; ++m) {
          auto product = hn::Set(d, d_sum);
          for (std::size_t other = 0; other < Order; ++other) {
            if (other == m) continue;
            product = hn::Mul(product, hn::LoadU(d, columns + first + other * width + r));
          }
          hn::StoreU(product, d, d_columns + first + m * width + r);
        }
      });
    }
  }
}

double squared_norm_kernel(const float* values, std::size_t n) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  auto sum = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto value = hn::LoadU(d, values + i);
    sum = hn::MulAdd(value, value, sum);
  }
  auto total = static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
  for (; i < n; ++i) total += static_cast<double>(values[i]) * values[i];
  return total;
}

// The kernels by order, from 1.
using PowerSums = void (*)(const RowsView&, const float*, const float*, float*);
using Products = void (*)(const ProductShape&, const float*, float*);
using ProductsGradient = void (*)(const ProductShape&, const float*, const float*, float*);

void power_sums_kernel(
    const RowsView& rows, int order, const float* scales, const float* weights, float* sums) {
  static constexpr PowerSums kKernels[kMaxOrder] = {power_sums_of<1>,
                                                    power_sums_of<2>,
                                                    power_sums_of<3>,
                                                    power_sums_of<4>,
                                                    power_sums_of<5>,
                                                    power_sums_of<6>,
                                                    power_sums_of<7>,
                                                    power_sums_of<8>};
  kKernels[order - 1](rows, scales, weights, sums);
}

void power_sums_gradient_kernel(
    const RowsView& rows, int order, const float* scales, const float* d_sums, float* d_weights) {
  static constexpr PowerSums kKernels[kMaxOrder] = {power_sums_gradient_of<1>,
                                                    power_sums_gradient_of<2>,
                                                    power_sums_gradient_of<3>,
                                                    power_sums_gradient_of<4>,
                                                    power_sums_gradient_of<5>,
                                                    power_sums_gradient_of<6>,
                                                    power_sums_gradient_of<7>,
                                                    power_sums_gradient_of<8>};
  kKernels[order - 1](rows, scales, d_sums, d_weights);
}

void product_sums_kernel(const ProductShape& shape, const float* columns, float* sums) {
  static constexpr Products kKernels[kMaxOrder] = {product_sums_of<1>,
                                                   product_sums_of<2>,
                                                   product_sums_of<3>,
                                                   product_sums_of<4>,
                                                   product_sums_of<5>,
                                                   product_sums_of<6>,
                                                   product_sums_of<7>,
                                                   product_sums_of<8>};
  kKernels[shape.order - 1](shape, columns, sums);
}

void product_sums_gradient_kernel(const ProductShape& shape,
                                  const float* columns,
                                  const float* d_sums,
                                  float* d_columns) {
  static constexpr ProductsGradient kKernels[kMaxOrder] = {product_sums_gradient_of<1>,
                                                           product_sums_gradient_of<2>,
                                                           product_sums_gradient_of<3>,
                                                           product_sums_gradient_of<4>,
                                                           product_sums_gradient_of<5>,
                                                           product_sums_gradient_of<6>,
                                                           product_sums_gradient_of<7>,
                                                           product_sums_gradient_of<8>};
  kKernels[shape.order - 1](shape, columns, d_sums, d_columns);
}

}  // namespace neuronsmith::search::tensor::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace neuronsmith::search::tensor::internal {

HWY_EXPORT(power_sums_kernel);
HWY_EXPORT(power_sums_gradient_kernel);
HWY_EXPORT(product_sums_kernel);
HWY_EXPORT(product_sums_gradient_kernel);
HWY_EXPORT(squared_norm_kernel);

void power_sums(const RowsView& rows,
                int order,
                const float* scales,
                const float* weights,
                float* sums) noexcept {
  HWY_DYNAMIC_DISPATCH(power_sums_kernel)(rows, order, scales, weights, sums);
}

void power_sums_gradient(const RowsView& rows,
                         int order,
                         const float* scales,
                         const float* d_sums,
                         float* d_weights) noexcept {
  HWY_DYNAMIC_DISPATCH(power_sums_gradient_kernel)(rows, order, scales, d_sums, d_weights);
}

void product_sums(const ProductShape& shape, const float* columns, float* sums) noexcept {
  HWY_DYNAMIC_DISPATCH(product_sums_kernel)(shape, columns, sums);
}

void product_sums_gradient(const ProductShape& shape,
                           const float* columns,
                           const float* d_sums,
                           float* d_columns) noexcept {
  HWY_DYNAMIC_DISPATCH(product_sums_gradient_kernel)(shape, columns, d_sums, d_columns);
}

void limit_norm(std::span<float> values, float limit) noexcept {
  const double norm =
      std::sqrt(HWY_DYNAMIC_DISPATCH(squared_norm_kernel)(values.data(), values.size()));
  if (!(norm > static_cast<double>(limit))) return;
  const auto factor = static_cast<float>(static_cast<double>(limit) / norm);
  for (float& value : values) value *= factor;
}

}  // namespace neuronsmith::search::tensor::internal
#endif
