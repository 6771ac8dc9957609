#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith {

/// Keys keep the order in which they were written.
using Json = nlohmann::ordered_json;

/// Reads a JSON file. Throws IoError, or ParseError naming file, line and column.
[[nodiscard]] Json read_json_file(const std::string& path);

/// A non-finite number becomes null: JSON has no word for it.
[[nodiscard]] Json json_number(double value);

/// `object[key]` as T. Throws ParseError naming `source`, the key and the type wanted.
template <typename T>
[[nodiscard]] T json_get(const Json& object, const char* key, const std::string& source) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end()) {
    throw ParseError(fmt::format("{}: key \"{}\" is missing", source, key));
  }
  try {
    return found->template get<T>();
  } catch (const nlohmann::json::exception&) {
    throw ParseError(
        fmt::format("{}: key \"{}\" has the wrong type ({})", source, key, found->type_name()));
  }
}

}  // namespace neuronsmith
