#pragma once

#include <string_view>

namespace neuronsmith::report::internal {

/// The page's one style sheet.
[[nodiscard]] std::string_view style_sheet();

}  // namespace neuronsmith::report::internal
