#pragma once

#include <cstddef>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::search::evolution {

/// How fast |f| grows far from 0, on the side where it grows faster: by the exponent e of |x|^e between
/// 16 and 32.
enum class Growth : unsigned char {
  Bounded,    ///< e < 0.25
  Sublinear,  ///< e < 0.75
  Linear,     ///< e < 1.35
  Steeper,    ///< or not finite there
};

/// What MAP-Elites (Mouret and Clune, Illuminating search spaces by mapping elites, 2015) keeps apart:
/// complexity and shape of a formula. A vector formula is looked at with one coordinate and weights 1.
struct ShapeCell {
  std::size_t complexity = 0;  ///< up to 4, 8, 12, 18, 26 nodes, or more: 0 to 5
  Growth growth = Growth::Linear;
  std::size_t turns = 0;  ///< changes of direction on [-6, 6]: none, 1, 2 to 4, more: 0 to 3

  /// A number below kCells.
  [[nodiscard]] std::size_t index() const;
  static constexpr std::size_t kCells = 6 * 4 * 4;

  bool operator==(const ShapeCell&) const = default;
};

/// Of a formula of scalar x or of vector x, or of columns, in each of which x stands.
[[nodiscard]] ShapeCell cell_of(const formula::Formula& formula);

}  // namespace neuronsmith::search::evolution
