#include "neuronsmith/network/internal/kernels.hpp"

#include <hwy/cache_control.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neuronsmith/network/internal/kernels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace neuronsmith::network::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Calls body(d, i) for every whole vector of n values, then value by value for the rest.
template <typename Body>
HWY_INLINE void for_each_vector(std::size_t n, const Body& body) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) body(d, i);
  const hn::CappedTag<float, 1> single;
  for (; i < n; ++i) body(single, i);
}

// Transposes the [4 x 4] block whose columns are at `in` to `out`, whose columns lie `stride` apart.
HWY_INLINE void transpose_block(const float* HWY_RESTRICT const* in,
                                std::size_t stride,
                                float* HWY_RESTRICT out) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t j = 0; j < 4; ++j) {
    for (std::size_t i = 0; i < 4; ++i) out[j + stride * i] = in[j][i];
  }
#else
  const hn::FixedTag<float, 4> d;
  const hn::RepartitionToWide<decltype(d)> pairs;
  const auto a = hn::LoadU(d, in[0]);
  const auto b = hn::LoadU(d, in[1]);
  const auto c = hn::LoadU(d, in[2]);
  const auto e = hn::LoadU(d, in[3]);
  const auto ab_low = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
  const auto ab_high = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
  const auto ce_low = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
  const auto ce_high = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_low, ce_low)), d, out);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_low, ce_low)), d, out + stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_high, ce_high)), d, out + 2 * stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_high, ce_high)), d, out + 3 * stride);
#endif
}

// A cache line of each column at a time: with many rows all columns may fall into the same few
// lines of the cache.
constexpr std::size_t kLine = 16;

void transpose_kernel(const float* HWY_RESTRICT in,
                      std::size_t rows,
                      std::size_t columns,
                      float* HWY_RESTRICT out) {
  const std::size_t whole_rows = rows - rows % 4;
  const std::size_t whole_columns = columns - columns % 4;
  for (std::size_t first = 0; first < whole_rows; first += kLine) {
    const std::size_t last = first + kLine < whole_rows ? first + kLine : whole_rows;
    for (std::size_t j = 0; j < whole_columns; j += 4) {
      for (std::size_t i = first; i < last; i += 4) {
        const float* const block = in + i + rows * j;
        const float* const at[] = {block, block + rows, block + 2 * rows, block + 3 * rows};
        transpose_block(at, columns, out + j + columns * i);
      }
    }
  }
  for (std::size_t j = 0; j < columns; ++j) {
    const std::size_t first = j < whole_columns ? whole_rows : 0;
    for (std::size_t i = first; i < rows; ++i) out[j + columns * i] = in[i + rows * j];
  }
}

void gather_rows_kernel(const float* HWY_RESTRICT table,
                        std::size_t stride,
                        std::size_t n_columns,
                        const std::uint32_t* rows,
                        std::size_t n,
                        float* HWY_RESTRICT out) {
  const std::size_t whole_columns = n_columns - n_columns % 4;
  std::size_t first = 0;
  for (; first + kLine <= n; first += kLine) {
    const float* at[kLine];
    for (std::size_t i = 0; i < kLine; ++i) at[i] = table + rows[first + i] * stride;
    for (std::size_t i = first + kLine; i < first + 2 * kLine && i < n; ++i) {
      const float* const ahead = table + rows[i] * stride;
      for (std::size_t j = 0; j < n_columns; j += kLine) hwy::Prefetch(ahead + j);
    }
    for (std::size_t j = 0; j < whole_columns; j += 4) {
      for (std::size_t i = 0; i < kLine; i += 4) {
        const float* const block[] = {at[i] + j, at[i + 1] + j, at[i + 2] + j, at[i + 3] + j};
        transpose_block(block, n, out + j * n + first + i);
      }
    }
    for (std::size_t j = whole_columns; j < n_columns; ++j) {
      for (std::size_t i = 0; i < kLine; ++i) out[j * n + first + i] = at[i][j];
    }
  }
  for (; first < n; ++first) {
    for (std::size_t j = 0; j < n_columns; ++j) out[j * n + first] = table[rows[first] * stride + j];
  }
}

// The sum over the row of row[k] * column[k + j * stride] for `count` columns side by side, as one
// sum would wait for itself at every addition.
template <std::size_t count>
HWY_INLINE void multiply_columns(const float* HWY_RESTRICT row,
                                 std::size_t n,
                                 const float* HWY_RESTRICT columns,
                                 std::size_t stride,
                                 float* HWY_RESTRICT products) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<hn::ScalableTag<float>> sums[count];
  for (auto& sum : sums) sum = hn::Zero(d);
  std::size_t k = 0;
  for (; k + lanes <= n; k += lanes) {
    const auto left = hn::LoadU(d, row + k);
    for (std::size_t j = 0; j < count; ++j) {
      sums[j] = hn::MulAdd(left, hn::LoadU(d, columns + k + j * stride), sums[j]);
    }
  }
  for (std::size_t j = 0; j < count; ++j) {
    products[j] = hn::GetLane(hn::SumOfLanes(d, sums[j]));
    for (std::size_t rest = k; rest < n; ++rest) {
      products[j] += row[rest] * columns[rest + j * stride];
    }
  }
}

void row_times_columns_kernel(const float* HWY_RESTRICT row,
                              std::size_t n,
                              const float* HWY_RESTRICT columns,
                              std::size_t stride,
                              float* HWY_RESTRICT products,
                              std::size_t n_products) {
  constexpr std::size_t kTogether = 8;
  std::size_t j = 0;
  for (; j + kTogether <= n_products; j += kTogether) {
    multiply_columns<kTogether>(row, n, columns + j * stride, stride, products + j);
  }
  for (; j < n_products; ++j) {
    multiply_columns<1>(row, n, columns + j * stride, stride, products + j);
  }
}

void powers_kernel(const float* HWY_RESTRICT x,
                   std::size_t n,
                   float* const* out,
                   std::size_t n_powers) {
  for_each_vector(n, [&](auto d, std::size_t i) HWY_ATTR {
    const auto base = hn::LoadU(d, x + i);
    auto power = base;
    for (std::size_t k = 0; k < n_powers; ++k) {
      power = hn::Mul(power, base);
      if (out[k] != nullptr) hn::StoreU(power, d, out[k] + i);
    }
  });
}

void powers_gradient_kernel(const float* HWY_RESTRICT x,
                            std::size_t n,
                            const float* const* d_powers,
                            std::size_t n_powers,
                            float* HWY_RESTRICT dx) {
  for_each_vector(n, [&](auto d, std::size_t i) HWY_ATTR {
    // Horner: the adjoint of x^k is the coefficient, divided by k, of x^(k-1).
    const auto base = hn::LoadU(d, x + i);
    auto sum = hn::Zero(d);
    for (std::size_t k = n_powers; k > 0; --k) {
      if (d_powers[k - 1] != nullptr) {
        const auto exponent = hn::Set(d, static_cast<float>(k + 1));
        sum = hn::MulAdd(exponent, hn::LoadU(d, d_powers[k - 1] + i), sum);
      }
      sum = hn::Mul(sum, base);
    }
    hn::StoreU(hn::Add(hn::LoadU(d, dx + i), sum), d, dx + i);
  });
}

void add_product_kernel(const float* const* factors,
                        std::size_t n_factors,
                        std::size_t n,
                        float* HWY_RESTRICT sum) {
  for_each_vector(n, [&](auto d, std::size_t i) HWY_ATTR {
    auto product = hn::LoadU(d, factors[0] + i);
    for (std::size_t m = 1; m < n_factors; ++m) {
      product = hn::Mul(product, hn::LoadU(d, factors[m] + i));
    }
    hn::StoreU(hn::Add(hn::LoadU(d, sum + i), product), d, sum + i);
  });
}

void product_gradient_kernel(const float* const* factors,
                             std::size_t n_factors,
                             std::size_t n,
                             const float* HWY_RESTRICT d_sum,
                             float* const* d_factors) {
  for_each_vector(n, [&](auto d, std::size_t i) HWY_ATTR {
    const auto adjoint = hn::LoadU(d, d_sum + i);
    for (std::size_t m = 0; m < n_factors; ++m) {
      auto product = adjoint;
      for (std::size_t other = 0; other < n_factors; ++other) {
        if (other != m) product = hn::Mul(product, hn::LoadU(d, factors[other] + i));
      }
      hn::StoreU(product, d, d_factors[m] + i);
    }
  });
}

void multiply_kernel(const float* HWY_RESTRICT factors, std::size_t n, float* HWY_RESTRICT values) {
  for_each_vector(n, [&](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, values + i), hn::LoadU(d, factors + i)), d, values + i);
  });
}

void scale_and_shift_kernel(
    const float* HWY_RESTRICT x, std::size_t n, float scale, float shift, float* HWY_RESTRICT y) {
  for_each_vector(n, [&](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(
        hn::MulAdd(hn::Set(d, scale), hn::LoadU(d, x + i), hn::Set(d, shift)), d, y + i);
  });
}

void adam_kernel(const AdamStep& step,
                 const float* HWY_RESTRICT scales,
                 const float* HWY_RESTRICT gradient,
                 std::size_t n,
                 float* HWY_RESTRICT mean,
                 float* HWY_RESTRICT square,
                 float* HWY_RESTRICT parameters) {
  for_each_vector(n, [&](auto d, std::size_t i) HWY_ATTR {
    const auto p = hn::LoadU(d, parameters + i);
    const auto scale = hn::LoadU(d, scales + i);
    const auto clipped = hn::Mul(hn::Set(d, step.gradient_scale), hn::LoadU(d, gradient + i));
    const auto g = hn::Mul(scale, hn::MulAdd(hn::Set(d, step.decay_gradient), p, clipped));
    const auto old_m = hn::LoadU(d, mean + i);
    const auto m = hn::MulAdd(hn::Set(d, step.gradient_share), hn::Sub(g, old_m), old_m);
    const auto v = hn::MulAdd(hn::Mul(hn::Set(d, step.square_share), g),
                              g,
                              hn::Mul(hn::Set(d, step.keep_square), hn::LoadU(d, square + i)));
    const auto denominator = hn::MulAdd(
        hn::Sqrt(v), hn::Set(d, step.inverse_root_correction), hn::Set(d, step.epsilon));
    const auto rate = hn::Mul(hn::Set(d, step.step_size), scale);
    const auto change = hn::Div(hn::Mul(rate, m), denominator);
    hn::StoreU(m, d, mean + i);
    hn::StoreU(v, d, square + i);
    hn::StoreU(hn::MulSub(hn::Set(d, step.keep), p, change), d, parameters + i);
  });
}

void rmsprop_kernel(const RmsPropStep& step,
                    const float* HWY_RESTRICT scales,
                    const float* HWY_RESTRICT gradient,
                    std::size_t n,
                    float* HWY_RESTRICT square,
                    float* HWY_RESTRICT parameters) {
  for_each_vector(n, [&](auto d, std::size_t i) HWY_ATTR {
    const auto p = hn::LoadU(d, parameters + i);
    const auto clipped = hn::Mul(hn::Set(d, step.gradient_scale), hn::LoadU(d, gradient + i));
    const auto scale = hn::LoadU(d, scales + i);
    const auto g = hn::Mul(scale, hn::MulAdd(hn::Set(d, step.weight_decay), p, clipped));
    const auto v = hn::MulAdd(hn::Mul(hn::Set(d, step.square_share), g),
                              g,
                              hn::Mul(hn::Set(d, step.keep_square), hn::LoadU(d, square + i)));
    const auto denominator = hn::Add(hn::Sqrt(v), hn::Set(d, step.epsilon));
    const auto rate = hn::Mul(hn::Set(d, step.learning_rate), scale);
    const auto change = hn::Div(hn::Mul(rate, g), denominator);
    hn::StoreU(v, d, square + i);
    hn::StoreU(hn::Sub(p, change), d, parameters + i);
  });
}

void sgd_kernel(const SgdStep& step,
                const float* HWY_RESTRICT scales,
                const float* HWY_RESTRICT gradient,
                std::size_t n,
                float* HWY_RESTRICT velocity,
                float* HWY_RESTRICT parameters) {
  for_each_vector(n, [&](auto d, std::size_t i) HWY_ATTR {
    const auto p = hn::LoadU(d, parameters + i);
    const auto clipped = hn::Mul(hn::Set(d, step.gradient_scale), hn::LoadU(d, gradient + i));
    const auto scale = hn::LoadU(d, scales + i);
    const auto g = hn::Mul(scale, hn::MulAdd(hn::Set(d, step.weight_decay), p, clipped));
    const auto v = hn::MulAdd(hn::Set(d, step.momentum), hn::LoadU(d, velocity + i), g);
    hn::StoreU(v, d, velocity + i);
    const auto rate = hn::Mul(hn::Set(d, step.learning_rate), scale);
    hn::StoreU(hn::NegMulAdd(rate, v, p), d, parameters + i);
  });
}

}  // namespace neuronsmith::network::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace neuronsmith::network::internal {

HWY_EXPORT(transpose_kernel);
HWY_EXPORT(gather_rows_kernel);
HWY_EXPORT(row_times_columns_kernel);
HWY_EXPORT(powers_kernel);
HWY_EXPORT(powers_gradient_kernel);
HWY_EXPORT(add_product_kernel);
HWY_EXPORT(product_gradient_kernel);
HWY_EXPORT(multiply_kernel);
HWY_EXPORT(scale_and_shift_kernel);
HWY_EXPORT(adam_kernel);
HWY_EXPORT(rmsprop_kernel);
HWY_EXPORT(sgd_kernel);

void transpose(const float* in, std::size_t rows, std::size_t columns, float* out) noexcept {
  HWY_DYNAMIC_DISPATCH(transpose_kernel)(in, rows, columns, out);
}

void row_times_columns(std::span<const float> row,
                       const float* columns,
                       std::size_t stride,
                       std::span<float> products) noexcept {
  HWY_DYNAMIC_DISPATCH(row_times_columns_kernel)
  (row.data(), row.size(), columns, stride, products.data(), products.size());
}

void gather_rows(const float* table,
                 std::size_t stride,
                 std::size_t n_columns,
                 std::span<const std::uint32_t> rows,
                 float* out) noexcept {
  HWY_DYNAMIC_DISPATCH(gather_rows_kernel)
  (table, stride, n_columns, rows.data(), rows.size(), out);
}

void powers(std::span<const float> x, std::span<float* const> powers) noexcept {
  HWY_DYNAMIC_DISPATCH(powers_kernel)(x.data(), x.size(), powers.data(), powers.size());
}

void powers_gradient(std::span<const float> x,
                     std::span<const float* const> d_powers,
                     std::span<float> dx) noexcept {
  HWY_DYNAMIC_DISPATCH(powers_gradient_kernel)
  (x.data(), x.size(), d_powers.data(), d_powers.size(), dx.data());
}

void add_product(std::span<const float* const> factors, std::span<float> sum) noexcept {
  HWY_DYNAMIC_DISPATCH(add_product_kernel)
  (factors.data(), factors.size(), sum.size(), sum.data());
}

void product_gradient(std::span<const float* const> factors,
                      std::span<const float> d_sum,
                      std::span<float* const> d_factors) noexcept {
  HWY_DYNAMIC_DISPATCH(product_gradient_kernel)
  (factors.data(), factors.size(), d_sum.size(), d_sum.data(), d_factors.data());
}

void multiply(std::span<const float> factors, std::span<float> values) noexcept {
  HWY_DYNAMIC_DISPATCH(multiply_kernel)(factors.data(), values.size(), values.data());
}

void scale_and_shift(std::span<const float> x,
                     float scale,
                     float shift,
                     std::span<float> y) noexcept {
  HWY_DYNAMIC_DISPATCH(scale_and_shift_kernel)(x.data(), x.size(), scale, shift, y.data());
}

double squared_norm(std::span<const float> x) noexcept {
  double sum = 0.0;
  for (const float value : x) sum += static_cast<double>(value) * value;
  return sum;
}

double squared_norm(std::span<const float> x, std::span<const float> scales) noexcept {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = static_cast<double>(x[i]) * scales[i];
    sum += value * value;
  }
  return sum;
}

void adam_step(const AdamStep& step,
               std::span<const float> scales,
               std::span<const float> gradient,
               std::span<float> mean,
               std::span<float> square,
               std::span<float> parameters) noexcept {
  HWY_DYNAMIC_DISPATCH(adam_kernel)
  (step, scales.data(), gradient.data(), gradient.size(), mean.data(), square.data(), parameters.data());
}

void rmsprop_step(const RmsPropStep& step,
                  std::span<const float> scales,
                  std::span<const float> gradient,
                  std::span<float> square,
                  std::span<float> parameters) noexcept {
  HWY_DYNAMIC_DISPATCH(rmsprop_kernel)
  (step, scales.data(), gradient.data(), gradient.size(), square.data(), parameters.data());
}

void sgd_step(const SgdStep& step,
              std::span<const float> scales,
              std::span<const float> gradient,
              std::span<float> velocity,
              std::span<float> parameters) noexcept {
  HWY_DYNAMIC_DISPATCH(sgd_kernel)
  (step, scales.data(), gradient.data(), gradient.size(), velocity.data(), parameters.data());
}

}  // namespace neuronsmith::network::internal
#endif
