#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace neuronsmith {

/// What a random stream is for. Streams of different purposes never overlap.
enum class Purpose : std::uint32_t {
  Split = 1,
  Synthetic,
  Noise,
  Initialisation,
  Shuffle,
  Dropout,
  Genetic,
  Constants,
  Test,
  Control,
  Sample,
  Gate,
  Restart,
  World,
  Evolution,
  Prompt,
};

/// Counter-based random stream: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random
/// numbers: as easy as 1, 2, 3", SC 2011). The stream is a pure function of (seed, purpose, a, b),
/// so a unit of work that derives its own stream gets the same numbers on any thread.
/// One stream yields 2^34 numbers of 32 bits. Not to be shared between threads.
class Random {
 public:
  using result_type = std::uint32_t;

  Random(std::uint64_t seed, Purpose purpose, std::uint32_t a = 0, std::uint32_t b = 0) noexcept;

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xFFFFFFFFu; }

  /// Uniform over all 32-bit values.
  result_type operator()() noexcept;
  /// Uniform in [0, 1), 53 random bits.
  double uniform() noexcept;
  /// Uniform in [low, high).
  double uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }
  /// Uniform in {0, ..., n-1}, without bias; n > 0.
  std::size_t below(std::size_t n) noexcept;
  /// Standard normal (Box-Muller).
  double normal() noexcept;
  /// True with probability p.
  bool chance(double p) noexcept { return uniform() < p; }
  /// Fisher-Yates shuffle.
  template <typename T>
  void shuffle(std::span<T> values) noexcept {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  void refill() noexcept;

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 16> numbers_{};  // of four blocks, computed side by side
  std::size_t used_ = 16;
};

}  // namespace neuronsmith
