#include "neuronsmith/search/checkpoint.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"

namespace neuronsmith::search {
namespace {

constexpr const char* kFormat = "neuronsmith-checkpoint";
constexpr int kVersion = 2;

}  // namespace

bool has_place(const DriverOptions& options) {
  return options.store != nullptr || !options.checkpoint.empty();
}

std::string checkpoint_source(const DriverOptions& options) {
  return options.store != nullptr ? options.store->source() : options.checkpoint;
}

Json read_checkpoint(const DriverOptions& options) {
  const std::string source = checkpoint_source(options);
  Json checkpoint = options.store != nullptr ? options.store->read_state() : read_json_file(source);
  require_format(checkpoint, kFormat, kVersion, source);
  if (json_get<Json>(checkpoint, "fingerprint", source) != options.fingerprint) {
    throw ConfigError(
        fmt::format("{}: the checkpoint is of a search with other data, options or seed", source));
  }
  return checkpoint;
}

bool has_checkpoint(const DriverOptions& options) {
  if (!options.resume) return false;
  return options.store != nullptr ? options.store->has_state()
                                  : std::filesystem::exists(options.checkpoint);
}

void write_checkpoint(const DriverOptions& options, const Json& state) {
  if (!has_place(options)) return;
  Json checkpoint = {
      {"format", kFormat}, {"version", kVersion}, {"fingerprint", options.fingerprint}};
  checkpoint.update(state);
  if (options.store != nullptr) return options.store->write_state(checkpoint);
  write_file_atomically(options.checkpoint, checkpoint.dump() + "\n");
}

}  // namespace neuronsmith::search
