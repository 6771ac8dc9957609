#include "neuronsmith/core/child_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "neuronsmith/core/budget.hpp"

namespace neuronsmith {
namespace {

/// A file in memory. Unlike pipes, files neither fill up nor break: one can wait for the child
/// alone.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("neuronsmith", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] bool fill(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t written = ::write(descriptor_, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::lseek(descriptor_, 0, SEEK_SET) == 0;
  }

  [[nodiscard]] std::string content() const {
    std::string text;
    char block[1 << 14];
    ::lseek(descriptor_, 0, SEEK_SET);
    for (ssize_t n = 0; (n = ::read(descriptor_, block, sizeof block)) > 0;) {
      text.append(block, static_cast<std::size_t>(n));
    }
    return text;
  }

 private:
  int descriptor_;
};

/// Where the child finds programs and its own files, and a locale in which numbers have points.
std::vector<std::string> environment() {
  std::vector<std::string> variables{"LC_ALL=C.UTF-8"};
  for (const char* name : {"PATH", "HOME", "TMPDIR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr) variables.push_back(std::string(name) + "=" + value);
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

pid_t spawn(std::vector<std::string>& words, const std::vector<const MemoryFile*>& files) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (std::size_t i = 0; i < files.size(); ++i) {
    posix_spawn_file_actions_adddup2(&actions, files[i]->descriptor(), static_cast<int>(i));
  }
  std::vector<std::string> variables = environment();
  pid_t process = -1;
  const int error = posix_spawnp(&process,
                                 words[0].c_str(),
                                 &actions,
                                 nullptr,
                                 pointers(words).data(),
                                 pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? process : -1;
}

/// Whether the child ended by itself; it is gone in any case.
bool wait_for(pid_t process, double seconds, int& status) {
  const Stopwatch clock;
  while (true) {
    const pid_t ended = ::waitpid(process, &status, WNOHANG);
    if (ended == process) return true;
    if (ended < 0 && errno != EINTR) return false;
    if (clock.seconds() > seconds) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(process, SIGKILL);
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  return false;
}

}  // namespace

ChildOutcome run_child(std::vector<std::string> words, const std::string& input, double seconds) {
  const MemoryFile in;
  const MemoryFile out;
  const MemoryFile err;
  ChildOutcome outcome;
  if (!in.fill(input)) return outcome;
  const pid_t process = spawn(words, {&in, &out, &err});
  if (process < 0) return outcome;
  outcome.started = true;
  int status = 0;
  outcome.timed_out = !wait_for(process, seconds, status);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.out = out.content();
  outcome.err = err.content();
  return outcome;
}

}  // namespace neuronsmith
