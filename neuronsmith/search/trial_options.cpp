#include "neuronsmith/search/trial_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "neuronsmith/core/comma_list.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/neuron/lookup.hpp"

namespace neuronsmith::search {
namespace {

neuron::Activation activation_of(const std::string& text, const char* option) {
  return neuron::resolve_activation(text, option, {});
}

}  // namespace

void TrialOptions::validate() const {
  require_option(!seeds || (*seeds > 0 && *seeds <= 1000), "--trial-seeds", "1 to 1000");
  require_option(keep > 0.0 && keep <= 1.0, "--keep", "above 0 and at most 1");
  require_option(max_cost > 0.0, "--max-cost", "above 0");
  require_option(
      !seconds || is_positive_and_finite(*seconds), "--trial-seconds", "above 0 and finite");
  require_option(epochs > 0, "--trial-epochs", "at least 1");
  require_option(batch > 0, "--trial-batch", "at least 1");
  require_option(
      !learning_rates.empty() && std::ranges::all_of(learning_rates, is_positive_and_finite),
      "--trial-rates",
      "above 0 and finite, one at least");
  require_option(finalists > 0, "--finalists", "at least 1");
  cohort({1}).validate();
  static_cast<void>(reference_activation());
  static_cast<void>(rival_activations());
}

neuron::Activation TrialOptions::reference_activation() const {
  return activation_of(reference, "--reference");
}

std::vector<neuron::Activation> TrialOptions::rival_activations() const {
  std::vector<neuron::Activation> activations;
  for (const std::string& rival : rivals) activations.push_back(activation_of(rival, "--rivals"));
  return activations;
}

network::CohortOptions TrialOptions::cohort(std::vector<std::uint64_t> trial_seeds) const {
  network::CohortOptions options;
  options.shape.hidden = hidden;
  options.training.epochs = epochs;
  options.training.batch = batch;
  options.learning_rates = learning_rates;
  if (seconds) options.training.minutes = *seconds / 60.0;
  options.seeds = std::move(trial_seeds);
  return options;
}

void WorldChoice::validate() const {
  require_option(!families.empty(), "--worlds", "one family at least");
  require_option(per_family > 0 && per_family <= kMostPerFamily, "--worlds-per-family", "1 to 500");
  require_option(per_family_anew > 0 && per_family_anew <= kMostPerFamily,
                 "--final-worlds-per-family",
                 "1 to 500");
  require_option(training_rows > 0 && training_rows <= 1'000'000, "--world-rows", "1 to 1000000");
}

Json to_json(const TrialOptions& trials) {
  return {{"hidden", trials.hidden},
          {"epochs", trials.epochs},
          {"batch", trials.batch},
          {"learning_rates", trials.learning_rates},
          {"seeds", trials.seeds ? Json(*trials.seeds) : Json()},
          {"keep", trials.keep},
          {"max_cost", json_number(trials.max_cost)},
          {"seconds", trials.seconds ? Json(*trials.seconds) : Json()},
          {"reference", trials.reference},
          {"rivals", trials.rivals},
          {"finalists", trials.finalists}};
}

Json to_json(const WorldChoice& worlds) {
  Json families = Json::array();
  for (const WorldFamily family : worlds.families) families.push_back(name(family));
  return {{"families", families},
          {"per_family", worlds.per_family},
          {"per_family_anew", worlds.per_family_anew},
          {"training_rows", worlds.training_rows}};
}

std::vector<WorldFamily> parse_world_families(std::string_view text) {
  std::vector<WorldFamily> families;
  for (const std::string& item : comma_list(text)) {
    families.push_back(parse_world_family(item, "--worlds"));
  }
  require_distinct(families | std::views::transform([](WorldFamily f) { return name(f); }),
                   "--worlds");
  return families;
}

std::vector<std::string> parse_rivals(std::string_view text) {
  return text == "none" ? std::vector<std::string>() : comma_list(text);
}

std::string rival_names(const std::vector<std::string>& rivals) {
  return rivals.empty() ? "none" : fmt::format("{}", fmt::join(rivals, ","));
}

std::string world_family_names(const std::vector<WorldFamily>& families) {
  std::string text;
  for (const WorldFamily family : families) {
    text += fmt::format("{}{}", text.empty() ? "" : ",", name(family));
  }
  return text;
}

}  // namespace neuronsmith::search
