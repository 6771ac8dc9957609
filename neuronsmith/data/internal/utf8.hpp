#pragma once

#include <string>
#include <string_view>

namespace neuronsmith::internal {

/// Whether a text is UTF-8 as RFC 3629 defines it.
[[nodiscard]] bool is_utf8(std::string_view text);

/// A field for a message of one line: cut when long, control characters and what is not UTF-8 as ?.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace neuronsmith::internal
