#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/search/archive.hpp"
#include "neuronsmith/search/objective.hpp"

namespace neuronsmith::search {

/// Proposes formulas and learns from their scores. ask() and tell() alternate, from one thread.
/// Everything that a strategy draws is a function of its seed and the generation.
class Strategy {
 public:
  virtual ~Strategy() = default;

  /// The next generation of proposals.
  [[nodiscard]] virtual std::vector<formula::Formula> ask() = 0;

  /// What ask() returned, and its scores in the same order.
  virtual void tell(std::vector<formula::Formula> formulas, std::span<const Score> scores) = 0;

  /// What a resumed search needs; load() throws ParseError naming `source` on anything else.
  [[nodiscard]] virtual Json save() const = 0;
  virtual void load(const Json& state, const std::string& source) = 0;

  /// Whether what was asked for once, by key of the objective, is never asked for again.
  [[nodiscard]] virtual bool never_repeats() const { return false; }

  /// What the strategy holds on to, best first: besides the archive what one may choose from.
  [[nodiscard]] virtual std::vector<Candidate> standing() const = 0;
};

}  // namespace neuronsmith::search
