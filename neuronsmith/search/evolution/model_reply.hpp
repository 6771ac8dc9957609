#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"

namespace neuronsmith::search::evolution {

/// How much of a reply is read.
struct ReplyLimits {
  std::size_t max_bytes = 65536;
  std::size_t max_line = 2000;     ///< bytes of a formula
  std::size_t max_proposals = 64;  ///< formulas and refusals together
};

/// What the text of a language model proposes.
struct ModelReply {
  std::vector<formula::Formula> formulas;  ///< in the order of the text
  /// Why something is no formula, with its beginning: a line of printable ASCII each, of at most
  /// 240 bytes. At least one where there are no formulas.
  std::vector<std::string> refusals;
};

/// Reads formulas of our language, one a line, and, where the input is scalar x, expressions and
/// functions as Python writes them (python_function.hpp), which are translated and never executed.
/// In a fenced block every line is a proposal, elsewhere those lines that are formulas; "<think>...
/// </think>", bullets, numbers of a list, "f(x) =" and comments are passed over. Any bytes will do.
[[nodiscard]] ModelReply read_reply(std::string_view text,
                                    InputSpace inputs,
                                    const ReplyLimits& limits = {});

}  // namespace neuronsmith::search::evolution
