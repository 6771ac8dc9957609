#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/search/objective.hpp"

namespace neuronsmith::search {

/// A formula with its score.
struct Candidate {
  formula::Formula formula;
  Score score;
};

[[nodiscard]] Json to_json(const Candidate& candidate);
/// Throws ParseError naming `source`.
[[nodiscard]] Candidate candidate_from_json(const Json& json, const std::string& source);

/// The best of a search: the Pareto front over error and complexity, of trained networks also over
/// loss within the distribution and cost; and the formula of least criterion (of equal criteria
/// least error), which need not stand on the front. Ties keep what came first.
class Archive {
 public:
  Archive() = default;
  /// As it was when front() and best() gave these.
  Archive(std::vector<Candidate> front, std::optional<Candidate> best)
      : front_(std::move(front)), best_(std::move(best)) {}

  /// Whether add() would return true: spares a copy of what would not enter.
  [[nodiscard]] bool wants(const Score& score) const;
  /// True when the candidate entered the front or became the best by criterion.
  bool add(const Candidate& candidate);

  /// In order of complexity; without networks errors fall.
  [[nodiscard]] const std::vector<Candidate>& front() const { return front_; }
  /// Absent until a valid candidate came.
  [[nodiscard]] const std::optional<Candidate>& best() const { return best_; }

 private:
  [[nodiscard]] bool is_covered(const Score& score) const;
  [[nodiscard]] bool is_best(const Score& score) const;
  void add_to_front(const Candidate& candidate);

  std::vector<Candidate> front_;
  std::optional<Candidate> best_;
};

}  // namespace neuronsmith::search
