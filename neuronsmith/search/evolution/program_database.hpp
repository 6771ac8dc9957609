#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "neuronsmith/search/evolution/program_store.hpp"

namespace neuronsmith::internal {
class Database;
}  // namespace neuronsmith::internal

namespace neuronsmith::search::evolution {

/// All programs of a search, an SQLite file (docs/files.md): proposals of the generation under way,
/// trainings as soon as they are done, and with every generation its programs and the state of the
/// search in one transaction. A process killed at any moment loses the trainings under way. A
/// program of a newer version refuses nothing that an older one wrote; the other way round is an
/// IoError in one line.
///
/// find_trial() and put_trial() may be called from several threads; all else from one. Everything
/// throws IoError naming the file, and ParseError for what cannot be read.
class ProgramDatabase final : public ProgramStore {
 public:
  /// Opens or makes the file.
  explicit ProgramDatabase(const std::string& path);
  ~ProgramDatabase() override;
  ProgramDatabase(const ProgramDatabase&) = delete;
  ProgramDatabase& operator=(const ProgramDatabase&) = delete;

  [[nodiscard]] std::optional<network::TrialLosses> find_trial(std::uint64_t key,
                                                               std::size_t trial) const override;
  void put_trial(std::uint64_t key, std::size_t trial, const network::TrialLosses& losses) override;

  [[nodiscard]] std::string source() const override;
  [[nodiscard]] bool has_state() const override;
  [[nodiscard]] Json read_state() const override;
  /// Commits what add() and put() were given since the last call, with the state, and forgets the
  /// proposals that these programs were; without any, proposals stay.
  void write_state(const Json& state) override;

  void add(Program& program) override;
  /// The same of a program that has its number.
  void put(const Program& program);
  [[nodiscard]] std::vector<Program> programs() const override;

  /// Written at once.
  void put_proposals(std::uint32_t generation, const std::vector<Proposal>& proposals) override;
  [[nodiscard]] std::vector<Proposal> proposals(std::uint32_t generation) const override;

  /// Written at once.
  void log(const LogEntry& entry) override;
  [[nodiscard]] std::vector<LogEntry> log() const;

  [[nodiscard]] std::size_t count_programs(Origin origin) const;
  [[nodiscard]] std::size_t count_log(const std::string& kind) const;

 private:
  [[nodiscard]] std::size_t count(const char* query, const std::string& value) const;

  std::unique_ptr<neuronsmith::internal::Database> database_;
  mutable std::mutex mutex_;  // of the connection
  std::vector<Program> added_;
  std::int64_t last_id_ = 0;
};

}  // namespace neuronsmith::search::evolution
