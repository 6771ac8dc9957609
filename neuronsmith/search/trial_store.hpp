#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "neuronsmith/network/cohort.hpp"

namespace neuronsmith::search {

/// Remembers trainings, so that a search that is gone on with repeats none. Both functions may be called
/// from several threads at a time.
class TrialStore {
 public:
  virtual ~TrialStore() = default;

  /// Absent where the formula of that key (Objective::key) was not trained in that trial yet.
  [[nodiscard]] virtual std::optional<network::TrialLosses> find_trial(std::uint64_t key,
                                                                       std::size_t trial) const = 0;
  virtual void put_trial(std::uint64_t key,
                         std::size_t trial,
                         const network::TrialLosses& losses) = 0;
};

}  // namespace neuronsmith::search
