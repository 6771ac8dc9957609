#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "neuronsmith/neuron/lookup.hpp"

namespace neuronsmith::cli {

/// --library: the file of the user's own names.
struct LibraryFlags {
  std::string file;

  [[nodiscard]] std::string path() const { return file.empty() ? neuron::kDefaultLibrary : file; }
  /// The default file may be absent, one that was named may not. Throws IoError or ParseError.
  [[nodiscard]] neuron::UserLibrary read() const;
};

void add_library_flag(CLI::App& command, LibraryFlags& flags);

/// What a picture, a file or a class of it is called: its name, else the stem of a neuron file,
/// else `text`, a formula, as it is.
[[nodiscard]] std::string title_of(const neuron::NamedNeuron& named, const std::string& text);

}  // namespace neuronsmith::cli
