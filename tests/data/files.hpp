#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "neuronsmith/core/error.hpp"
#include "support/files.hpp"
#include "support/message_of.hpp"

namespace neuronsmith::testing {

inline std::string write_gzip(const TemporaryFolder& folder,
                              const std::string& name,
                              std::string_view content) {
  const gzFile file = gzopen(folder.path(name).c_str(), "wb");
  const auto size = static_cast<unsigned>(content.size());
  const int written = gzwrite(file, content.data(), size);
  gzclose(file);
  if (written != static_cast<int>(size)) throw std::runtime_error("gzwrite failed");
  return folder.path(name);
}

}  // namespace neuronsmith::testing
