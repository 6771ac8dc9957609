#pragma once

#include <cstdint>
#include <string>

namespace neuronsmith::experiment::internal {

/// A process of this machine that no later one of the same number is mistaken for.
struct ProcessIdentity {
  std::int64_t pid = 0;
  std::int64_t start = 0;  ///< clock ticks from boot to its start
  std::string boot;        ///< id of that boot
};

[[nodiscard]] ProcessIdentity this_process();

/// Whether it still runs; a process that only waits to be reaped does not.
[[nodiscard]] bool is_alive(const ProcessIdentity& process);

/// "Intel(R) Xeon(R) CPU, 2 cores, Debian GNU/Linux 12 (bookworm), Linux 6.1.0 x86_64".
[[nodiscard]] std::string machine_text();

}  // namespace neuronsmith::experiment::internal
