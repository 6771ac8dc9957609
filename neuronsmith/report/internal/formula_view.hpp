#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::report::internal {

/// The formula of a neuron in a run's result; absent when it does not parse.
[[nodiscard]] std::optional<formula::Formula> read_formula(
    const std::string& text, formula::Shape input_shape = formula::Shape::Vector);

/// Typeset; the text itself, cut where it is long, when it cannot be.
[[nodiscard]] std::string formula_html(const std::string& text,
                                       std::string_view left_side = {},
                                       formula::Shape input_shape = formula::Shape::Vector);

}  // namespace neuronsmith::report::internal
