#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "neuronsmith/search/evolution/program.hpp"
#include "neuronsmith/search/state_store.hpp"
#include "neuronsmith/search/trial_store.hpp"

namespace neuronsmith::search::evolution {

/// Something that a search notes about itself, such as a proposal that was refused.
struct LogEntry {
  std::uint32_t generation = 0;
  std::string kind;  ///< "refusal", "failure", ...
  std::string text;
};

/// Keeps the programs of a search. find_trial() and put_trial() may be called from several threads;
/// all else from one.
class ProgramStore : public TrialStore, public StateStore {
 public:
  /// Gives the program the next number there is. Kept with the next write_state().
  virtual void add(Program& program) = 0;
  /// In the order of their numbers.
  [[nodiscard]] virtual std::vector<Program> programs() const = 0;

  /// The proposals of a generation, kept at once; empty where there are none of that generation.
  virtual void put_proposals(std::uint32_t generation, const std::vector<Proposal>& proposals) = 0;
  [[nodiscard]] virtual std::vector<Proposal> proposals(std::uint32_t generation) const = 0;

  virtual void log(const LogEntry& entry) = 0;
};

}  // namespace neuronsmith::search::evolution
