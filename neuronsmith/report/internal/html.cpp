#include "neuronsmith/report/internal/html.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

namespace neuronsmith::report::internal {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kMinus = "\xE2\x88\x92";        // U+2212

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Length of the UTF-8 sequence that a first byte announces; 0 for none.
std::size_t announced_length(unsigned char first) {
  if (first < 0x80U) return 1;
  if (first >= 0xC2U && first <= 0xDFU) return 2;
  if (first >= 0xE0U && first <= 0xEFU) return 3;
  return first >= 0xF0U && first <= 0xF4U ? 4 : 0;
}

/// Whether a code point of XML: no control character, surrogate or non-character.
bool is_character(std::uint32_t point) {
  if (point < 0x20U) return point == '\n' || point == '\t';
  const bool is_control = point >= 0x7FU && point < 0xA0U;
  const bool is_surrogate = point >= 0xD800U && point <= 0xDFFFU;
  return !is_control && !is_surrogate && point != 0xFFFEU && point != 0xFFFFU && point <= 0x10FFFFU;
}

/// Length of the valid sequence at the start of `text`, 0 when there is none or it is no character.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = announced_length(first);
  if (length == 0 || length > text.size()) return 0;
  std::uint32_t point = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
    point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80U, 0x800U, 0x10000U};
  return point >= kLeast[length] && is_character(point) ? length : 0;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

/// "12345" as "12,345".
std::string grouped(std::string digits) {
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

/// Sign, digits and power of ten of a number for people.
struct Digits {
  std::string_view sign;
  std::string digits;
  int exponent = 0;
};

Digits digits_of(double value) {
  const double size = std::abs(value);
  const std::string_view sign = std::signbit(value) && size > 0.0 ? kMinus : std::string_view();
  if (!std::isfinite(value)) return {sign, std::isnan(value) ? "not a number" : "∞"};
  const bool is_whole = size == std::floor(size);
  if (size < 1e9 && (is_whole || size >= 1e4)) return {sign, grouped(fmt::format("{:.0f}", size))};
  const std::string text = fmt::format("{:.4g}", size);
  const std::size_t e = text.find('e');
  if (e == std::string::npos) return {sign, text};
  return {sign, text.substr(0, e), std::stoi(text.substr(e + 1))};
}

}  // namespace

std::string escape(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_length(text.substr(i));
    const std::string_view character = length == 0 ? kReplacement : text.substr(i, length);
    const std::string_view replaced = entity(character[0]);
    result += replaced.empty() ? character : replaced;
    i += std::max<std::size_t>(length, 1);
  }
  return result;
}

std::string shortened(std::string_view text, std::size_t width) {
  std::size_t n_characters = 0;
  std::size_t cut = 0;  // after width - 1 characters
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_continuation(text[i])) continue;
    if (n_characters + 1 == width) cut = i;
    if (++n_characters > width) return std::string(text.substr(0, cut)) + "…";
  }
  return std::string(text);
}

std::string number_text(double value) {
  const Digits d = digits_of(value);
  return fmt::format(
      "{}{}{}", d.sign, d.digits, d.exponent == 0 ? "" : fmt::format("e{}", d.exponent));
}

std::string number_html(double value) {
  const Digits d = digits_of(value);
  if (d.exponent == 0) return fmt::format("{}{}", d.sign, d.digits);
  return fmt::format("{}{}·10<sup>{}{}</sup>",
                     d.sign,
                     d.digits,
                     d.exponent < 0 ? kMinus : std::string_view(),
                     std::abs(d.exponent));
}

const Json& value_at(const Json& object, std::string_view key) {
  static const Json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(std::string(key));
  return found == object.end() ? kNothing : *found;
}

std::optional<double> number_at(const Json& object, std::string_view key) {
  const Json& value = value_at(object, key);
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::string text_at(const Json& object, std::string_view key) {
  const Json& value = value_at(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string HtmlTable::html() const {
  const auto cell = [this](const char* tag, std::size_t column, const std::string& content) {
    const bool is_right = column < is_number.size() && is_number[column];
    return fmt::format("<{0}{1}>{2}</{0}>", tag, is_right ? " class=\"n\"" : "", content);
  };
  std::string text = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
      "aria-label=\"{}\">\n<table>\n<thead><tr>",
      escape(label));
  for (std::size_t c = 0; c < heads.size(); ++c) text += cell("th", c, heads[c]);
  text += "</tr></thead>\n<tbody>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    text += fmt::format("<tr{}>", r < row_attributes.size() ? row_attributes[r] : "");
    for (std::size_t c = 0; c < rows[r].size(); ++c) text += cell("td", c, rows[r][c]);
    text += "</tr>\n";
  }
  return text + "</tbody>\n</table>\n</div>\n";
}

}  // namespace neuronsmith::report::internal
