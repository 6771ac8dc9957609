#include "neuronsmith/export/internal/temporary_folder.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::exports::internal {

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  path_ = (error ? std::filesystem::path("/tmp") : base) / "neuronsmith-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) {
    throw IoError(fmt::format("cannot make a folder {}: {}", path_, std::strerror(errno)));
  }
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace neuronsmith::exports::internal
