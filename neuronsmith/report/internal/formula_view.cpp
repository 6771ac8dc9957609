#include "neuronsmith/report/internal/formula_view.hpp"

#include <variant>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/mathml.hpp"

namespace neuronsmith::report::internal {
namespace {

/// No formula of kMaxTypesetNodes is longer.
constexpr std::size_t kMaxTextLength = 20000;

}  // namespace

std::optional<formula::Formula> read_formula(const std::string& text, formula::Shape input_shape) {
  if (text.empty() || text.size() > kMaxTextLength) return std::nullopt;
  const auto result = formula::parse(text, input_shape);
  const auto* formula = std::get_if<formula::Formula>(&result);
  return formula == nullptr ? std::nullopt : std::optional(*formula);
}

std::string formula_html(const std::string& text,
                         std::string_view left_side,
                         formula::Shape input_shape) {
  const auto formula = read_formula(text, input_shape);
  if (formula && formula->size() <= kMaxTypesetNodes) return to_mathml(*formula, left_side);
  return "<code>" + escape(shortened(text, 400)) + "</code>";
}

}  // namespace neuronsmith::report::internal
