#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "neuronsmith/neuron/activation.hpp"
#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::report {

/// An activation and what the legend calls it.
struct NamedActivation {
  std::string name;
  neuron::Activation activation;
};

/// So many curves are told apart by their colours.
inline constexpr std::size_t kMaxShapes = 8;

/// The values of activations over [low, high], and beside them their derivatives. Parameters are
/// as they start; what is not finite is a gap, and so is a pole. Throws InternalError beyond
/// kMaxShapes.
[[nodiscard]] std::vector<Plot> shape_panels(const std::vector<NamedActivation>& activations,
                                             double low,
                                             double high,
                                             bool with_derivatives);

enum class PictureFormat : std::uint8_t {
  Svg,  ///< by itself: colours for light and for dark, no reference to anything else
  Png,  ///< on white
};

/// A file's content, or why there is none.
struct Picture {
  std::string content;
  std::string problem;
};

/// Draws panels of one size side by side, with one legend: the series of the first. A missing
/// gnuplot is an ordinary outcome. The same panels give the same bytes of SVG.
[[nodiscard]] Picture draw_picture(const std::vector<Plot>& panels, PictureFormat format);

}  // namespace neuronsmith::report
