#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "neuronsmith/search/archive.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/genetic/variation.hpp"
#include "neuronsmith/search/strategy.hpp"

namespace neuronsmith::search {

/// Genetic programming on formulas of x or of named columns (Koza 1992; for vector formulas the VSR
/// of Fan et al.). A tournament reads the fitness of the very individual that it selects: individual
/// and score are one value here. Of formulas with equal scores only the shortest is a parent, and one
/// that cannot be scored never is.
class GeneticSearch final : public Strategy {
 public:
  /// Throws ConfigError on options that do not fit together.
  GeneticSearch(GeneticOptions options, InputSpace inputs, std::uint64_t seed);
  GeneticSearch(const GeneticSearch&) = delete;  // its parts refer to its options
  GeneticSearch& operator=(const GeneticSearch&) = delete;

  /// These stand in the first generation, in place of as many random formulas.
  void begin_with(std::vector<formula::Formula> formulas) { first_ = std::move(formulas); }

  [[nodiscard]] std::vector<formula::Formula> ask() override;
  void tell(std::vector<formula::Formula> formulas, std::span<const Score> scores) override;
  [[nodiscard]] Json save() const override;
  void load(const Json& state, const std::string& source) override;

  /// What is left of the last generation that was told: those that could be scored, no two of
  /// equal score, the fittest first.
  [[nodiscard]] std::vector<Candidate> standing() const override { return population_; }

 private:
  [[nodiscard]] formula::Formula offspring(Random& random) const;
  [[nodiscard]] formula::Formula varied(const formula::Formula& parent, Random& random) const;
  [[nodiscard]] const formula::Formula& tournament(Random& random) const;
  [[nodiscard]] double contestants() const;
  [[nodiscard]] double fitness(const Score& score) const;
  [[nodiscard]] bool is_too_large(const formula::Formula& f) const;

  GeneticOptions options_;
  InputSpace inputs_;
  std::uint64_t seed_;
  Variation variation_;
  RandomFormula fresh_;
  std::vector<formula::Formula> first_;
  std::uint32_t generation_ = 0;
  std::vector<Candidate> population_;
};

}  // namespace neuronsmith::search
