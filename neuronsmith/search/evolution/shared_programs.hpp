#pragma once

#include <optional>
#include <string>
#include <vector>

#include "neuronsmith/core/ranks.hpp"
#include "neuronsmith/search/evolution/program_database.hpp"
#include "neuronsmith/search/evolution/program_store.hpp"

namespace neuronsmith::search::evolution {

/// The programs of searches that run side by side on several ranks, in the database of rank 0. Each
/// rank sees its own alone. Of a rank that is not the first nothing is kept but whole generations:
/// neither trainings nor proposals of the one under way.
///
/// Constructor and write_state() are called by all ranks at the same point; see Ranks.
class SharedPrograms final : public ProgramStore {
 public:
  /// Both must outlive it. `database` is that of rank 0, null elsewhere.
  SharedPrograms(Ranks& ranks, ProgramDatabase* database);

  [[nodiscard]] std::optional<network::TrialLosses> find_trial(std::uint64_t key,
                                                               std::size_t trial) const override;
  void put_trial(std::uint64_t key, std::size_t trial, const network::TrialLosses& losses) override;

  [[nodiscard]] std::string source() const override { return source_; }
  [[nodiscard]] bool has_state() const override { return !state_.is_null(); }
  [[nodiscard]] Json read_state() const override { return state_; }
  /// Sends what was added, with the state and the log, to rank 0, which writes that of all ranks in
  /// one transaction.
  void write_state(const Json& state) override;

  /// Numbers are those of this rank among those of all: rank + 1, rank + 1 + ranks, ...
  void add(Program& program) override;
  [[nodiscard]] std::vector<Program> programs() const override { return programs_; }
  void put_proposals(std::uint32_t generation, const std::vector<Proposal>& proposals) override;
  [[nodiscard]] std::vector<Proposal> proposals(std::uint32_t generation) const override;
  void log(const LogEntry& entry) override { log_.push_back(entry); }

 private:
  [[nodiscard]] std::vector<std::string> kept() const;
  void write(const std::vector<std::string>& messages);

  Ranks& ranks_;
  ProgramDatabase* database_;
  std::string source_;
  Json state_;  // null before there is one
  std::vector<Program> programs_;
  std::vector<Program> added_;
  std::vector<LogEntry> log_;
};

}  // namespace neuronsmith::search::evolution
