#include "neuronsmith/search/objective.hpp"

namespace neuronsmith::search {
namespace {

double number_or_infinity(const Json& json, const char* key, const std::string& source) {
  if (json_get<Json>(json, key, source).is_null()) return std::numeric_limits<double>::infinity();
  return json_get<double>(json, key, source);
}

TrialSummary trials_from_json(const Json& json, const std::string& source) {
  return {.low = number_or_infinity(json, "low", source),
          .high = number_or_infinity(json, "high", source),
          .test = number_or_infinity(json, "test", source),
          .cost = json_get<double>(json, "cost", source),
          .trainings = json_get<std::uint32_t>(json, "trainings", source)};
}

}  // namespace

Json to_json(const TrialSummary& trials) {
  return {{"low", json_number(trials.low)},
          {"high", json_number(trials.high)},
          {"test", json_number(trials.test)},
          {"cost", trials.cost},
          {"trainings", trials.trainings}};
}

Json to_json(const Score& score) {
  Json json = {{"error", json_number(score.error)},
               {"complexity", score.complexity},
               {"criterion", json_number(score.criterion)}};
  if (score.trials) json["trials"] = to_json(*score.trials);
  return json;
}

Score score_from_json(const Json& json, const std::string& source) {
  Score score{.error = number_or_infinity(json, "error", source),
              .complexity = json_get<double>(json, "complexity", source),
              .criterion = number_or_infinity(json, "criterion", source)};
  if (json.contains("trials")) score.trials = trials_from_json(json["trials"], source);
  return score;
}

}  // namespace neuronsmith::search
