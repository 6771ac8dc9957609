#pragma once

#include <string>
#include <string_view>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/progress.hpp"

namespace neuronsmith::cli {

/// "search: 12,000 of 40,000 candidates, 35,000/s, best 0.0123, 0:02 left".
[[nodiscard]] std::string progress_line(const ProgressEvent& event);

/// Shows progress on standard error: one line rewritten in place on a terminal, a plain line every
/// few seconds elsewhere.
class TerminalProgress final : public ProgressSink {
 public:
  TerminalProgress();
  ~TerminalProgress() override;
  void report(const ProgressEvent& event) override;
  void note(std::string_view line) override;

 private:
  bool is_terminal_;
  bool has_line_ = false;
  double shown_at_ = 0.0;
  Stopwatch clock_;
};

}  // namespace neuronsmith::cli
