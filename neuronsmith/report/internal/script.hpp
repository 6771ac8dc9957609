#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::report::internal {

/// What a plot is drawn for.
enum class Medium : std::uint8_t {
  Page,  ///< an SVG that redraw() writes anew: colours are numbers, texts are placeholders
  Png,   ///< a panel of a picture, with its title and a legend; the terminal is set already
};

/// A plot in gnuplot's language, and what its placeholders stand for.
struct Script {
  std::string text;  ///< empty: there is no point to draw
  std::vector<std::string> texts = {};
};

[[nodiscard]] Script script_of(const Plot& plot, Medium medium);

/// What gnuplot, which reads no settings of the user's, wrote; or why there is nothing.
struct GnuplotOutput {
  std::string content;
  std::string problem;
};
[[nodiscard]] GnuplotOutput run_gnuplot(const std::string& script);

}  // namespace neuronsmith::report::internal
