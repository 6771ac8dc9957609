#pragma once

#include <string>
#include <string_view>

namespace neuronsmith {

/// Reads a whole file. Throws IoError naming the file.
[[nodiscard]] std::string read_file(const std::string& path);

/// Writes to a temporary file beside `path`, then renames it: the file is whole or untouched.
/// Throws IoError naming the file; the temporary file is then removed.
void write_file_atomically(const std::string& path, std::string_view content);

/// Throws IoError unless a file could be written at `path`; creates nothing that stays.
void require_writable(const std::string& path);

}  // namespace neuronsmith
