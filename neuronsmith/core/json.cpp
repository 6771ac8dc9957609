#include "neuronsmith/core/json.hpp"

#include <algorithm>
#include <cmath>

#include "neuronsmith/core/file.hpp"

namespace neuronsmith {
namespace {

constexpr int kMaxDepth = 200;

/// "line 3, column 5" of a byte, both counted from 1.
std::string place_of(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = newline == before.npos ? byte + 1 : byte - newline;
  return fmt::format("line {}, column {}", std::ranges::count(before, '\n') + 1, column);
}

}  // namespace

Json parse_json(std::string_view text, const std::string& source) {
  const auto limit_depth = [&source](int depth, nlohmann::json::parse_event_t, const Json&) {
    if (depth <= kMaxDepth) return true;
    throw ParseError(fmt::format("{}: nested more than {} levels deep", source, kMaxDepth));
  };
  try {
    return Json::parse(text, limit_depth);
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    throw ParseError(fmt::format("{}: {}: not valid JSON", source, place_of(text, at)));
  } catch (const nlohmann::json::out_of_range&) {
    throw ParseError(fmt::format("{}: holds a number beyond float64", source));
  }
}

Json read_json_file(const std::string& path) { return parse_json(read_file(path), path); }

void require_format(const Json& file,
                    std::string_view format,
                    int version,
                    const std::string& source) {
  if (json_get<std::string>(file, "format", source) != format) {
    throw ParseError(fmt::format("{}: its \"format\" is not {}", source, format));
  }
  if (const int found = json_get<int>(file, "version", source); found != version) {
    throw ParseError(
        fmt::format("{}: version {} is unknown, this program reads {}", source, found, version));
  }
}

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace neuronsmith
