#include "neuronsmith/neuron/user_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/neuron/library.hpp"
#include "neuronsmith/neuron/lookup.hpp"

namespace neuronsmith::neuron {
namespace {

constexpr const char* kFormat = "neuronsmith-library";
constexpr int kVersion = 1;

/// Why this cannot be a name; empty when it can.
std::string objection_to_name(const std::string& name) {
  if (!looks_like_name(name)) return "must be letters, digits, _ and -, a letter first";
  const auto parsed = formula::parse(name, formula::Shape::Vector);
  if (std::holds_alternative<formula::Formula>(parsed)) return "is a formula";
  if (is_shipped(name)) return "ships with the program";
  return {};
}

UserEntry entry_from_json(const Json& json, const std::string& source) {
  UserEntry entry{.name = json_get<std::string>(json, "name", source), .neuron = {}};
  const std::string place = fmt::format("{}: neuron \"{}\"", source, entry.name);
  entry.neuron = neuron_from_json(json_get<Json>(json, "neuron", place), place);
  entry.source = json_get<std::string>(json, "source", place);
  entry.notes = json_get<std::string>(json, "notes", place);
  return entry;
}

Json to_json(const UserEntry& entry) {
  return {{"name", entry.name},
          {"source", entry.source},
          {"notes", entry.notes},
          {"neuron", to_json(entry.neuron)}};
}

}  // namespace

UserLibrary UserLibrary::read(const std::string& path) {
  const Json json = read_json_file(path);
  require_format(json, kFormat, kVersion, path);
  const Json entries = json_get<Json>(json, "neurons", path);
  if (!entries.is_array()) throw ParseError(path + ": \"neurons\" must be a list");
  UserLibrary library;
  for (const Json& entry : entries) {
    try {
      library.add(entry_from_json(entry, path), Existing::Refuse);
    } catch (const ConfigError& error) {
      throw ParseError(fmt::format("{}: {}", path, error.what()));
    }
  }
  return library;
}

UserLibrary UserLibrary::read_if_there(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) ? read(path) : UserLibrary();
}

const UserEntry* UserLibrary::find(std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &UserEntry::name);
  return found == entries_.end() ? nullptr : &*found;
}

void UserLibrary::add(UserEntry entry, Existing existing) {
  if (const std::string objection = objection_to_name(entry.name); !objection.empty()) {
    throw ConfigError(fmt::format("the name \"{}\" {}", entry.name, objection));
  }
  entry.neuron.name = entry.name;
  const auto found = std::ranges::find(entries_, entry.name, &UserEntry::name);
  if (found == entries_.end()) {
    entries_.push_back(std::move(entry));
  } else if (existing == Existing::Replace) {
    *found = std::move(entry);
  } else {
    throw ConfigError(fmt::format("the name \"{}\" is taken", entry.name));
  }
}

void UserLibrary::write(const std::string& path) const {
  Json neurons = Json::array();
  for (const UserEntry& entry : entries_) neurons.push_back(to_json(entry));
  const Json json = {{"format", kFormat}, {"version", kVersion}, {"neurons", neurons}};
  write_file_atomically(path, json.dump(2) + "\n");
}

}  // namespace neuronsmith::neuron
