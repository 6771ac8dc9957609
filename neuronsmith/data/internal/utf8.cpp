#include "neuronsmith/data/internal/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace neuronsmith::internal {
namespace {

constexpr std::size_t kMaxPrinted = 40;

/// What a first byte promises.
struct Sequence {
  std::size_t length = 0;  ///< 0: no character begins so
  std::uint32_t bits = 0;
  std::uint32_t smallest = 0;  ///< a smaller code point has a shorter form
};

Sequence sequence_of(unsigned char first) {
  if (first < 0x80) return {1, first, 0};
  if (first >= 0xC2 && first < 0xE0) return {2, first & 0x1Fu, 0x80};
  if (first >= 0xE0 && first < 0xF0) return {3, first & 0x0Fu, 0x800};
  if (first >= 0xF0 && first < 0xF5) return {4, first & 0x07u, 0x10000};
  return {};
}

/// Bytes of the character that `text` begins with; 0 when it is none.
std::size_t character_length(std::string_view text) {
  const Sequence sequence = sequence_of(static_cast<unsigned char>(text.front()));
  if (sequence.length == 0 || sequence.length > text.size()) return 0;
  std::uint32_t point = sequence.bits;
  for (const char c : text.substr(1, sequence.length - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0u) != 0x80u) return 0;
    point = (point << 6) | (byte & 0x3Fu);
  }
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  return point < sequence.smallest || point > 0x10FFFF || surrogate ? 0 : sequence.length;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < kMaxPrinted) {
    const std::size_t length = character_length(text);
    if (length == 0 || is_control(text.front())) {
      out += '?';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text.empty() ? out : out + "...";
}

}  // namespace neuronsmith::internal
