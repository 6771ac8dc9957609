#include <fmt/format.h>

#include "neuronsmith/export/internal/writers.hpp"
#include "neuronsmith/formula/derivative.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::exports::internal {

Draft latex_text(const Subject& subject) {
  std::string body = fmt::format("\\[ f(x) = {} \\]\n", to_latex(subject.formula));
  if (const auto derivative = formula::derivative(subject.formula)) {
    body += fmt::format("\\[ f'(x) = {} \\]\n", to_latex(*derivative));
  }
  return {.body = body, .comment = "% "};
}

}  // namespace neuronsmith::exports::internal
