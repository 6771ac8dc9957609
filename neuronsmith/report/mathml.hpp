#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::report {

/// Formulas of more nodes are not typeset: nobody reads them, and markup within markup grows with
/// the square of the nodes.
inline constexpr std::size_t kMaxTypesetNodes = 500;

/// A formula in MathML Core, numbers to 4 significant digits; `left_side`, when there is one, is a
/// letter that stands before "=". One `<math>` element a term of a sum, so that a narrow page can
/// break the line before a sign. A vector x is set in bold. Protected operators look like the
/// ordinary ones, as in to_latex(). Throws InternalError beyond kMaxTypesetNodes.
[[nodiscard]] std::string to_mathml(const formula::Formula& formula,
                                    std::string_view left_side = {});

}  // namespace neuronsmith::report
