#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::search::evolution {

/// What a translated function may take. Every size is looked at before anything is built.
struct PythonLimits {
  std::size_t max_bytes = 8192;  ///< of the text
  std::size_t max_depth = 50;    ///< of nested expressions
  std::size_t max_nodes = 300;   ///< of the formula and of each variable
};

struct PythonRefusal {
  std::size_t line = 1;  ///< of the text, from 1
  std::string reason;    ///< may hold words of the text
};

using PythonResult = std::variant<formula::Formula, PythonRefusal>;

/// Reads one function of x as language models write them: imports of numpy, torch, jax and math, then
/// `def f(x):` with assignments and a `return`, and puts assignments in the place of their variables.
/// The text is translated, never executed; all else that Python has is a refusal.
[[nodiscard]] PythonResult translate_python(std::string_view text, const PythonLimits& limits = {});

}  // namespace neuronsmith::search::evolution
