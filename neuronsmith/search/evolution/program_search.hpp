#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "neuronsmith/core/ranks.hpp"
#include "neuronsmith/search/archive.hpp"
#include "neuronsmith/search/evolution/evolution_options.hpp"
#include "neuronsmith/search/evolution/program.hpp"
#include "neuronsmith/search/evolution/program_store.hpp"
#include "neuronsmith/search/evolution/proposer.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/genetic/variation.hpp"
#include "neuronsmith/search/strategy.hpp"

namespace neuronsmith::search::evolution {

/// Evolution of programs on islands (Romera-Paredes et al., Mathematical discoveries from program
/// search with large language models, 2024; Novikov et al., AlphaEvolve, 2025). Each island keeps,
/// in every ShapeCell, the program of least criterion. A parent is the island's best, one that won
/// a tournament of its elites, or any of them, whatever its score. Every so many generations an
/// island's best go to the next one. No formula is proposed twice.
///
/// With a store all of it survives the process: programs and state are written by write_state() of
/// the store, which the driver calls after each generation. Islands are made anew from the
/// programs.
class ProgramSearch final : public Strategy {
 public:
  /// `grammar` says what formulas are drawn from and by what they vary; its population, tournament,
  /// elite, immigration and fitness have no meaning here. `store` and `ranks` may be null and must
  /// outlive it; searches whose islands have numbers of their own, from `first_island` on, may
  /// share a store. Searches on several ranks generate in step, and the best of one's last island
  /// go to the first island of the next one's. Throws ConfigError on options that do not fit
  /// together.
  ProgramSearch(EvolutionOptions options,
                GeneticOptions grammar,
                InputSpace inputs,
                std::uint64_t seed,
                ProgramStore* store = nullptr,
                std::uint32_t first_island = 0,
                Ranks* ranks = nullptr);
  ProgramSearch(const ProgramSearch&) = delete;  // its parts refer to its options
  ProgramSearch& operator=(const ProgramSearch&) = delete;

  /// These are scored in the first generation and settle on every island.
  void begin_with(std::vector<formula::Formula> formulas) { seeds_ = std::move(formulas); }

  /// From the second generation on `proposer`, which must outlive this, is asked once a generation:
  /// for one island, the islands taking turns. It is shown the best programs of the island and some
  /// of other cells, and what it proposes makes up at most `share` of the island's proposals, or
  /// one, the grammar's the rest; without an answer the generation is as it would be without a
  /// proposer. A generation under way that is gone on with is not asked for again. What is refused
  /// is logged.
  void propose_with(Proposer& proposer, double share, std::stop_token stop = {});

  [[nodiscard]] std::vector<formula::Formula> ask() override;
  void tell(std::vector<formula::Formula> formulas, std::span<const Score> scores) override;
  [[nodiscard]] Json save() const override;
  void load(const Json& state, const std::string& source) override;
  [[nodiscard]] bool never_repeats() const override { return true; }

  /// The elites of all islands, each formula once, least criterion first.
  [[nodiscard]] std::vector<Candidate> standing() const override;

 private:
  /// The best program of each cell, by the cell's number.
  using Island = std::map<std::size_t, Program>;

  [[nodiscard]] std::vector<Proposal> proposals_under_way();
  [[nodiscard]] std::vector<Proposal> new_proposals();
  [[nodiscard]] Proposal offspring(std::uint32_t island, Random& random) const;
  [[nodiscard]] Proposal varied(const Program& parent, std::uint32_t island, Random& random) const;
  [[nodiscard]] static formula::Formula blended(const formula::Formula& first,
                                                const formula::Formula& second,
                                                Random& random);
  [[nodiscard]] formula::Formula with_other_constants(const formula::Formula& parent,
                                                      Random& random) const;
  [[nodiscard]] const Program& parent(const Island& island, Random& random) const;
  [[nodiscard]] std::vector<Program> shown(std::uint32_t island) const;
  [[nodiscard]] std::vector<Proposal> from_proposer(std::uint32_t island);
  [[nodiscard]] std::vector<Proposal> taken(std::vector<formula::Formula> formulas,
                                            const Proposal& frame);
  // Empty where the formula may be proposed, being not too large or deep, a function of the input,
  // and new;
  // it then counts as known. Otherwise why not.
  [[nodiscard]] std::string_view take(Proposal& proposal);
  void log(const LogEntry& entry);
  [[nodiscard]] bool is_own(const Proposal& proposal) const;
  void settle(const Program& program);
  static void settle(Island& island, const Program& program);
  void end_generation();
  void migrate();
  [[nodiscard]] std::vector<Program> passed_on(const std::vector<Program>& travellers);

  EvolutionOptions options_;
  GeneticOptions grammar_;
  InputSpace inputs_;
  std::uint64_t seed_;
  ProgramStore* store_;
  std::uint32_t first_island_;
  Ranks* ranks_;
  Variation variation_;
  RandomFormula fresh_;
  std::vector<formula::Formula> seeds_;
  Proposer* proposer_ = nullptr;
  std::size_t wanted_ = 0;  // formulas of the proposer
  std::stop_token stop_;
  std::uint32_t generation_ = 0;
  std::int64_t n_programs_ = 0;  // of its own islands
  std::vector<Island> islands_;
  std::unordered_set<std::uint64_t> known_;  // keys of all that was proposed
  std::vector<Proposal> asked_;              // what ask() returned
};

}  // namespace neuronsmith::search::evolution
