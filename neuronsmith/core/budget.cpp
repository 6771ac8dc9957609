#include "neuronsmith/core/budget.hpp"

#include <fmt/format.h>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith {

double Stopwatch::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Budget::validate() const {
  if (minutes && !(*minutes > 0.0)) {
    throw ConfigError(fmt::format("--minutes must be above 0, not {}", *minutes));
  }
  if (candidates && *candidates == 0) throw ConfigError("--candidates must be at least 1, not 0");
  if (generations && *generations == 0) {
    throw ConfigError("--generations must be at least 1, not 0");
  }
}

}  // namespace neuronsmith
