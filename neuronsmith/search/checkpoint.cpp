#include "neuronsmith/search/checkpoint.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"

namespace neuronsmith::search {
namespace {

constexpr const char* kFormat = "neuronsmith-checkpoint";
constexpr int kVersion = 2;

/// The state as a file of its own.
class StateFile final : public StateStore {
 public:
  explicit StateFile(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] std::string source() const override { return path_; }
  [[nodiscard]] bool has_state() const override { return std::filesystem::exists(path_); }
  [[nodiscard]] Json read_state() const override { return read_json_file(path_); }
  void write_state(const Json& state) override { write_file_atomically(path_, state.dump() + "\n"); }

 private:
  std::string path_;
};

/// work(StateStore&) with the place that the options name.
template <typename Work>
auto with_place(const DriverOptions& options, const Work& work) {
  if (options.store != nullptr) return work(*options.store);
  StateFile file(options.checkpoint);
  return work(file);
}

}  // namespace

bool has_place(const DriverOptions& options) {
  return options.store != nullptr || !options.checkpoint.empty();
}

std::string checkpoint_source(const DriverOptions& options) {
  return with_place(options, [](const StateStore& store) { return store.source(); });
}

Json read_checkpoint(const DriverOptions& options) {
  const std::string source = checkpoint_source(options);
  Json checkpoint =
      with_place(options, [](const StateStore& store) { return store.read_state(); });
  require_format(checkpoint, kFormat, kVersion, source);
  if (json_get<Json>(checkpoint, "fingerprint", source) != options.fingerprint) {
    throw ConfigError(
        fmt::format("{}: the checkpoint is of a search with other data, options or seed", source));
  }
  return checkpoint;
}

bool has_checkpoint(const DriverOptions& options) {
  return options.resume &&
         with_place(options, [](const StateStore& store) { return store.has_state(); });
}

void write_checkpoint(const DriverOptions& options, const Json& state) {
  if (!has_place(options)) return;
  Json checkpoint = {
      {"format", kFormat}, {"version", kVersion}, {"fingerprint", options.fingerprint}};
  checkpoint.update(state);
  with_place(options, [&](StateStore& store) { store.write_state(checkpoint); });
}

}  // namespace neuronsmith::search
