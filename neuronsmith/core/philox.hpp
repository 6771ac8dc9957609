#pragma once

#include <cstdint>

namespace neuronsmith::philox {

// Constants of Philox4x32-10, for code that draws many blocks of a stream of Random side by side:
// its block k has the key {low, high half of the seed} and the counter {k, purpose, a, b}.

inline constexpr std::uint32_t kMultiplier0 = 0xD2511F53u;
inline constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57u;
inline constexpr std::uint32_t kWeyl0 = 0x9E3779B9u;
inline constexpr std::uint32_t kWeyl1 = 0xBB67AE85u;
inline constexpr int kRounds = 10;

}  // namespace neuronsmith::philox
