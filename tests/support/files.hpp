#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

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

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string path(const std::string& name) const { return path_ / name; }

  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

/// The path of a file of the shared folder of real data, which may be absent.
inline std::string shared_data(const std::string& name) {
  const char* const folder = std::getenv("NEURONSMITH_DATA");
  return std::string(folder != nullptr ? folder : NEURONSMITH_SOURCE_DIR "/../shared/data") + "/" +
         name;
}

/// Skips a test, with a word, where such a file is absent.
#define NEURONSMITH_SKIP_WITHOUT(file)                                              \
  if (!std::filesystem::exists(file)) {                                             \
    GTEST_SKIP() << file << " is absent (NEURONSMITH_DATA names the folder)";       \
  }                                                                                 \
  static_assert(true)

}  // namespace neuronsmith::testing
