#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::search::evolution {

/// What a proposed activation must keep to be worth scoring.
struct ProposalLimits {
  std::size_t max_nodes = 60;  ///< > 0
  double max_cost = 200.0;     ///< FLOP per element (formula::operations_of), > 0

  /// Throws ConfigError.
  void validate() const;
};

/// Why the formula is refused: not of x alone, too large, too costly, or, on [-8, 8], not finite or
/// flat; none where it is accepted.
[[nodiscard]] std::optional<std::string> refusal_of(const formula::Formula& formula,
                                                    const ProposalLimits& limits);

}  // namespace neuronsmith::search::evolution
