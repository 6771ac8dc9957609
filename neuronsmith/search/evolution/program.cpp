#include "neuronsmith/search/evolution/program.hpp"

#include <fmt/format.h>

#include <array>

#include "neuronsmith/core/error.hpp"

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

}  // namespace neuronsmith::search::evolution
