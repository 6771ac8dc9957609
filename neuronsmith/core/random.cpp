#include "neuronsmith/core/random.hpp"

#include <cmath>
#include <numbers>

#include "neuronsmith/core/philox.hpp"

namespace neuronsmith {

Random::Random(std::uint64_t seed, Purpose purpose, std::uint32_t a, std::uint32_t b) noexcept
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0, static_cast<std::uint32_t>(purpose), a, b} {}

void Random::refill() noexcept {
  using namespace philox;
  constexpr std::size_t kBlocks = 4;
  using Lanes = std::array<std::uint32_t, kBlocks>;  // a word of each block
  std::array<Lanes, 4> words;
  for (std::size_t k = 0; k < words.size(); ++k) words[k].fill(counter_[k]);
  for (std::size_t i = 0; i < kBlocks; ++i) words[0][i] += static_cast<std::uint32_t>(i);
  const auto multiply = [](const Lanes& word, std::uint32_t factor, Lanes& high, Lanes& low) {
    for (std::size_t i = 0; i < kBlocks; ++i) {
      const std::uint64_t product = std::uint64_t{factor} * word[i];
      high[i] = static_cast<std::uint32_t>(product >> 32);
      low[i] = static_cast<std::uint32_t>(product);
    }
  };
  auto key = key_;
  for (int round = 0; round < kRounds; ++round) {
    Lanes high0, low0, high1, low1;
    multiply(words[0], kMultiplier0, high0, low0);
    multiply(words[2], kMultiplier1, high1, low1);
    for (std::size_t i = 0; i < kBlocks; ++i) words[0][i] = high1[i] ^ words[1][i] ^ key[0];
    for (std::size_t i = 0; i < kBlocks; ++i) words[2][i] = high0[i] ^ words[3][i] ^ key[1];
    words[1] = low1;
    words[3] = low0;
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  for (std::size_t i = 0; i < kBlocks; ++i) {
    for (std::size_t k = 0; k < words.size(); ++k) numbers_[i * words.size() + k] = words[k][i];
  }
  counter_[0] += kBlocks;
  used_ = 0;
}

Random::result_type Random::operator()() noexcept {
  if (used_ == numbers_.size()) refill();
  return numbers_[used_++];
}

double Random::uniform() noexcept {
  const std::uint64_t high = (*this)();
  const std::uint64_t low = (*this)();
  return static_cast<double>(((high << 32) | low) >> 11) * 0x1.0p-53;
}

std::size_t Random::below(std::size_t n) noexcept {
  // Rejection keeps the draw free of bias. The greatest multiple of the range is less than a range
  // below 2^64, so hardly any draw needs the division that finds it.
  const std::uint64_t range = n;
  for (;;) {
    const std::uint64_t high = (*this)();
    const std::uint64_t draw = (high << 32) | (*this)();
    if (draw <= UINT64_MAX - range || draw < UINT64_MAX - UINT64_MAX % range) {
      return static_cast<std::size_t>(draw % range);
    }
  }
}

double Random::normal() noexcept {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace neuronsmith
