#include "neuronsmith/data/internal/byte_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::internal {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kCompressedBlock = 1u << 17;
constexpr std::uint64_t kMaxDeflateRatio = 1032;  // of zlib's documentation
constexpr std::uint64_t kMinGzipBytes = 18;       // header and trailer

void require_regular_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) throw IoError(fmt::format("cannot read {}: it is a folder", path));
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw IoError(fmt::format("cannot read {}: it is not a regular file", path));
  }
}

/// The last four bytes of a gzip file: the size of the content modulo 2^32.
std::uint64_t size_from_trailer(std::ifstream& file, std::uint64_t file_bytes) {
  std::array<unsigned char, 4> trailer{};
  file.seekg(-4, std::ios::end);
  file.read(reinterpret_cast<char*>(trailer.data()), trailer.size());
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < trailer.size(); ++i) size |= std::uint64_t{trailer[i]} << (8 * i);
  return std::min(size, kMaxDeflateRatio * file_bytes);
}

std::uint64_t find_expected_size(const std::string& path) {
  std::error_code error;
  const std::uint64_t file_bytes = fs::file_size(path, error);
  if (error) return 0;
  std::ifstream file(path, std::ios::binary);
  const bool gzip = file.get() == 0x1f && file.get() == 0x8b;
  return gzip && file_bytes >= kMinGzipBytes ? size_from_trailer(file, file_bytes) : file_bytes;
}

}  // namespace

ByteSource::ByteSource(const std::string& path) : path_(path) {
  require_regular_file(path);
  file_.reset(gzopen(path.c_str(), "rbe"));
  if (!file_) throw IoError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  gzbuffer(file_.get(), kCompressedBlock);
  expected_size_ = find_expected_size(path);
}

std::size_t ByteSource::read(std::span<char> buffer) {
  const int n = gzread(file_.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
  if (n < static_cast<int>(buffer.size())) throw_if_failed();
  return static_cast<std::size_t>(n);
}

void ByteSource::rewind() {
  if (gzrewind(file_.get()) != 0) throw IoError(fmt::format("cannot read {} again", path_));
}

void ByteSource::throw_if_failed() {
  int error = Z_OK;
  const char* const text = gzerror(file_.get(), &error);
  if (error == Z_OK || error == Z_STREAM_END) return;
  if (error == Z_ERRNO) {
    throw IoError(fmt::format("cannot read {}: {}", path_, std::strerror(errno)));
  }
  if (error == Z_BUF_ERROR) {
    throw DataError(fmt::format("{}: the gzip stream is cut off before its end", path_));
  }
  const std::string_view detail(text);
  const std::size_t colon = detail.rfind(": ");  // zlib puts the path before its own words
  throw DataError(fmt::format("{}: the gzip stream is damaged ({})",
                              path_,
                              colon == detail.npos ? detail : detail.substr(colon + 2)));
}

}  // namespace neuronsmith::internal
