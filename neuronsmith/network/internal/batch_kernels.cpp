#include "neuronsmith/network/internal/batch_kernels.hpp"

#include <algorithm>

#include "neuronsmith/core/philox.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neuronsmith/network/internal/batch_kernels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace neuronsmith::network::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using WideTag = hn::ScalableTag<double>;
using NarrowTag = hn::Rebind<float, WideTag>;

// sum += body(i) for whole vectors of doubles from i on, single(i) for the rest; two sums side by
// side hide the latency of an addition.
template <typename Body, typename Single>
HWY_INLINE double wide_sum(std::size_t n, const Body& body, const Single& single) {
  const WideTag d;
  const std::size_t lanes = hn::Lanes(d);
  auto first = hn::Zero(d);
  auto second = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    first = hn::Add(first, body(i));
    second = hn::Add(second, body(i + lanes));
  }
  double sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(first, second)));
  for (; i < n; ++i) sum += single(i);
  return sum;
}

HWY_INLINE hn::Vec<WideTag> wide(const float* x) {
  return hn::PromoteTo(WideTag(), hn::LoadU(NarrowTag(), x));
}

Moments moments_kernel(const float* HWY_RESTRICT x, std::size_t n) {
  const auto count = static_cast<double>(n);
  const double sum = wide_sum(
      n,
      [&](std::size_t i) HWY_ATTR { return wide(x + i); },
      [&](std::size_t i) { return static_cast<double>(x[i]); });
  const double mean = sum / count;
  const double squares = wide_sum(
      n,
      [&](std::size_t i) HWY_ATTR {
        const auto centred = hn::Sub(wide(x + i), hn::Set(WideTag(), mean));
        return hn::Mul(centred, centred);
      },
      [&](std::size_t i) { return (x[i] - mean) * (x[i] - mean); });
  return {mean, squares / count};
}

NormalisationSums normalisation_sums_kernel(const float* HWY_RESTRICT z,
                                            double mean,
                                            const float* HWY_RESTRICT du,
                                            std::size_t n) {
  const double adjoint = wide_sum(
      n,
      [&](std::size_t i) HWY_ATTR { return wide(du + i); },
      [&](std::size_t i) { return static_cast<double>(du[i]); });
  const double centred = wide_sum(
      n,
      [&](std::size_t i) HWY_ATTR {
        return hn::Mul(wide(du + i), hn::Sub(wide(z + i), hn::Set(WideTag(), mean)));
      },
      [&](std::size_t i) { return du[i] * (z[i] - mean); });
  return {adjoint, centred};
}

void normalisation_gradient_kernel(const float* HWY_RESTRICT z,
                                   float mean,
                                   float factor,
                                   float shift,
                                   float slope,
                                   float* HWY_RESTRICT du,
                                   std::size_t n) {
  const auto body = [&](auto d, std::size_t i) HWY_ATTR {
    const auto centred = hn::Sub(hn::LoadU(d, z + i), hn::Set(d, mean));
    const auto scaled = hn::MulSub(hn::LoadU(d, du + i), hn::Set(d, factor), hn::Set(d, shift));
    hn::StoreU(hn::NegMulAdd(centred, hn::Set(d, slope), scaled), d, du + i);
  };
  const hn::ScalableTag<float> d;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= n; i += hn::Lanes(d)) body(d, i);
  for (; i < n; ++i) body(hn::CappedTag<float, 1>(), i);
}

using WordTag = hn::ScalableTag<std::uint32_t>;
using Words = hn::Vec<WordTag>;

#if HWY_TARGET == HWY_SCALAR
using PairTag = hn::ScalableTag<std::uint64_t>;
#else
using PairTag = hn::RepartitionToWide<WordTag>;
#endif
using Pairs = hn::Vec<PairTag>;

// The low half of every lane times a multiplier.
HWY_INLINE Pairs multiply_low(Pairs a, std::uint32_t multiplier) {
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(PairTag(), std::uint64_t{static_cast<std::uint32_t>(hn::GetLane(a))} * multiplier);
#else
  return hn::MulEven(hn::BitCast(WordTag(), a), hn::Set(WordTag(), multiplier));
#endif
}

// The four words of a block a lane, in the low halves; what the high halves hold is of no meaning.
struct Blocks {
  Pairs word[4];
};

// A block of the stream a lane, `number` in all.
HWY_INLINE Blocks draw_blocks(const DropoutDraw& draw, Pairs number) {
  const PairTag d;
  Blocks b{{number,
            hn::Set(d, std::uint64_t{draw.stream[0]}),
            hn::Set(d, std::uint64_t{draw.stream[1]}),
            hn::Set(d, std::uint64_t{draw.stream[2]})}};
  auto key0 = static_cast<std::uint32_t>(draw.seed);
  auto key1 = static_cast<std::uint32_t>(draw.seed >> 32);
  for (int round = 0; round < philox::kRounds; ++round) {
    const Pairs p0 = multiply_low(b.word[0], philox::kMultiplier0);
    const Pairs p1 = multiply_low(b.word[2], philox::kMultiplier1);
    const auto key = [&](std::uint32_t k) HWY_ATTR { return hn::Set(d, std::uint64_t{k}); };
    b = {{hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), b.word[1]), key(key0)),
          p1,
          hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), b.word[3]), key(key1)),
          p0}};
    key0 += philox::kWeyl0;
    key1 += philox::kWeyl1;
  }
  return b;
}

// Values whose mask store_mask() makes at a time: four a block.
HWY_INLINE std::size_t n_masked() { return 4 * hn::Lanes(WordTag()); }

// The mask of n_masked() values from block `first` on, in the order of the stream.
HWY_INLINE void store_mask(const DropoutDraw& draw, std::uint32_t first, float* mask) {
  const hn::ScalableTag<float> d;
  const WordTag words;
  const PairTag pairs;
  const auto kept = hn::Set(d, draw.kept);
  const auto threshold = hn::Set(words, draw.threshold);
  const auto value = [&](Words word) HWY_ATTR {
    const auto is_kept = hn::Eq(hn::Max(word, threshold), word);
    return hn::IfThenElseZero(hn::RebindMask(d, is_kept), kept);
  };
#if HWY_TARGET == HWY_SCALAR
  const Blocks b = draw_blocks(draw, hn::Set(pairs, std::uint64_t{first}));
  const auto word = [&](int k) {
    return hn::Set(words, static_cast<std::uint32_t>(hn::GetLane(b.word[k])));
  };
#else
  // Even blocks in one vector and odd ones in another make one vector of words.
  const auto even = hn::Add(hn::Set(pairs, std::uint64_t{first}),
                            hn::ShiftLeft<1>(hn::Iota(pairs, std::uint64_t{0})));
  const Blocks b = draw_blocks(draw, even);
  const Blocks c = draw_blocks(draw, hn::Add(even, hn::Set(pairs, std::uint64_t{1})));
  const auto word = [&](int k) HWY_ATTR {
    return hn::OddEven(hn::BitCast(words, hn::ShiftLeft<32>(c.word[k])),
                       hn::BitCast(words, b.word[k]));
  };
#endif
  hn::StoreInterleaved4(value(word(0)), value(word(1)), value(word(2)), value(word(3)), d, mask);
}

void drop_out_kernel(const DropoutDraw& draw,
                     float* HWY_RESTRICT mask,
                     float* HWY_RESTRICT values,
                     std::size_t n) {
  const hn::ScalableTag<float> d;
  std::uint32_t block = 0;
  std::size_t i = 0;
  for (; i + n_masked() <= n;
       i += n_masked(), block += static_cast<std::uint32_t>(n_masked() / 4)) {
    store_mask(draw, block, mask + i);
    for (std::size_t k = i; k < i + n_masked(); k += hn::Lanes(d)) {
      hn::StoreU(hn::Mul(hn::LoadU(d, values + k), hn::LoadU(d, mask + k)), d, values + k);
    }
  }
  if (i == n) return;
  HWY_ALIGN float rest[4 * hn::MaxLanes(hn::ScalableTag<float>())];
  store_mask(draw, block, rest);
  std::copy_n(rest, n - i, mask + i);
  for (; i < n; ++i) values[i] *= mask[i];
}

}  // namespace neuronsmith::network::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace neuronsmith::network::internal {

HWY_EXPORT(moments_kernel);
HWY_EXPORT(normalisation_sums_kernel);
HWY_EXPORT(normalisation_gradient_kernel);
HWY_EXPORT(drop_out_kernel);

Moments moments(std::span<const float> x) noexcept {
  return HWY_DYNAMIC_DISPATCH(moments_kernel)(x.data(), x.size());
}

NormalisationSums normalisation_sums(std::span<const float> z,
                                     double mean,
                                     std::span<const float> du) noexcept {
  return HWY_DYNAMIC_DISPATCH(normalisation_sums_kernel)(z.data(), mean, du.data(), z.size());
}

void normalisation_gradient(std::span<const float> z,
                            float mean,
                            float factor,
                            float shift,
                            float slope,
                            std::span<float> du) noexcept {
  HWY_DYNAMIC_DISPATCH(normalisation_gradient_kernel)
  (z.data(), mean, factor, shift, slope, du.data(), z.size());
}

void drop_out(const DropoutDraw& draw, std::span<float> mask, std::span<float> values) noexcept {
  HWY_DYNAMIC_DISPATCH(drop_out_kernel)(draw, mask.data(), values.data(), values.size());
}

}  // namespace neuronsmith::network::internal
#endif
