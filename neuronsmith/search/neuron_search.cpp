#include "neuronsmith/search/neuron_search.hpp"

#include <fmt/format.h>

#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::search {

using formula::Formula;
using formula::Shape;
using neuron::Composite;

NeuronSearch::NeuronSearch(std::unique_ptr<Strategy> aggregations,
                           std::unique_ptr<Strategy> activations,
                           Composite first)
    : aggregations_(std::move(aggregations)),
      activations_(std::move(activations)),
      best_(std::move(first)) {}

Composite NeuronSearch::whole(const Formula& part) const {
  return is_turn_of_aggregations() ? Composite{part, best_.activation}
                                   : Composite{best_.aggregation, part};
}

std::vector<Formula> NeuronSearch::ask() {
  asked_ = in_turn().ask();
  std::vector<Formula> neurons;
  neurons.reserve(asked_.size());
  for (const Formula& part : asked_) neurons.push_back(neuron::compose(whole(part)));
  return neurons;
}

void NeuronSearch::tell(std::vector<Formula> formulas, std::span<const Score> scores) {
  NEURONSMITH_CHECK(formulas.size() == asked_.size(), "scores of what was not asked");
  Composite best = best_;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!scores[i].is_valid() || (least_ && scores[i].criterion >= *least_)) continue;
    least_ = scores[i].criterion;
    best = whole(asked_[i]);
  }
  in_turn().tell(std::move(asked_), scores);
  asked_.clear();
  best_ = std::move(best);
  ++turn_;
}

Json NeuronSearch::save() const {
  return {{"strategy", "neuron"},
          {"turn", turn_},
          {"best", {formula::to_infix(best_.aggregation), formula::to_infix(best_.activation)}},
          {"criterion", least_ ? Json(*least_) : Json()},
          {"aggregations", aggregations_->save()},
          {"activations", activations_->save()}};
}

void NeuronSearch::load(const Json& state, const std::string& source) {
  if (json_get<std::string>(state, "strategy", source) != "neuron") {
    throw ParseError(fmt::format("{}: the checkpoint is of another strategy", source));
  }
  turn_ = json_get<std::uint64_t>(state, "turn", source);
  const auto best = json_get<std::vector<std::string>>(state, "best", source);
  if (best.size() != 2) throw ParseError(fmt::format("{}: best has two formulas", source));
  best_ = {formula::parse_or_throw(best[0], Shape::Vector, source),
           formula::parse_or_throw(best[1], Shape::Scalar, source)};
  const Json criterion = json_get<Json>(state, "criterion", source);
  least_ = criterion.is_null() ? std::nullopt
                               : std::optional(json_get<double>(state, "criterion", source));
  aggregations_->load(json_get<Json>(state, "aggregations", source), source);
  activations_->load(json_get<Json>(state, "activations", source), source);
}

}  // namespace neuronsmith::search
