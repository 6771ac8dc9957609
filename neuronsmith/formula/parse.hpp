#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

/// No formula that parse() reads has more nodes: what is done with formulas may take time that
/// grows with the square of their size.
inline constexpr std::size_t kMaxNodes = 10'000;

/// The k of a^k (Op::PowInt) that a literal exponent stands for; none where it makes an Op::Pow.
[[nodiscard]] std::optional<int> power_exponent(double value);

/// Where and why a text is not a formula.
struct ParseDiagnosis {
  std::size_t position = 0;  ///< offset of the offending character, from 0
  std::string message;

  /// One line: "column 5: ...", columns counted from 1.
  [[nodiscard]] std::string text() const;
};

using ParseResult = std::variant<Formula, ParseDiagnosis>;

/// Reads the infix language of docs/formula.md ("0.3*x^2 + dot(w0, x)*dot(w1, x)") or gplearn's
/// prefix form ("mul(cos(X3), X7)"). A text with a column X<i> or one of the words add, sub, mul,
/// div, inv, sig is read as gplearn's, where div, sqrt, log and inv are the protected ones.
/// A text that does not parse is an ordinary outcome: a search meets it often.
[[nodiscard]] ParseResult parse(std::string_view text, Shape input_shape);

/// The same for text that a user gave: throws ParseError "SOURCE: column N: ...".
[[nodiscard]] Formula parse_or_throw(std::string_view text,
                                     Shape input_shape,
                                     const std::string& source);

}  // namespace neuronsmith::formula
