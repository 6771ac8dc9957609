#include "neuronsmith/core/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith {
namespace {

/// A pipe or a device (/dev/stdout) takes bytes as they come: there is nothing to rename over.
bool is_stream(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

/// A temporary file that is gone unless it was published under its final name.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& target)
      : target_(target),
        path_(is_stream(target) ? target : fmt::format("{}.tmp{}", target, ::getpid())) {
    if (std::filesystem::is_directory(target_)) {
      throw IoError(fmt::format("cannot write {}: it is a folder", target_));
    }
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor_ < 0) fail();
    if (path_ == target_) published_ = true;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!published_) ::unlink(path_.c_str());
  }

  void write(std::string_view content) {
    while (!content.empty()) {
      const ssize_t written = ::write(descriptor_, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      content.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void publish() {
    if (published_) return;
    const bool synced = ::fsync(descriptor_) == 0;
    const bool closed = ::close(descriptor_) == 0;
    descriptor_ = -1;
    if (!synced || !closed || std::rename(path_.c_str(), target_.c_str()) != 0) fail();
    published_ = true;
  }

 private:
  [[noreturn]] void fail() const {
    const int reason = errno;
    throw IoError(fmt::format("cannot write {}: {}", target_, std::strerror(reason)));
  }

  std::string target_;
  std::string path_;
  int descriptor_ = -1;
  bool published_ = false;
};

}  // namespace

std::string read_file(const std::string& path) {
  if (std::filesystem::is_directory(path)) {
    throw IoError(fmt::format("cannot read {}: it is a folder", path));
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw IoError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  std::ostringstream content;
  content << stream.rdbuf();
  return std::move(content).str();
}

void write_file_atomically(const std::string& path, std::string_view content) {
  TemporaryFile file(path);
  file.write(content);
  file.publish();
}

void require_writable(const std::string& path) { TemporaryFile probe(path); }

}  // namespace neuronsmith
