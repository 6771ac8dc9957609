#include "neuronsmith/search/evolution/program.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/search/archive.hpp"

namespace neuronsmith::search::evolution {
namespace {

constexpr std::array<std::string_view, 6> kOrigins = {
    "seed", "random", "mutation", "crossover", "constants", "model"};

}  // namespace

std::string_view name(Origin origin) { return kOrigins[static_cast<std::size_t>(origin)]; }

Origin parse_origin(std::string_view text, const std::string& source) {
  for (std::size_t i = 0; i < kOrigins.size(); ++i) {
    if (text == kOrigins[i]) return static_cast<Origin>(i);
  }
  throw ParseError(fmt::format("{}: \"{}\" is no origin of a program", source, text));
}

Json to_json(const Program& program) {
  Json json = search::to_json(Candidate{program.proposal.formula, program.score});
  json["id"] = program.id;
  json["generation"] = program.generation;
  json["island"] = program.proposal.island;
  json["origin"] = name(program.proposal.origin);
  json["parents"] = program.proposal.parents;
  return json;
}

Program program_from_json(const Json& json, const std::string& source) {
  Candidate candidate = candidate_from_json(json, source);
  return {
      .id = json_get<std::int64_t>(json, "id", source),
      .generation = json_get<std::uint32_t>(json, "generation", source),
      .proposal = {.formula = std::move(candidate.formula),
                   .island = json_get<std::uint32_t>(json, "island", source),
                   .origin = parse_origin(json_get<std::string>(json, "origin", source), source),
                   .parents = json_get<std::vector<std::int64_t>>(json, "parents", source)},
      .score = candidate.score};
}

Json to_json(const std::vector<Program>& programs) {
  Json json = Json::array();
  for (const Program& program : programs) json.push_back(to_json(program));
  return json;
}

std::vector<Program> programs_from_json(const Json& json, const std::string& source) {
  std::vector<Program> programs;
  for (const Json& item : json) programs.push_back(program_from_json(item, source));
  return programs;
}

}  // namespace neuronsmith::search::evolution
