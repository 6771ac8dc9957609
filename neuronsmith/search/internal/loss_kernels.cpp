#include "neuronsmith/search/internal/loss_kernels.hpp"

#include <array>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neuronsmith/search/internal/loss_kernels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "neuronsmith/formula/internal/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace neuronsmith::search::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace fm = neuronsmith::formula::internal::HWY_NAMESPACE;

constexpr std::size_t kMaxLanes = 16;
constexpr std::size_t kVectorsPerBlock = 16;
constexpr float kMostLoss = 34.5387764F;  ///< -log(1e-15)

using Tag = hn::CappedTag<float, kMaxLanes>;
using V = hn::Vec<Tag>;

/// Adds float32 lanes up in float64.
class LaneSums {
 public:
  HWY_INLINE void add(V values) {
    const Tag d;
    alignas(64) std::array<float, kMaxLanes> lanes;
    hn::Store(values, d, lanes.data());
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) sums_[i] += static_cast<double>(lanes[i]);
  }
  [[nodiscard]] double total() const {
    double sum = 0.0;
    for (const double lane : sums_) sum += lane;
    return sum;
  }

 private:
  alignas(64) std::array<double, kMaxLanes> sums_{};
};

/// Rows from `first` that do not fill a vector, filled up with a value that adds nothing.
struct Tail {
  alignas(64) std::array<float, kMaxLanes> values;
  Tail(const float* rows, std::size_t n, float filling) {
    values.fill(filling);
    for (std::size_t i = 0; i < n; ++i) values[i] = rows[i];
  }
};

/// Calls block(a, b, n_vectors) for whole blocks and the rest; rows missing in the last vector are
/// `filling` in both.
template <typename Block>
HWY_INLINE void for_blocks(const float* a,
                           const float* b,
                           std::size_t n,
                           float filling_a,
                           float filling_b,
                           const Block& block) {
  const std::size_t lanes = hn::Lanes(Tag());
  const std::size_t whole = n / lanes;
  std::size_t v = 0;
  for (; v + kVectorsPerBlock <= whole; v += kVectorsPerBlock) {
    block(a + v * lanes, b + v * lanes, kVectorsPerBlock);
  }
  if (v < whole) block(a + v * lanes, b + v * lanes, whole - v);
  const std::size_t rest = n - whole * lanes;
  if (rest == 0) return;
  const Tail last_a(a + whole * lanes, rest, filling_a);
  const Tail last_b(b + whole * lanes, rest, filling_b);
  block(last_a.values.data(), last_b.values.data(), 1);
}

/// max(t, 0), at most kMostLoss, and log(1 + exp(-|t|)): together the loss. The logarithm is taken
/// once of the product over a block, which is at most 2^16. Rows that fill up have sign 0, and lose
/// log 2, which is taken off again.
double log_loss(const float* values, const float* signs, std::size_t n, LinearScale by) {
  const Tag d;
  const V scale = hn::Set(d, static_cast<float>(by.scale));
  const V offset = hn::Set(d, static_cast<float>(by.offset));
  LaneSums sums;
  V faults = hn::Zero(d);
  for_blocks(values,
             signs,
             n,
             0.0F,
             0.0F,
             [&](const float* f, const float* s, std::size_t n_vectors) HWY_ATTR {
               V excess = hn::Zero(d);
               V product = hn::Set(d, 1.0F);
               for (std::size_t v = 0; v < n_vectors; ++v) {
                 const std::size_t i = v * hn::Lanes(d);
                 const V scaled = hn::MulAdd(hn::LoadU(d, f + i), scale, offset);
                 const V t = hn::Mul(scaled, hn::LoadU(d, s + i));
                 faults = hn::MulAdd(scaled, hn::Zero(d), faults);
                 excess = hn::Add(excess, fm::at_most(d, fm::at_least(d, t, 0.0F), kMostLoss));
                 const V e = fm::exp_in_range(d, fm::at_least(d, hn::Neg(hn::Abs(t)), -87.0F));
                 product = hn::MulAdd(product, e, product);
               }
               sums.add(hn::Add(excess, fm::log_of_positive(d, product)));
             });
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t fillers = n % lanes == 0 ? 0 : lanes - n % lanes;
  constexpr double kLog2 = 0.693147180559945309417;
  LaneSums bad;
  bad.add(faults);
  return sums.total() - static_cast<double>(fillers) * kLog2 + bad.total();
}

/// With t = sign * (scale * f + offset): d/dt = sigmoid(t), second derivative sigmoid(t) (1 -
/// sigmoid(t)). Rows that fill up have sign 0 and so no derivative.
LogLossSlopes slopes(const float* values, const float* signs, std::size_t n, LinearScale by) {
  const Tag d;
  const V scale = hn::Set(d, static_cast<float>(by.scale));
  const V offset = hn::Set(d, static_cast<float>(by.offset));
  std::array<LaneSums, 5> sums;
  for_blocks(values,
             signs,
             n,
             0.0F,
             0.0F,
             [&](const float* f, const float* s, std::size_t n_vectors) HWY_ATTR {
               V g0 = hn::Zero(d), g1 = g0, h0 = g0, h1 = g0, h2 = g0;
               for (std::size_t v = 0; v < n_vectors; ++v) {
                 const std::size_t i = v * hn::Lanes(d);
                 const V x = hn::LoadU(d, f + i);
                 const V sign = hn::LoadU(d, s + i);
                 const V t = hn::Mul(hn::MulAdd(x, scale, offset), sign);
                 const V e = fm::exp_in_range(d, fm::at_least(d, hn::Neg(hn::Abs(t)), -87.0F));
                 const V inverse = hn::Div(hn::Set(d, 1.0F), hn::Add(hn::Set(d, 1.0F), e));
                 const V small = hn::Mul(e, inverse);
                 const V p = hn::IfThenElse(hn::Gt(t, hn::Zero(d)), inverse, small);
                 const V g = hn::Mul(p, sign);
                 const V h = hn::Mul(hn::Mul(small, inverse), hn::Abs(sign));
                 const V hx = hn::Mul(h, x);
                 g0 = hn::Add(g0, g);
                 g1 = hn::MulAdd(g, x, g1);
                 h0 = hn::Add(h0, h);
                 h1 = hn::Add(h1, hx);
                 h2 = hn::MulAdd(hx, x, h2);
               }
               sums[0].add(g1);
               sums[1].add(g0);
               sums[2].add(h2);
               sums[3].add(h1);
               sums[4].add(h0);
             });
  return {sums[0].total(), sums[1].total(), sums[2].total(), sums[3].total(), sums[4].total()};
}

double squared_error(const float* values, const float* targets, std::size_t n) {
  const Tag d;
  LaneSums sums;
  for_blocks(values,
             targets,
             n,
             0.0F,
             0.0F,
             [&](const float* f, const float* y, std::size_t n_vectors) HWY_ATTR {
               V squares = hn::Zero(d);
               for (std::size_t v = 0; v < n_vectors; ++v) {
                 const std::size_t i = v * hn::Lanes(d);
                 const V residual = hn::Sub(hn::LoadU(d, f + i), hn::LoadU(d, y + i));
                 squares = hn::MulAdd(residual, residual, squares);
               }
               sums.add(squares);
             });
  return sums.total();
}

}  // namespace neuronsmith::search::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace neuronsmith::search::internal {

HWY_EXPORT(log_loss);
HWY_EXPORT(slopes);
HWY_EXPORT(squared_error);

double log_loss_sum(std::span<const float> values, std::span<const float> signs, LinearScale by) {
  return HWY_DYNAMIC_DISPATCH(log_loss)(values.data(), signs.data(), values.size(), by);
}

LogLossSlopes log_loss_slopes(std::span<const float> values,
                              std::span<const float> signs,
                              LinearScale by) {
  return HWY_DYNAMIC_DISPATCH(slopes)(values.data(), signs.data(), values.size(), by);
}

double squared_error_sum(std::span<const float> values, std::span<const float> targets) {
  return HWY_DYNAMIC_DISPATCH(squared_error)(values.data(), targets.data(), values.size());
}

}  // namespace neuronsmith::search::internal
#endif
