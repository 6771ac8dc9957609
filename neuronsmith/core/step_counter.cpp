#include "neuronsmith/core/step_counter.hpp"

#include <algorithm>
#include <optional>

namespace neuronsmith {

StepCounter::StepCounter(ProgressSink* sink,
                         std::string_view phase,
                         std::string_view unit,
                         std::uint64_t total)
    : sink_(sink), phase_(phase), unit_(unit), total_(total) {}

void StepCounter::add(std::uint64_t n) {
  const std::lock_guard lock(mutex_);
  done_ += n;
  if (sink_ == nullptr) return;
  const double seconds = clock_.seconds();
  const double left = static_cast<double>(total_ - std::min(done_, total_));
  sink_->report({.phase = phase_,
                 .unit = unit_,
                 .done = done_,
                 .total = total_,
                 .best = std::nullopt,
                 .wall_seconds = seconds,
                 .seconds_left = seconds * left / static_cast<double>(done_)});
}

}  // namespace neuronsmith
