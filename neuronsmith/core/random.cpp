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
  block_ = counter_;
  auto key = key_;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{kMultiplier0} * block_[0];
    const std::uint64_t product1 = std::uint64_t{kMultiplier1} * block_[2];
    block_ = {static_cast<std::uint32_t>(product1 >> 32) ^ block_[1] ^ key[0],
              static_cast<std::uint32_t>(product1),
              static_cast<std::uint32_t>(product0 >> 32) ^ block_[3] ^ key[1],
              static_cast<std::uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  ++counter_[0];
  used_ = 0;
}

Random::result_type Random::operator()() noexcept {
  if (used_ == block_.size()) refill();
  return block_[used_++];
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
