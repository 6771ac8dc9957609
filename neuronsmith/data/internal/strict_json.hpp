#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/json.hpp"

namespace neuronsmith::internal {

/// A finite number; json_get alone takes what a file cannot mean, such as true for 1.
[[nodiscard]] inline double json_finite(const Json& object,
                                        const char* key,
                                        const std::string& source) {
  const Json value = json_get<Json>(object, key, source);
  if (value.is_number() && std::isfinite(value.get<double>())) return value.get<double>();
  throw ParseError(fmt::format("{}: key \"{}\" must be a finite number", source, key));
}

/// A number that float32 can hold, rounded to it.
[[nodiscard]] inline float json_float(const Json& object,
                                      const char* key,
                                      const std::string& source) {
  const double value = json_finite(object, key, source);
  if (std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max())) {
    return static_cast<float>(value);
  }
  throw ParseError(fmt::format("{}: key \"{}\" is beyond float32", source, key));
}

/// A whole number of at least 0.
[[nodiscard]] inline std::size_t json_count(const Json& object,
                                            const char* key,
                                            const std::string& source) {
  const Json value = json_get<Json>(object, key, source);
  const bool whole =
      value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
  if (whole) return value.get<std::size_t>();
  throw ParseError(fmt::format("{}: key \"{}\" must be a whole number of at least 0", source, key));
}

}  // namespace neuronsmith::internal
