#include "neuronsmith/cli/interrupt.hpp"

#include <csignal>
#include <cstdio>
#include <ctime>

#include <unistd.h>

#include "neuronsmith/cli/context.hpp"

namespace neuronsmith::cli {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

/// A thread that waits for the signals may lock and allocate, which a handler may not.
void listen(const std::stop_token& ended, std::stop_source& source) {
  const sigset_t set = stop_signals();
  const timespec pause{.tv_sec = 0, .tv_nsec = 50'000'000};
  while (!ended.stop_requested()) {
    if (sigtimedwait(&set, nullptr, &pause) < 0) continue;
    if (source.stop_requested()) _exit(kInterrupted);
    source.request_stop();
  }
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  listener_ = std::jthread([this](const std::stop_token& ended) { listen(ended, source_); });
}

Interrupt::~Interrupt() {
  listener_.request_stop();
  listener_.join();
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace neuronsmith::cli
