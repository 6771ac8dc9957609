#pragma once

#include <cstddef>
#include <string_view>

#include "neuronsmith/core/progress.hpp"

namespace neuronsmith::experiment::internal {

/// Progress of one table as a share of all, tables taken to be alike.
class TableProgress final : public ProgressSink {
 public:
  /// `sink` may be null and outlives this.
  TableProgress(ProgressSink* sink, std::size_t table, std::size_t n_tables)
      : sink_(sink), table_(table), n_tables_(n_tables) {}

  void report(const ProgressEvent& event) override {
    if (sink_ == nullptr) return;
    ProgressEvent whole = event;
    const std::uint64_t total = event.total.value_or(event.done);
    whole.done = table_ * total + event.done;
    whole.total = n_tables_ * total;
    if (event.seconds_left && event.done > 0) {
      const double seconds_each = event.wall_seconds / static_cast<double>(event.done);
      whole.seconds_left = seconds_each * static_cast<double>(*whole.total - whole.done);
    }
    sink_->report(whole);
  }
  void note(std::string_view line) override {
    if (sink_ != nullptr) sink_->note(line);
  }

 private:
  ProgressSink* sink_;
  std::size_t table_;
  std::size_t n_tables_;
};

}  // namespace neuronsmith::experiment::internal
