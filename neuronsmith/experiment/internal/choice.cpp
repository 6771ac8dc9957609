#include "neuronsmith/experiment/internal/choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/json.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::experiment::internal {
namespace {

using search::Candidate;
using search::Score;

constexpr std::size_t kMostRejected = 20;

/// Ordered by `rank`, of equal ranks the first first.
std::vector<Candidate> ranked(std::vector<Candidate> candidates, std::span<const double> rank) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < candidates.size(); ++i) order.emplace_back(rank[i], i);
  std::ranges::sort(order);
  std::vector<Candidate> result;
  for (const auto& [value, i] : order) result.push_back(std::move(candidates[i]));
  return result;
}

std::vector<Candidate> ranked_by(double Score::*value, std::vector<Candidate> candidates) {
  std::vector<double> rank;
  for (const Candidate& candidate : candidates) rank.push_back(candidate.score.*value);
  return ranked(std::move(candidates), rank);
}

/// Of all that networks were made of the best by criterion, no formula twice.
std::vector<Candidate> finalists(Pool pool, const search::Objective& objective, std::size_t n) {
  std::vector<Candidate> all = std::move(pool.best);
  all.insert(all.end(), pool.standing.begin(), pool.standing.end());
  std::set<std::uint64_t> seen;
  std::vector<Candidate> result;
  for (Candidate& candidate : ranked_by(&Score::criterion, std::move(all))) {
    if (result.size() == n) break;
    if (seen.insert(objective.key(candidate.formula)).second)
      result.push_back(std::move(candidate));
  }
  return result;
}

void reject(const formula::Formula& formula, std::string reason, DiscoveryResult& result) {
  if (result.rejected.size() == kMostRejected) return;
  result.rejected.push_back({formula, std::move(reason)});
}

/// Those that did not diverge, best first, and all of them as finalists of the result.
std::vector<Candidate> trained_anew(std::vector<Candidate> candidates,
                                    const std::vector<Score>& scores,
                                    DiscoveryResult& result) {
  std::vector<Candidate> left;
  std::vector<double> rank;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    result.finalists.push_back({candidates[i].formula, scores[i], false});
    if (!scores[i].is_valid()) {
      reject(candidates[i].formula, "diverges when it is trained anew", result);
      continue;
    }
    left.push_back(std::move(candidates[i]));
    rank.push_back(scores[i].criterion);
  }
  std::ranges::stable_sort(
      result.finalists, {}, [](const FrontEntry& e) { return e.score.criterion; });
  return ranked(std::move(left), rank);
}

/// All that can be chosen, best first.
std::vector<Candidate> eligible(Pool pool,
                                const search::Recipe& recipe,
                                const Pursuit& pursuit,
                                const Executor& executor,
                                DiscoveryResult& result) {
  if (recipe.choice == search::Choice::Error) {
    std::vector<Candidate> all = ranked_by(&Score::error, std::move(pool.standing));
    std::vector<Candidate> best = ranked_by(&Score::error, std::move(pool.best));
    all.insert(all.end(), best.begin(), best.end());
    return all;
  }
  // Who stopped a search does not want to wait for trainings.
  if (recipe.choice == search::Choice::Criterion ||
      (recipe.is_network() && result.search.interrupted)) {
    return ranked_by(&Score::criterion, std::move(pool.best));
  }
  std::vector<Candidate> candidates =
      recipe.is_network() ? finalists(std::move(pool), pursuit.objective(), recipe.trials.finalists)
                          : std::move(pool.best);
  std::vector<formula::Formula> formulas;
  for (const Candidate& candidate : candidates) formulas.push_back(candidate.formula);
  const std::vector<Score> scores = pursuit.holdout_scores(formulas, executor);
  if (scores.size() < candidates.size()) {
    result.search.interrupted = true;
    return ranked_by(&Score::criterion, std::move(candidates));
  }
  if (recipe.is_network()) return trained_anew(std::move(candidates), scores, result);
  std::vector<double> rank;
  for (const Score& score : scores) rank.push_back(score.criterion);
  return ranked(std::move(candidates), rank);
}

/// Goes through the candidates until one is a neuron.
std::optional<Candidate> choose(const std::vector<Candidate>& candidates,
                                const Pursuit& pursuit,
                                DiscoveryResult& result) {
  for (const Candidate& candidate : candidates) {
    auto outcome = pursuit.neuron_of(candidate.formula);
    if (auto* found = std::get_if<Found>(&outcome)) {
      result.neuron = std::move(found->neuron);
      result.columns = std::move(found->columns);
      result.score = candidate.score;
      return candidate;
    }
    reject(candidate.formula, std::move(std::get<std::string>(outcome)), result);
  }
  return std::nullopt;
}

/// Why nothing was chosen, in one line.
std::string nothing_found(const std::string& source, const DiscoveryResult& result) {
  if (result.rejected.empty()) {
    return fmt::format("{}: the search found no formula that could be scored", source);
  }
  const Rejected& first = result.rejected.front();
  return fmt::format("{}: the search found no formula that is a neuron; the best one, {}, {}",
                     source,
                     formula::to_infix(first.formula, 5),
                     first.reason);
}

/// Those that no other one is as good as in error and complexity alone, in order of complexity.
std::vector<FrontEntry> by_error_and_complexity(std::vector<FrontEntry> entries) {
  std::ranges::stable_sort(entries, {}, [](const FrontEntry& entry) {
    return std::pair(entry.score.complexity, entry.score.error);
  });
  double least = std::numeric_limits<double>::infinity();
  std::erase_if(entries, [&least](const FrontEntry& entry) {
    const bool is_better = entry.score.error < least;
    if (is_better) least = entry.score.error;
    return !is_better;
  });
  return entries;
}

Json pool_to_json(const Pool& pool) {
  Json json = {{"best", Json::array()}, {"standing", Json::array()}};
  for (const Candidate& candidate : pool.best) json["best"].push_back(to_json(candidate));
  for (const Candidate& candidate : pool.standing) json["standing"].push_back(to_json(candidate));
  return json;
}

}  // namespace

Pool pool_of(const search::Archive& archive, std::vector<Candidate> standing) {
  Pool pool{.best = archive.front(), .standing = std::move(standing)};
  if (archive.best()) pool.best.insert(pool.best.begin(), *archive.best());
  return pool;
}

Pool gathered(const Pool& pool, Ranks& ranks, search::Discovery& found) {
  Json message = pool_to_json(pool);
  message["candidates"] = found.candidates;
  const std::string source = "a message of a rank";
  Pool all;
  std::uint64_t candidates = 0;
  for (const std::string& text : ranks.gather(message.dump())) {
    const Json of_rank = parse_json(text, source);
    candidates += of_rank["candidates"].get<std::uint64_t>();
    for (const Json& item : of_rank["best"]) {
      all.best.push_back(search::candidate_from_json(item, source));
      found.archive.add(all.best.back());
    }
    for (const Json& item : of_rank["standing"]) {
      all.standing.push_back(search::candidate_from_json(item, source));
    }
  }
  found.candidates = candidates;
  return all;
}

void conclude(Pool pool,
              const search::Recipe& recipe,
              const std::string& source,
              const Pursuit& pursuit,
              const Executor& executor,
              DiscoveryResult& result) {
  const auto chosen =
      choose(eligible(std::move(pool), recipe, pursuit, executor, result), pursuit, result);
  if (!chosen) throw DataError(nothing_found(source, result));
  const search::Objective& objective = pursuit.objective();
  const std::uint64_t chosen_key = objective.key(chosen->formula);
  std::vector<FrontEntry> front;
  for (const Candidate& candidate : result.search.archive.front()) {
    front.push_back({objective.fitted(candidate.formula),
                     candidate.score,
                     objective.key(candidate.formula) == chosen_key});
  }
  result.front = by_error_and_complexity(front);
  if (recipe.is_network()) result.tradeoffs = std::move(front);
  for (FrontEntry& finalist : result.finalists) {
    finalist.is_chosen = objective.key(finalist.formula) == chosen_key;
  }
}

}  // namespace neuronsmith::experiment::internal
