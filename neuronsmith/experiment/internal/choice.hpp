#pragma once

#include <string>
#include <vector>

#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/ranks.hpp"
#include "neuronsmith/experiment/discover.hpp"
#include "neuronsmith/experiment/internal/pursuit.hpp"
#include "neuronsmith/search/archive.hpp"

namespace neuronsmith::experiment::internal {

/// What a choice is made from.
struct Pool {
  std::vector<search::Candidate> best;      ///< that the whole search found
  std::vector<search::Candidate> standing;  ///< that its strategy holds at the end
};

[[nodiscard]] Pool pool_of(const search::Archive& archive, std::vector<search::Candidate> standing);

/// On the first rank the pools of all, with what they found added to `found`; nothing elsewhere.
/// Called on every rank.
[[nodiscard]] Pool gathered(const Pool& pool, Ranks& ranks, search::Discovery& found);

/// Chooses the best of the pool that is a neuron, as the recipe wants them judged, and fills in the
/// result's neuron, columns, score, front, trade-offs, finalists and rejected. Throws DataError,
/// naming `source`, where there is none.
void conclude(Pool pool,
              const search::Recipe& recipe,
              const std::string& source,
              const Pursuit& pursuit,
              const Executor& executor,
              DiscoveryResult& result);

}  // namespace neuronsmith::experiment::internal
