#include "neuronsmith/data/internal/number.hpp"

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace neuronsmith::internal {
namespace {

constexpr std::array<std::string_view, 5> kMissingWords = {"?", "na", "n/a", "nan", "null"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equals_lower(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, {}, lower);
}

}  // namespace

Number parse_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return {};
  }
  const char* const end = text.data() + text.size();
  float value = 0.0F;
  const auto [stop, error] = fast_float::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end || std::isnan(value)) return {};
  return {std::isinf(value) ? NumberKind::Infinite : NumberKind::Finite, value};
}

bool is_missing(std::string_view text) {
  if (text.size() > 4) return false;
  if (text.empty()) return true;
  return std::ranges::any_of(kMissingWords,
                             [&](std::string_view word) { return equals_lower(text, word); });
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string number_text(float value) { return fmt::format("{}", value); }

}  // namespace neuronsmith::internal
