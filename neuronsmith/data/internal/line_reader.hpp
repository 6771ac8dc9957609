#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "neuronsmith/data/internal/byte_source.hpp"

namespace neuronsmith::internal {

/// One physical line. The views hold until the next call of LineReader.
struct Line {
  std::string_view text;   ///< without its end
  std::string_view raw;    ///< with its end: LF, CR LF, CR or, on the last line, nothing
  std::size_t number = 0;  ///< from 1
  bool has_quote = false;  ///< a " stands somewhere in it
};

/// Cuts a file into lines, in place in one block that grows only where a line is longer.
class LineReader {
 public:
  /// Begins at the start of `source`, which must outlive the reader; skips a byte order mark.
  explicit LineReader(ByteSource& source);

  /// False at the end. Throws DataError where a line holds a NUL byte.
  [[nodiscard]] bool next(Line& line);

  [[nodiscard]] std::size_t bytes_read() const { return bytes_read_; }  ///< in lines given out
  [[nodiscard]] const std::string& path() const { return source_.path(); }

 private:
  /// Where a character comes next. Found once for many lines, so that a file without quotes, say,
  /// is searched for them at the speed of memchr.
  class Finder {
   public:
    explicit Finder(char wanted) : wanted_(wanted) {}
    const char* find(const char* from, const char* end);
    void forget() { found_ = nullptr; }

   private:
    char wanted_;
    const char* found_ = nullptr;
  };

  [[nodiscard]] const char* find_line_end();
  [[nodiscard]] const char* after_line_end(const char* stop) const;
  void refill();
  void skip_byte_order_mark();

  ByteSource& source_;
  std::unique_ptr<char[]> block_;
  std::size_t capacity_ = 0;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool at_end_of_file_ = false;
  std::size_t line_number_ = 0;
  std::size_t bytes_read_ = 0;
  Finder line_feed_{'\n'}, carriage_return_{'\r'}, quote_{'"'}, nul_{'\0'};
};

}  // namespace neuronsmith::internal
