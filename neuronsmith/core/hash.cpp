#include "neuronsmith/core/hash.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace neuronsmith {

std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

struct Hasher::State {
  State() : state(XXH3_createState()) { XXH3_64bits_reset(state); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { XXH3_freeState(state); }

  XXH3_state_t* state;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::span<const std::byte> bytes) {
  XXH3_64bits_update(state_->state, bytes.data(), bytes.size());
}

std::uint64_t Hasher::digest() const { return XXH3_64bits_digest(state_->state); }

std::string Hasher::hex() const { return fmt::format("{:016x}", digest()); }

}  // namespace neuronsmith
