#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace neuronsmith {

/// Seconds since construction.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const;

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// How long a search may go on; the first limit reached ends it. Absent means no limit.
struct Budget {
  std::optional<double> minutes;             ///< wall-clock time, > 0
  std::optional<std::uint64_t> candidates;   ///< formulas proposed, > 0
  std::optional<std::uint64_t> generations;  ///< rounds of ask and tell, > 0

  /// Throws ConfigError naming the option that is not positive.
  void validate() const;
};

}  // namespace neuronsmith
