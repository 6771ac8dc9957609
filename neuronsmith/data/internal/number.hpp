#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace neuronsmith::internal {

/// What a text says as a number.
enum class NumberKind : std::uint8_t {
  Finite,
  Infinite,  ///< "inf", "-Infinity", or a number beyond float32
  None,      ///< no number, or NaN
};

struct Number {
  NumberKind kind = NumberKind::None;
  float value = 0.0F;
};

/// Decimal notation with '.', a sign and an exponent, correctly rounded to float32. No space, no
/// hexadecimal, no ',' inside.
[[nodiscard]] Number parse_number(std::string_view text);

/// Empty, ?, NA, N/A, NaN, null, in any case.
[[nodiscard]] bool is_missing(std::string_view text);

/// Without spaces and tabs at its ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// The shortest text that reads back to the same float32.
[[nodiscard]] std::string number_text(float value);

}  // namespace neuronsmith::internal
