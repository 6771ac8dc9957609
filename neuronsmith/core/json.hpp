#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith {

/// Keys keep the order in which they were written.
using Json = nlohmann::ordered_json;

/// Reads JSON text. Throws ParseError "SOURCE: line, column: ...", also where the nesting is deeper
/// than any file of ours: copies and printing of Json recurse.
[[nodiscard]] Json parse_json(std::string_view text, const std::string& source);

/// The same for a file. Throws IoError too.
[[nodiscard]] Json read_json_file(const std::string& path);

/// A non-finite number becomes null: JSON has no word for it.
[[nodiscard]] Json json_number(double value);

/// Whether `value` is a whole number that T can hold; nlohmann's own get() would cut it.
template <std::integral T>
[[nodiscard]] bool is_whole_number(const Json& value) {
  if (value.is_number_unsigned()) return std::in_range<T>(value.get<std::uint64_t>());
  return value.is_number_integer() && std::in_range<T>(value.get<std::int64_t>());
}

/// Throws ParseError unless the file calls itself `format` and has this version.
void require_format(const Json& file,
                    std::string_view format,
                    int version,
                    const std::string& source);

/// `object[key]` as T. Throws ParseError naming `source`, the key and the type wanted.
template <typename T>
[[nodiscard]] T json_get(const Json& object, const char* key, const std::string& source) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end()) {
    throw ParseError(fmt::format("{}: key \"{}\" is missing", source, key));
  }
  if constexpr (std::integral<T> && !std::same_as<T, bool>) {
    if (!is_whole_number<T>(*found)) {
      throw ParseError(fmt::format("{}: key \"{}\" is not a whole number from {} to {}",
                                   source,
                                   key,
                                   std::numeric_limits<T>::min(),
                                   std::numeric_limits<T>::max()));
    }
  }
  try {
    return found->template get<T>();
  } catch (const nlohmann::json::exception&) {
    throw ParseError(
        fmt::format("{}: key \"{}\" has the wrong type ({})", source, key, found->type_name()));
  }
}

}  // namespace neuronsmith
