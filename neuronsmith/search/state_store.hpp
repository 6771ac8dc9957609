#pragma once

#include <string>

#include "neuronsmith/core/json.hpp"

namespace neuronsmith::search {

/// Keeps the state of a search between two generations, whole or not at all.
class StateStore {
 public:
  virtual ~StateStore() = default;

  /// What messages call it: a file name.
  [[nodiscard]] virtual std::string source() const = 0;
  [[nodiscard]] virtual bool has_state() const = 0;
  /// What write_state() was last given. Throws IoError, ParseError.
  [[nodiscard]] virtual Json read_state() const = 0;
  virtual void write_state(const Json& state) = 0;
};

}  // namespace neuronsmith::search
