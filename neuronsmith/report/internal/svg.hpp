#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::report::internal {

/// The colours by which parts of a drawing are told apart in gnuplot's SVG: #0000NN.
inline constexpr int kAxisColour = 1;
inline constexpr int kGridColour = 2;
inline constexpr int kVerticalColour = 3;
inline constexpr int kFirstSeriesColour = 16;
inline constexpr std::size_t kMaxSeries = 200;

/// What stands in gnuplot's SVG instead of the text of that number.
[[nodiscard]] std::string placeholder(std::size_t text);

/// What gnuplot drew of `plot`, as the page wants it. `texts` are what the placeholders stand for.
/// Empty when `svg` is not what gnuplot writes.
[[nodiscard]] std::string redraw(std::string_view svg,
                                 const Plot& plot,
                                 const std::vector<std::string>& texts);

}  // namespace neuronsmith::report::internal
