#pragma once

#include <fmt/format.h>

#include <string_view>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith {

/// Throws ConfigError "OPTION must be ACCEPTED" unless `holds`.
inline void require_option(bool holds, std::string_view option, std::string_view accepted) {
  if (!holds) throw ConfigError(fmt::format("{} must be {}", option, accepted));
}

}  // namespace neuronsmith
