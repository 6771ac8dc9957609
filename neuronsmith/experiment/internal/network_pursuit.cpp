#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/internal/pursuit.hpp"
#include "neuronsmith/experiment/table_problem.hpp"
#include "neuronsmith/experiment/world_problems.hpp"
#include "neuronsmith/network/cohort.hpp"
#include "neuronsmith/neuron/composite.hpp"
#include "neuronsmith/search/member.hpp"
#include "neuronsmith/search/network_objective.hpp"

namespace neuronsmith::experiment::internal {
namespace {

using formula::Formula;
using formula::Shape;
using network::Problem;

/// What a search sees, and what its finalists are judged by.
enum class Phase : std::uint8_t { Search, Finalists };

/// The first of the seeds of a phase, for trainings as for worlds.
std::uint64_t first_seed(std::uint64_t seed, Phase phase) {
  return ((seed + 1) << 20) + (phase == Phase::Finalists ? 1 << 16 : 0);
}

class NetworkPursuit final : public Pursuit {
 public:
  NetworkPursuit(const PreparedData* data,
                 const search::Recipe& recipe,
                 bool training_rows_only,
                 NetworkSetting setting)
      : data_(data),
        recipe_(recipe),
        training_rows_only_(training_rows_only),
        setting_(std::move(setting)),
        activation_(recipe.trials.reference_activation()),
        worlds_(worlds(Phase::Search)),
        objective_(objective(worlds_, Phase::Search, setting_.executor)) {}

  [[nodiscard]] search::InputSpace inputs() const override {
    return recipe_.role == search::Role::Activation ? Shape::Scalar : Shape::Vector;
  }
  [[nodiscard]] const search::Objective& objective() const override { return objective_; }

  [[nodiscard]] std::vector<search::Score> holdout_scores(std::span<const Formula> formulas,
                                                          const Executor& executor) const override {
    const WorldProblems fresh(worlds(Phase::Finalists));
    return objective(fresh, Phase::Finalists, executor).score(formulas, executor);
  }

  [[nodiscard]] std::variant<Found, std::string> neuron_of(const Formula& formula) const override {
    if (!member_of(formula)) return "makes no neuron";
    return Found{.neuron = made_of(formula), .columns = {}};
  }

 private:
  [[nodiscard]] neuron::Neuron made_of(const Formula& formula) const {
    switch (recipe_.role) {
      case search::Role::Aggregation: {
        neuron::Neuron neuron = neuron::make_neuron(objective_.fitted(formula), kSource);
        neuron.activation = activation_;
        return neuron;
      }
      case search::Role::Activation:
        return neuron::ordinary_neuron(
            neuron::with_learnable_literals(objective_.fitted(formula), recipe_.learnable));
      case search::Role::Neuron:
        break;
    }
    return neuron::make_neuron(*neuron::decompose(formula), recipe_.learnable, kSource);
  }

  [[nodiscard]] std::optional<network::Member> member_of(const Formula& formula) const {
    switch (recipe_.role) {
      case search::Role::Aggregation:
        return search::aggregation_member(formula, activation_);
      case search::Role::Activation:
        return with_learnable(search::activation_member(formula));
      case search::Role::Neuron:
        break;
    }
    return with_learnable(search::neuron_member(formula));
  }

  /// Networks train the literals of the activation in the search as they will afterwards.
  [[nodiscard]] std::optional<network::Member> with_learnable(
      std::optional<network::Member> member) const {
    if (member) {
      member->activation =
          neuron::with_learnable_literals(std::move(member->activation), recipe_.learnable);
    }
    return member;
  }

  [[nodiscard]] std::vector<WorldOptions> worlds(Phase phase) const {
    if (data_ != nullptr) return {};
    const search::WorldChoice& worlds = recipe_.worlds;
    return worlds_of(worlds.families,
                     phase == Phase::Search ? worlds.per_family : worlds.per_family_anew,
                     first_seed(setting_.seed, phase),
                     worlds.training_rows);
  }

  [[nodiscard]] search::NetworkObjective objective(const WorldProblems& worlds,
                                                   Phase phase,
                                                   const Executor& executor) const {
    std::vector<Problem> problems =
        data_ != nullptr ? std::vector{problem_of_table()} : worlds.problems();
    std::vector<std::uint64_t> seeds;
    for (std::size_t k = 0; k < recipe_.trials.seeds_on(data_ != nullptr); ++k) {
      seeds.push_back(first_seed(setting_.seed, phase) + k);
    }
    search::NetworkOptions options{
        .reference = network::Member{.activation = activation_},
        .rivals = rivals(),
        .rungs = rungs(problems.size() * seeds.size(), phase),
        .keep = recipe_.trials.keep,
        .max_cost = recipe_.trials.max_cost,
        .progress = phase == Phase::Finalists ? setting_.progress : nullptr,
        .first_stored = phase == Phase::Finalists ? kFirstOfFinalists : 0};
    return {network::Cohort(std::move(problems), recipe_.trials.cohort(std::move(seeds))),
            std::move(options),
            [this](const Formula& formula) { return member_of(formula); },
            executor,
            setting_.store,
            setting_.stop};
  }

  [[nodiscard]] Problem problem_of_table() const {
    return training_rows_only_ ? inner_problem(*data_) : table_problem(*data_, data_->validation());
  }

  [[nodiscard]] std::vector<network::Member> rivals() const {
    std::vector<network::Member> members;
    if (recipe_.role == search::Role::Aggregation) return members;
    for (neuron::Activation& activation : recipe_.trials.rival_activations()) {
      members.push_back({.activation = std::move(activation)});
    }
    return members;
  }

  /// A quarter of the trials, a half, all. A search, which sees thousands of formulas, has more of
  /// them below, down to kLeastTrials.
  [[nodiscard]] std::vector<std::size_t> rungs(std::size_t n_trials, Phase phase) const {
    if (recipe_.trials.keep == 1.0 || n_trials < 4) return {};
    std::size_t rung = n_trials / 4;
    while (phase == Phase::Search && rung / 2 >= kLeastTrials) rung /= 2;
    std::vector<std::size_t> rungs;
    for (; rung <= n_trials / 2; rung *= 2) rungs.push_back(rung);
    return rungs;
  }

  static constexpr std::size_t kLeastTrials = 12;  ///< that tell one formula from another
  /// What a store calls the first trial of finalists: no search has as many.
  static constexpr std::size_t kFirstOfFinalists = std::size_t{1} << 32;

  const PreparedData* data_;
  const search::Recipe& recipe_;
  bool training_rows_only_;
  NetworkSetting setting_;
  neuron::Activation activation_;
  WorldProblems worlds_;
  search::NetworkObjective objective_;
};

}  // namespace

void require_network_rows(const PreparedData& data, bool training_rows_only) {
  if (!training_rows_only && data.n_validation == 0) {
    throw ConfigError("--objective network judges by validation rows, and --split leaves none");
  }
  if ((training_rows_only || data.is_shifted) && inner_rows(data) == 0) {
    throw ConfigError(
        fmt::format("{}: {} training rows are too few to keep some for a comparison within their "
                    "range",
                    data.source,
                    data.n_training));
  }
}

std::unique_ptr<Pursuit> network_pursuit(const PreparedData* data,
                                         const search::Recipe& recipe,
                                         bool training_rows_only,
                                         const NetworkSetting& setting) {
  return std::make_unique<NetworkPursuit>(data, recipe, training_rows_only, setting);
}

}  // namespace neuronsmith::experiment::internal
