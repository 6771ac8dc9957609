#include "neuronsmith/data/internal/line_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::internal {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 18;  // in the second-level cache
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

const char* LineReader::Finder::find(const char* from, const char* end) {
  if (found_ != nullptr && found_ >= from) return found_;
  const void* const place = std::memchr(from, wanted_, static_cast<std::size_t>(end - from));
  found_ = place == nullptr ? end : static_cast<const char*>(place);
  return found_;
}

LineReader::LineReader(ByteSource& source)
    : source_(source),
      block_(std::make_unique_for_overwrite<char[]>(kBlockBytes)),
      capacity_(kBlockBytes),
      at_(block_.get()),
      end_(block_.get()) {
  source_.rewind();
  refill();
  skip_byte_order_mark();
}

bool LineReader::next(Line& line) {
  const char* const stop = find_line_end();
  if (at_ == end_) return false;
  const char* const after = after_line_end(stop);
  line = {.text = {at_, stop},
          .raw = {at_, after},
          .number = ++line_number_,
          .has_quote = quote_.find(at_, end_) < stop};
  if (nul_.find(at_, end_) < stop) {
    throw DataError(fmt::format(
        "{}: line {} holds a NUL byte; a table is text in UTF-8", path(), line_number_));
  }
  bytes_read_ += line.raw.size();
  at_ = after;
  return true;
}

/// Reads on until the line is whole. A CR in the last place waits for what follows: it may be LF.
const char* LineReader::find_line_end() {
  for (;;) {
    const char* const line_feed = line_feed_.find(at_, end_);
    const char* const stop = std::min(line_feed, carriage_return_.find(at_, end_));
    const bool whole = stop < end_ && (stop == line_feed || stop + 1 < end_);
    if (whole || at_end_of_file_) return stop;
    refill();
  }
}

const char* LineReader::after_line_end(const char* stop) const {
  if (stop == end_) return stop;
  const bool two = *stop == '\r' && stop + 1 < end_ && stop[1] == '\n';
  return stop + (two ? 2 : 1);
}

/// Moves what is left to the front of the block (of a larger one when a line fills it) and reads
/// on.
void LineReader::refill() {
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (2 * left > capacity_) {
    auto larger = std::make_unique_for_overwrite<char[]>(2 * capacity_);
    std::memcpy(larger.get(), at_, left);
    block_ = std::move(larger);
    capacity_ *= 2;
  } else {
    std::memmove(block_.get(), at_, left);
  }
  const std::size_t room =
      std::min(capacity_ - left, std::size_t{1} << 30);  // gzread counts in int
  const std::size_t n = source_.read({block_.get() + left, room});
  at_end_of_file_ = n == 0;
  at_ = block_.get();
  end_ = at_ + left + n;
  for (Finder* finder : {&line_feed_, &carriage_return_, &quote_, &nul_}) finder->forget();
}

void LineReader::skip_byte_order_mark() {
  if (std::string_view(at_, end_).starts_with(kByteOrderMark)) at_ += kByteOrderMark.size();
}

}  // namespace neuronsmith::internal
