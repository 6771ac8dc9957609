#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::search {

/// What trained networks tell of a formula besides its error.
struct TrialSummary {
  double low = 0.0;   ///< 95 % confidence interval of the error
  double high = 0.0;
  double test = 0.0;  ///< the error on rows of the distribution that was trained on
  double cost = 0.0;  ///< FLOP per element of the activation
  std::uint32_t trainings = 0;

  bool operator==(const TrialSummary&) const = default;
};

/// What a formula is worth. Lower is better throughout.
struct Score {
  /// The objective's loss; infinity for a formula that cannot be scored (not a function of x, too
  /// high a degree, non-finite values): an ordinary outcome of a search.
  double error = std::numeric_limits<double>::infinity();
  /// Nodes, of the formula as the objective counts them.
  double complexity = 0.0;
  /// What the choice among formulas of different complexity goes by.
  double criterion = std::numeric_limits<double>::infinity();
  std::optional<TrialSummary> trials = std::nullopt;  ///< of an objective that compares networks

  bool operator==(const Score&) const = default;
  /// False also for NaN.
  [[nodiscard]] bool is_valid() const {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return error < kInfinity && criterion < kInfinity;
  }
};

/// Infinities are null. Reading throws ParseError naming `source`.
[[nodiscard]] Json to_json(const TrialSummary& trials);
[[nodiscard]] Json to_json(const Score& score);
[[nodiscard]] Score score_from_json(const Json& json, const std::string& source);

/// Gives formulas a score. Implementations are immutable and safe to share between threads.
class Objective {
 public:
  virtual ~Objective() = default;

  /// Identity of what would be scored: equal keys have equal scores, so one of them is enough.
  [[nodiscard]] virtual std::uint64_t key(const formula::Formula& formula) const = 0;

  /// One score per formula, in order; independent of the number of threads. None at all when an
  /// objective that was given a stop token was stopped.
  [[nodiscard]] virtual std::vector<Score> score(std::span<const formula::Formula> formulas,
                                                 const Executor& executor) const = 0;

  /// Whether a score depends on what else is scored in the same call.
  [[nodiscard]] virtual bool compares() const { return false; }

  /// The formula as it would be reported: simplified, with the coefficients that the score used.
  [[nodiscard]] virtual formula::Formula fitted(const formula::Formula& formula) const = 0;
};

}  // namespace neuronsmith::search
