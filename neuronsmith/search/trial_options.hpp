#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/data/synthetic/worlds.hpp"
#include "neuronsmith/network/cohort.hpp"

namespace neuronsmith::search {

/// How the networks of a network objective are built, trained and compared.
struct TrialOptions {
  std::vector<std::size_t> hidden = {
      32, 32};  ///< of an ordinary network; others have as many parameters
  std::size_t epochs = 100;
  std::size_t batch = 128;
  /// Adam's, on a cosine to 0. Every network takes the one that is best within the distribution:
  /// what is good at one rate alone may be so by its gain.
  std::vector<double> learning_rates = {0.03, 0.1};
  /// Trainings on every problem, > 0; absent: 1 on worlds, of which there are many, and 12 on a
  /// table.
  std::optional<std::size_t> seeds = std::nullopt;
  double keep =
      0.25;  ///< share that goes on at each rung of successive halving, in (0, 1]; 1: no halving
  double max_cost = 100;  ///< FLOP per element that an activation may cost
  /// Seconds after which a training counts as one that diverged; results then depend on the clock.
  std::optional<double> seconds = std::nullopt;
  /// Activation of the networks that others are compared with, and of those with other
  /// aggregations: a name of the library or a formula.
  std::string reference = "relu";
  /// Other activations that what is found must be better than, where an activation is searched.
  std::vector<std::string> rivals = {"gelu", "silu", "tanh", "gelusine"};
  std::size_t finalists = 48;  ///< formulas judged anew, by halving too, before one is chosen, > 0

  /// Throws ConfigError naming the option.
  void validate() const;
  [[nodiscard]] std::size_t seeds_on(bool is_table) const {
    return seeds.value_or(is_table ? 12 : 1);
  }
  [[nodiscard]] neuron::Activation reference_activation() const;
  [[nodiscard]] std::vector<neuron::Activation> rival_activations() const;
  /// The networks' side of a cohort.
  [[nodiscard]] network::CohortOptions cohort(std::vector<std::uint64_t> seeds) const;
};

/// The synthetic worlds that a search without a table learns on. By default one family of each
/// kind, so that another one of each kind is left to judge by: algebraic laws, waves, flows, maps.
struct WorldChoice {
  std::vector<WorldFamily> families = {WorldFamily::Feynman,
                                       WorldFamily::HarmonicSum,
                                       WorldFamily::Lorenz,
                                       WorldFamily::MackeyGlass};
  std::size_t per_family = 48;       ///< of the search, 1 to kMostPerFamily
  std::size_t per_family_anew = 96;  ///< others, of the finalists, 1 to kMostPerFamily
  std::size_t training_rows = 1024;

  static constexpr std::size_t kMostPerFamily = 500;

  void validate() const;
};

[[nodiscard]] Json to_json(const TrialOptions& trials);
[[nodiscard]] Json to_json(const WorldChoice& worlds);

/// "polynomial,lorenz". The parser throws ConfigError naming --worlds, also for a family named
/// twice.
[[nodiscard]] std::vector<WorldFamily> parse_world_families(std::string_view text);
/// "gelu,max(0,x)", or "none".
[[nodiscard]] std::vector<std::string> parse_rivals(std::string_view text);
[[nodiscard]] std::string rival_names(const std::vector<std::string>& rivals);
[[nodiscard]] std::string world_family_names(const std::vector<WorldFamily>& families);

}  // namespace neuronsmith::search
