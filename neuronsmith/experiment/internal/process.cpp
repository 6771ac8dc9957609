#include "neuronsmith/experiment/internal/process.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>

namespace neuronsmith::experiment::internal {
namespace {

struct ProcessState {
  char state = '?';
  std::int64_t start = 0;
};

/// /proc/PID/stat: "PID (NAME) STATE ...", the start as 22nd field. NAME may hold spaces and ')'.
std::optional<ProcessState> state_of(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line, '\0')) return std::nullopt;
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  ProcessState result;
  fields >> result.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> result.start;
  if (!fields) return std::nullopt;
  return result;
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

/// What follows `key` and a separator in the first line that starts with it; empty without one.
std::string value_in(const char* path, std::string_view key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t at = line.find(separator);
    const std::size_t first = line.find_first_not_of(" \t\"", at + 1);
    if (at == std::string::npos || first == std::string::npos) return {};
    return line.substr(first, line.find_last_not_of(" \t\"") - first + 1);
  }
  return {};
}

}  // namespace

ProcessIdentity this_process() {
  const std::int64_t pid = ::getpid();
  return {pid, state_of(pid).value_or(ProcessState{}).start, boot_id()};
}

bool is_alive(const ProcessIdentity& process) {
  if (process.boot != boot_id()) return false;
  const auto now = state_of(process.pid);
  return now && now->start == process.start && now->state != 'Z' && now->state != 'X';
}

std::string machine_text() {
  utsname system{};
  ::uname(&system);
  const std::string model = value_in("/proc/cpuinfo", "model name", ':');
  const std::string distribution = value_in("/etc/os-release", "PRETTY_NAME", '=');
  return fmt::format("{}, {} cores, {}{}{} {} {}",
                     model.empty() ? "unnamed processor" : model,
                     std::thread::hardware_concurrency(),
                     distribution,
                     distribution.empty() ? "" : ", ",
                     system.sysname,
                     system.release,
                     system.machine);
}

}  // namespace neuronsmith::experiment::internal
