#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/progress.hpp"

namespace neuronsmith {

/// Counts finished steps of work whose number is known, and reports each with the time left. Steps
/// may be finished by any thread.
class StepCounter {
 public:
  /// `sink` may be null and outlives this; so do the texts. Time runs from here.
  StepCounter(ProgressSink* sink, std::string_view phase, std::string_view unit, std::uint64_t total);

  void add_one() { add(1); }
  void add(std::uint64_t n);

 private:
  ProgressSink* sink_;
  std::string_view phase_;
  std::string_view unit_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  Stopwatch clock_;
  std::mutex mutex_;
};

}  // namespace neuronsmith
