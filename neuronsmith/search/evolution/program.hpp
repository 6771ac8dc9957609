#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/search/objective.hpp"

namespace neuronsmith::search::evolution {

/// How a program came to be.
enum class Origin : std::uint8_t {
  Seed,       ///< given at the start
  Random,     ///< drawn from the grammar
  Mutation,   ///< of one parent, by the grammar
  Crossover,  ///< of two parents
  Constants,  ///< a parent with other constants
  Model,      ///< proposed by a language model
};
[[nodiscard]] std::string_view name(Origin origin);
/// Throws ParseError naming `source`.
[[nodiscard]] Origin parse_origin(std::string_view text, const std::string& source);

/// A formula that is to be scored, with where it came from.
struct Proposal {
  formula::Formula formula;
  std::uint32_t island = 0;
  Origin origin = Origin::Random;
  std::vector<std::int64_t> parents = {};  ///< their numbers
};

/// A formula that was scored.
struct Program {
  std::int64_t id = 0;  ///< from 1, in the order of scoring
  std::uint32_t generation = 0;
  Proposal proposal;
  Score score;
};

[[nodiscard]] Json to_json(const Program& program);
/// Throws ParseError naming `source`.
[[nodiscard]] Program program_from_json(const Json& json, const std::string& source);

/// A list of them, as processes send them to each other.
[[nodiscard]] Json to_json(const std::vector<Program>& programs);
[[nodiscard]] std::vector<Program> programs_from_json(const Json& json, const std::string& source);

}  // namespace neuronsmith::search::evolution
