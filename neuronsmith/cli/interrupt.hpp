#pragma once

#include <stop_token>
#include <thread>

namespace neuronsmith::cli {

/// While alive, Ctrl-C (SIGINT) and SIGTERM ask for a stop instead of ending the process; a second
/// one ends it at once. Create it before the threads that are to be spared the signal.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  [[nodiscard]] bool requested() const { return source_.stop_requested(); }

 private:
  std::stop_source source_;
  std::jthread listener_;
};

}  // namespace neuronsmith::cli
