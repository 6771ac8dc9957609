#include "neuronsmith/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace neuronsmith::cli {
namespace {

constexpr double kTerminalSeconds = 0.1;
constexpr double kLogSeconds = 5.0;

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t value) {
  std::string digits = fmt::format("{}", value);
  for (std::size_t i = digits.size(); i > 3;) digits.insert(i -= 3, ",");
  return digits;
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(std::lround(seconds));
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

std::string progress_line(const ProgressEvent& event) {
  std::string line = fmt::format("{}: {}", event.phase, grouped(event.done));
  if (event.total) line += fmt::format(" of {}", grouped(*event.total));
  line += fmt::format(" {}", event.unit);
  if (event.wall_seconds > 0.0) {
    const double rate = static_cast<double>(event.done) / event.wall_seconds;
    line += rate >= 100.0 ? fmt::format(", {}/s", grouped(static_cast<std::uint64_t>(rate)))
                          : fmt::format(", {:.1f}/s", rate);
  }
  if (event.best) line += fmt::format(", best {:.6g}", *event.best);
  if (event.seconds_left) line += fmt::format(", {} left", clock_text(*event.seconds_left));
  return line;
}

TerminalProgress::TerminalProgress() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}

TerminalProgress::~TerminalProgress() {
  if (has_line_) std::fputs("\r\033[K", stderr);
}

void TerminalProgress::report(const ProgressEvent& event) {
  const double now = clock_.seconds();
  if (now - shown_at_ < (is_terminal_ ? kTerminalSeconds : kLogSeconds)) return;
  shown_at_ = now;
  const std::string line = progress_line(event);
  if (is_terminal_) {
    fmt::print(stderr, "\r\033[K{}", line);
    std::fflush(stderr);
    has_line_ = true;
  } else {
    fmt::print(stderr, "{}\n", line);
  }
}

void TerminalProgress::note(std::string_view line) {
  fmt::print(stderr, "{}{}\n", has_line_ ? "\r\033[K" : "", line);
  has_line_ = false;
}

}  // namespace neuronsmith::cli
