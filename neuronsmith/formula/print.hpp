#pragma once

#include <string>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

/// Infix text that parse() reads back to the same nodes; numbers in shortest round-trip form.
[[nodiscard]] std::string to_infix(const Formula& formula);

/// The same with numbers rounded to `digits` significant digits, for people.
[[nodiscard]] std::string to_infix(const Formula& formula, int digits);

/// LaTeX in math mode, numbers to 4 significant digits.
[[nodiscard]] std::string to_latex(const Formula& formula);

/// Python text for SymPy. x is the symbol x; dot and sum are functions of that name.
[[nodiscard]] std::string to_sympy(const Formula& formula);

}  // namespace neuronsmith::formula
