#pragma once

#include <zlib.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace neuronsmith::internal {

/// The content of a file, gzip'ed or plain as its first bytes tell.
class ByteSource {
 public:
  /// Throws IoError naming the file unless it is a regular file that can be read.
  explicit ByteSource(const std::string& path);

  /// Fills `buffer` as far as the content goes; 0 at the end. Throws DataError when a gzip stream
  /// is cut off or damaged.
  [[nodiscard]] std::size_t read(std::span<char> buffer);
  /// Back to the first byte.
  void rewind();

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Bytes of content: exact for a plain file, for gzip what its trailer says.
  [[nodiscard]] std::uint64_t expected_size() const { return expected_size_; }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };

  void throw_if_failed();

  std::string path_;
  std::uint64_t expected_size_ = 0;
  std::unique_ptr<gzFile_s, Close> file_;
};

}  // namespace neuronsmith::internal
