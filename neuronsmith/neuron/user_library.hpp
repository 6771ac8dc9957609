#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/neuron/neuron.hpp"

namespace neuronsmith::neuron {

/// Where a user's library lies unless --library says otherwise.
inline constexpr const char* kDefaultLibrary = "neuronsmith-library.json";

/// A neuron that a user gave a name. An activation is the ordinary neuron with it.
struct UserEntry {
  std::string name;
  Neuron neuron;  ///< neuron.name is the name too
  std::string source = {};
  std::string notes = {};
};

enum class Existing : std::uint8_t { Refuse, Replace };

/// Named neurons of a user's in the order in which they were added: a value, read from a file and
/// passed to what resolves names (neuron/lookup.hpp).
class UserLibrary {
 public:
  /// Throws IoError or ParseError naming the file.
  [[nodiscard]] static UserLibrary read(const std::string& path);
  /// The same, and empty when there is no such file.
  [[nodiscard]] static UserLibrary read_if_there(const std::string& path);

  [[nodiscard]] std::span<const UserEntry> entries() const { return entries_; }
  [[nodiscard]] const UserEntry* find(std::string_view name) const;

  /// Throws ConfigError for a name that is no name (letters, digits, _ and -, a letter first), that
  /// is a formula, that ships with the program, or that is here already and may not be replaced.
  void add(UserEntry entry, Existing existing);

  /// docs/files.md. Throws IoError; the file is whole or untouched.
  void write(const std::string& path) const;

 private:
  std::vector<UserEntry> entries_;
};

}  // namespace neuronsmith::neuron
