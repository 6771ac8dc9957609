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

Json read_checkpoint(const DriverOptions& options) {
  const std::string& source = options.checkpoint;
  Json checkpoint = read_json_file(source);
  require_format(checkpoint, kFormat, kVersion, source);
  if (json_get<Json>(checkpoint, "fingerprint", source) != options.fingerprint) {
    throw ConfigError(
        fmt::format("{}: the checkpoint is of a search with other data, options or seed", source));
  }
  return checkpoint;
}

bool has_checkpoint(const DriverOptions& options) {
  return options.resume && std::filesystem::exists(options.checkpoint);
}

void write_checkpoint(const DriverOptions& options, const Json& state) {
  if (options.checkpoint.empty()) return;
  Json checkpoint = {
      {"format", kFormat}, {"version", kVersion}, {"fingerprint", options.fingerprint}};
  checkpoint.update(state);
  write_file_atomically(options.checkpoint, checkpoint.dump() + "\n");
}

}  // namespace neuronsmith::search
