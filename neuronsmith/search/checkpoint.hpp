#pragma once

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/search/driver.hpp"

namespace neuronsmith::search {

/// Whether the options name a place for the state, and what messages call it.
[[nodiscard]] bool has_place(const DriverOptions& options);
[[nodiscard]] std::string checkpoint_source(const DriverOptions& options);

/// The state of a search as write_checkpoint() left it there. Throws IoError,
/// ParseError for a broken file, ConfigError for one of a search with another fingerprint.
[[nodiscard]] Json read_checkpoint(const DriverOptions& options);

/// Whether there is one to go on from, and it was asked for.
[[nodiscard]] bool has_checkpoint(const DriverOptions& options);

/// Writes the state with the fingerprint of `options`, if they name a place. Throws IoError.
void write_checkpoint(const DriverOptions& options, const Json& state);

}  // namespace neuronsmith::search
