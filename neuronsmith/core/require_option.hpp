#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <string_view>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith {

/// Throws ConfigError "OPTION must be ACCEPTED" unless `holds`.
inline void require_option(bool holds, std::string_view option, std::string_view accepted) {
  if (!holds) throw ConfigError(fmt::format("{} must be {}", option, accepted));
}

[[nodiscard]] inline bool is_positive_and_finite(double value) {
  return value > 0.0 && std::isfinite(value);
}

/// Throws ConfigError that begins with the option where a list holds nothing, or a value twice.
template <std::ranges::forward_range Values>
void require_distinct(const Values& values, std::string_view option) {
  if (std::ranges::empty(values)) {
    throw ConfigError(fmt::format("{}: at least one is needed", option));
  }
  for (const auto& value : values) {
    if (std::ranges::count(values, value) == 1) continue;
    throw ConfigError(fmt::format("{}: \"{}\" is given twice", option, value));
  }
}

}  // namespace neuronsmith
