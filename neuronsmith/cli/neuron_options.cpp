#include "neuronsmith/cli/neuron_options.hpp"

#include <filesystem>

namespace neuronsmith::cli {

neuron::UserLibrary LibraryFlags::read() const {
  return file.empty() ? neuron::UserLibrary::read_if_there(neuron::kDefaultLibrary)
                      : neuron::UserLibrary::read(file);
}

void add_library_flag(CLI::App& command, LibraryFlags& flags) {
  command.add_option("--library", flags.file, "File of names that you added")
      ->default_str(std::string(neuron::kDefaultLibrary) + ", where it is there");
}

std::string title_of(const neuron::NamedNeuron& named, const std::string& text) {
  if (!named.neuron.name.empty()) return named.neuron.name;
  return text.ends_with(".json") ? std::filesystem::path(text).stem().string() : text;
}

}  // namespace neuronsmith::cli
