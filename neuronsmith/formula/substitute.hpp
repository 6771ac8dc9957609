#pragma once

#include <span>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

/// The pattern with parts[i] in the place of every `leaf` of index i (an input has index 0), as a function
/// of an x of that shape. There is a part for every such leaf.
[[nodiscard]] Formula substitute(const Formula& pattern,
                                 Op leaf,
                                 std::span<const Formula> parts,
                                 Shape shape_of_x);

}  // namespace neuronsmith::formula
