#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "neuronsmith/core/error.hpp"
#include "support/files.hpp"

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

}  // namespace neuronsmith::testing
