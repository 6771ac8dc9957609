#pragma once

#include <string_view>

#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::report::internal {

/// The page's one style sheet.
[[nodiscard]] std::string_view style_sheet();

/// The style sheet's colour of a tone on light and on dark ground, for pictures that stand alone.
[[nodiscard]] std::string_view light_colour(Tone tone);
[[nodiscard]] std::string_view dark_colour(Tone tone);

}  // namespace neuronsmith::report::internal
