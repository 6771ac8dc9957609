#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace neuronsmith {

/// A value that long work watches, e.g. its validation loss.
struct Measure {
  std::string_view name;
  double value = 0.0;
};

/// A moment of long work, as its owner reports it.
struct ProgressEvent {
  std::string_view phase;              ///< e.g. "search"
  std::string_view unit;               ///< what is counted, e.g. "candidates"
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total;  ///< absent when the end is not known in advance
  std::optional<double> best;          ///< best error so far
  double wall_seconds = 0.0;
  std::optional<double> seconds_left;
  std::span<const Measure> measures;  ///< as of `done`; borrowed for the call
};

/// Receives progress; the library never prints. Called from one thread at a time.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  virtual void report(const ProgressEvent& event) = 0;
  /// Something that a person should know at once, in one line: what failed while the work goes on.
  virtual void note(std::string_view line) { static_cast<void>(line); }
};

}  // namespace neuronsmith
