#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

/// What the fuzz targets share. A target fails by an exception that is no neuronsmith::Error, by
/// require(), by a sanitizer's report or by time and memory beyond what scripts/fuzz.sh allows.
namespace neuronsmith::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Reports a property that an input breaks.
inline void require(bool holds, std::string_view what, std::string_view detail = {}) {
  if (holds) return;
  constexpr std::size_t kMaxDetail = 2000;
  detail = detail.substr(0, kMaxDetail);
  std::cerr << "broken: " << what << '\n' << detail << '\n';
  std::abort();
}

/// A folder of this process, for readers that take a path.
class ScratchFolder {
 public:
  ScratchFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("neuronsmith_fuzz_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string path_of(std::string_view name) const { return (path_ / name).string(); }

  /// The path of a file that holds `content`; overwritten by the next call with that name.
  [[nodiscard]] std::string write(std::string_view name, std::string_view content) const {
    const std::filesystem::path path = path_ / name;
    std::ofstream file(path, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    require(file.good(), "the scratch folder can be written", path.native());
    return path.string();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace neuronsmith::fuzz
