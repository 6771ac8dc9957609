#pragma once

#include <cstdint>

namespace neuronsmith {

/// What becomes of a store that is not there.
enum class StoreAccess : std::uint8_t { Create, Existing };

}  // namespace neuronsmith
