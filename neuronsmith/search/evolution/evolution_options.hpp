#pragma once

#include <cstddef>

namespace neuronsmith::search {

/// Options of evolution::ProgramSearch. Islands, migration and the ways to choose a parent are those of
/// the open proxy of Vitvitskyi et al. (arXiv 2602.05688); its population and archive are the cells here.
struct EvolutionOptions {
  std::size_t islands = 5;      ///< > 0
  std::size_t proposals = 12;   ///< of an island in a generation, > 0
  double elite = 0.1;           ///< how often a parent is the island's best
  double explore = 0.2;         ///< how often any elite, whatever its score; otherwise by tournament
  std::size_t contestants = 3;  ///< of a tournament, > 0
  double blend = 0.15;  ///< how often a child is a weighted mean of two parents, and not of the grammar
  std::size_t migration_generations = 10;  ///< between two migrations, > 0
  double migration_share = 0.1;            ///< of an island's elites that go

  /// Throws ConfigError naming the option.
  void validate() const;
};

}  // namespace neuronsmith::search
