#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/search/evolution/program.hpp"
#include "neuronsmith/search/evolution/program_store.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"

namespace neuronsmith::search::evolution {

/// What a search tells whom it asks for formulas.
struct ProposalRequest {
  std::uint32_t generation = 0;
  InputSpace inputs = formula::Shape::Scalar;
  GeneticOptions grammar = {};         ///< functions that the search uses, and sizes
  std::vector<Program> programs = {};  ///< scored ones of one island, best first; never empty
  std::size_t wanted = 1;              ///< formulas
};

struct Proposed {
  std::vector<formula::Formula> formulas;  ///< any number; the first ones are taken
  std::vector<LogEntry> log;               ///< what was refused, and what failed
};

/// Proposes formulas to a search besides its grammar.
class Proposer {
 public:
  virtual ~Proposer() = default;

  /// What fails is no exception but an entry of the log. A stop request ends it early.
  [[nodiscard]] virtual Proposed propose(const ProposalRequest& request, std::stop_token stop) = 0;
};

}  // namespace neuronsmith::search::evolution
