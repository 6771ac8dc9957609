#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"

namespace neuronsmith::search::evolution {

/// A formula may be so many times as large as a search allows before it is simplified.
inline constexpr std::size_t kLooseSize = 4;

/// What a proposed formula must keep to be worth scoring.
struct ProposalLimits {
  std::size_t max_nodes = 60;  ///< > 0
  double max_cost = 200.0;     ///< FLOP per element (formula::operations_of), > 0
  std::size_t weights = 0;     ///< weight vectors that a formula of vector x may have

  /// Throws ConfigError.
  void validate() const;
};

/// Why the formula is refused: not of these inputs alone, or too large; what has no reductions also
/// for being too costly, and a function of scalar x for being flat or not finite on [-8, 8]. None
/// where it is accepted.
[[nodiscard]] std::optional<std::string> refusal_of(const formula::Formula& formula,
                                                    InputSpace inputs,
                                                    const ProposalLimits& limits);

}  // namespace neuronsmith::search::evolution
