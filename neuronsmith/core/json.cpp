#include "neuronsmith/core/json.hpp"

#include <algorithm>
#include <cmath>

#include "neuronsmith/core/file.hpp"

namespace neuronsmith {

Json read_json_file(const std::string& path) {
  const std::string text = read_file(path);
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    const auto begin = text.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(at);
    const auto line = std::count(begin, end, '\n') + 1;
    const std::size_t newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    const std::size_t column = newline == std::string::npos ? at + 1 : at - newline;
    throw ParseError(fmt::format("{}: line {}, column {}: not valid JSON", path, line, column));
  } catch (const nlohmann::json::out_of_range&) {
    throw ParseError(fmt::format("{}: holds a number beyond float64", path));
  }
}

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace neuronsmith
