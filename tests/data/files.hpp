#pragma once

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::testing {

/// A folder that is gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "neuronsmith-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return path_ / name; }

  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  std::string write_gzip(const std::string& name, std::string_view content) const {
    const gzFile file = gzopen(path(name).c_str(), "wb");
    const auto size = static_cast<unsigned>(content.size());
    const int written = gzwrite(file, content.data(), size);
    gzclose(file);
    if (written != static_cast<int>(size)) throw std::runtime_error("gzwrite failed");
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

/// What an action throws; "" when it throws nothing. Of another type, it is not caught.
template <typename Exception, typename Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const Exception& error) {
    return error.what();
  }
  return "";
}

/// A file of the shared folder of real data; "" where it is not there.
inline std::string real_file(const std::string& name) {
  const char* const folder = std::getenv("NEURONSMITH_DATA");
  const std::filesystem::path base =
      folder != nullptr ? std::filesystem::path(folder)
                        : std::filesystem::path(NEURONSMITH_SOURCE_DIR) / ".." / "shared" / "data";
  const std::filesystem::path path = base / name;
  return std::filesystem::exists(path) ? path.string() : "";
}

}  // namespace neuronsmith::testing
