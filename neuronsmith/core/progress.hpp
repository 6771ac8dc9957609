#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace neuronsmith {

/// A moment of long work, as its owner reports it.
struct ProgressEvent {
  std::string_view phase;              ///< e.g. "search"
  std::string_view unit;               ///< what is counted, e.g. "candidates"
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total;  ///< absent when the end is not known in advance
  std::optional<double> best;          ///< best error so far
  double wall_seconds = 0.0;
  std::optional<double> seconds_left;
};

/// Receives progress; the library never prints. Called from one thread at a time.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  virtual void report(const ProgressEvent& event) = 0;
};

}  // namespace neuronsmith
