#include "neuronsmith/search/archive.hpp"

#include <algorithm>
#include <utility>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::search {
namespace {

/// Of scores without networks nothing more is to be compared.
bool covers(const std::optional<TrialSummary>& a, const std::optional<TrialSummary>& b) {
  return !a || !b || (a->test <= b->test && a->cost <= b->cost);
}

bool covers(const Score& a, const Score& b) {
  return a.error <= b.error && a.complexity <= b.complexity && covers(a.trials, b.trials);
}

}  // namespace

Json to_json(const Candidate& candidate) {
  Json json = {{"formula", formula::to_infix(candidate.formula)},
               {"shape", formula::name(candidate.formula.input_shape())}};
  json.update(to_json(candidate.score));
  return json;
}

Candidate candidate_from_json(const Json& json, const std::string& source) {
  return {
      formula::parse_or_throw(json_get<std::string>(json, "formula", source),
                              formula::shape_named(json_get<std::string>(json, "shape", source)),
                              source),
      score_from_json(json, source)};
}

bool Archive::is_covered(const Score& score) const {
  return std::ranges::any_of(front_,
                             [&](const Candidate& other) { return covers(other.score, score); });
}

bool Archive::is_best(const Score& score) const {
  if (!best_) return true;
  return std::pair(score.criterion, score.error) <
         std::pair(best_->score.criterion, best_->score.error);
}

bool Archive::wants(const Score& score) const {
  return score.is_valid() && (is_best(score) || !is_covered(score));
}

bool Archive::add(const Candidate& candidate) {
  if (!wants(candidate.score)) return false;
  if (is_best(candidate.score)) best_ = candidate;
  if (!is_covered(candidate.score)) add_to_front(candidate);
  return true;
}

void Archive::add_to_front(const Candidate& candidate) {
  std::erase_if(front_,
                [&](const Candidate& other) { return covers(candidate.score, other.score); });
  const auto place =
      std::ranges::upper_bound(front_, candidate.score.complexity, {}, [](const Candidate& c) {
        return c.score.complexity;
      });
  front_.insert(place, candidate);
}

}  // namespace neuronsmith::search
