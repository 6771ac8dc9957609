// What one core of this machine can do at most: float32 multiply-adds in registers, and additions
// of arrays that lie in the first-level cache, both in the widest vectors. Linked into every binary
// whose figures are shares of these, so that limit and figure come from the same run.
#include <benchmark/benchmark.h>

#include <cstddef>

#include "neuronsmith/data/feature_matrix.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benchmarks/limits.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace neuronsmith::benchmarks::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Enough sums side by side to hide the latency of two units: 5 cycles at 2 a cycle.
constexpr std::size_t kChains = 12;

std::size_t multiply_adds(std::size_t rounds, float* out) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const V factor = hn::Set(d, 0.999F);
  const V summand = hn::Set(d, 0.001F);
  V s0 = hn::Set(d, 0.0F), s1 = hn::Set(d, 1.0F), s2 = hn::Set(d, 2.0F), s3 = hn::Set(d, 3.0F);
  V s4 = hn::Set(d, 4.0F), s5 = hn::Set(d, 5.0F), s6 = hn::Set(d, 6.0F), s7 = hn::Set(d, 7.0F);
  V s8 = hn::Set(d, 8.0F), s9 = hn::Set(d, 9.0F), s10 = hn::Set(d, 1.5F), s11 = hn::Set(d, 2.5F);
  for (std::size_t i = 0; i < rounds; ++i) {
    for (V* s : {&s0, &s1, &s2, &s3, &s4, &s5, &s6, &s7, &s8, &s9, &s10, &s11}) {
      *s = hn::MulAdd(*s, factor, summand);
    }
  }
  const V low = s0 + s1 + s2 + s3 + s4 + s5;
  hn::StoreU(low + s6 + s7 + s8 + s9 + s10 + s11, d, out);
  return rounds * kChains * hn::Lanes(d);
}

// out = a + b over n values, a multiple of 64: two loads and a store a vector.
void add_arrays(const float* HWY_RESTRICT a,
                const float* HWY_RESTRICT b,
                float* HWY_RESTRICT out,
                std::size_t n) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < n; i += 4 * lanes) {
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t at = i + k * lanes;
      hn::Store(hn::Add(hn::Load(d, a + at), hn::Load(d, b + at)), d, out + at);
    }
  }
}

}  // namespace neuronsmith::benchmarks::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace neuronsmith::benchmarks {
namespace {

HWY_EXPORT(multiply_adds);
HWY_EXPORT(add_arrays);

void fma_peak(benchmark::State& state) {
  float sums[64];
  double flops = 0.0;
  for (auto _ : state) {
    flops += 2.0 * static_cast<double>(HWY_DYNAMIC_DISPATCH(multiply_adds)(10'000, sums));
    benchmark::DoNotOptimize(sums);
  }
  state.counters["flops"] = benchmark::Counter(flops, benchmark::Counter::kIsRate);
}
BENCHMARK(fma_peak)->Name("limit/fma_peak");
// What each of two cores does while both are busy: they may share units, clock and power.
BENCHMARK(fma_peak)->Name("limit/fma_peak_of_two")->Threads(2);

void l1_stream(benchmark::State& state) {
  constexpr std::size_t kFloats = 512;  // as long as a tile of the evaluator
  const AlignedVector<float> a(kFloats, 1.0F);
  const AlignedVector<float> b(kFloats, 2.0F);
  AlignedVector<float> out(kFloats);
  constexpr std::size_t kRepeats = 1000;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kRepeats; ++i) {
      HWY_DYNAMIC_DISPATCH(add_arrays)(a.data(), b.data(), out.data(), kFloats);
      benchmark::ClobberMemory();
    }
  }
  const double bytes = 3.0 * sizeof(float) * kFloats * kRepeats;
  state.counters["bytes"] = benchmark::Counter(bytes * static_cast<double>(state.iterations()),
                                               benchmark::Counter::kIsRate);
}
BENCHMARK(l1_stream)->Name("limit/l1_stream");

}  // namespace
}  // namespace neuronsmith::benchmarks
#endif
