#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "neuronsmith/neuron/composite.hpp"
#include "neuronsmith/search/strategy.hpp"

namespace neuronsmith::search {

/// Aggregation and activation searched together by two strategies that take turns, a generation
/// each: the one proposes aggregations, which are tried with the best activation so far, then the
/// other activations, tried with the best aggregation (Potter and De Jong, A cooperative
/// coevolutionary approach to function optimization, 1994). What is proposed are whole neurons
/// (neuron/composite.hpp).
class NeuronSearch final : public Strategy {
 public:
  /// `first` are the partners before anything was scored.
  NeuronSearch(std::unique_ptr<Strategy> aggregations,
               std::unique_ptr<Strategy> activations,
               neuron::Composite first);

  [[nodiscard]] std::vector<formula::Formula> ask() override;
  void tell(std::vector<formula::Formula> formulas, std::span<const Score> scores) override;
  [[nodiscard]] Json save() const override;
  void load(const Json& state, const std::string& source) override;
  /// Empty: the partners of other turns are forgotten.
  [[nodiscard]] std::vector<Candidate> standing() const override { return {}; }

 private:
  [[nodiscard]] bool is_turn_of_aggregations() const { return turn_ % 2 == 0; }
  [[nodiscard]] Strategy& in_turn() {
    return is_turn_of_aggregations() ? *aggregations_ : *activations_;
  }
  [[nodiscard]] neuron::Composite whole(const formula::Formula& part) const;

  std::unique_ptr<Strategy> aggregations_;
  std::unique_ptr<Strategy> activations_;
  neuron::Composite best_;
  std::optional<double> least_;  ///< criterion of best_, once it was scored
  std::uint64_t turn_ = 0;
  std::vector<formula::Formula> asked_;  ///< parts that the strategy in turn proposed
};

}  // namespace neuronsmith::search
