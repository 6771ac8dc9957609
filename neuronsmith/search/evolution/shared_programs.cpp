#include "neuronsmith/search/evolution/shared_programs.hpp"

#include <fmt/format.h>

#include <utility>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::search::evolution {
namespace {

Json log_to_json(const std::vector<LogEntry>& entries) {
  Json json = Json::array();
  for (const LogEntry& entry : entries) {
    json.push_back({{"generation", entry.generation}, {"kind", entry.kind}, {"text", entry.text}});
  }
  return json;
}

}  // namespace

SharedPrograms::SharedPrograms(Ranks& ranks, ProgramDatabase* database)
    : ranks_(ranks), database_(database) {
  NEURONSMITH_CHECK(ranks.is_first() == (database != nullptr), "a database of rank 0 alone");
  const Json mine =
      parse_json(ranks.scatter(database == nullptr ? std::vector<std::string>() : kept()),
                 "a message of rank 0");
  source_ = mine["source"].get<std::string>();
  state_ = mine["state"];
  programs_ = programs_from_json(mine["programs"], source_);
}

// What each rank begins with.
std::vector<std::string> SharedPrograms::kept() const {
  std::vector<Json> states(ranks_.size());
  if (database_->has_state()) {
    const Json state = database_->read_state();
    states = state.contains("ranks")
                 ? json_get<std::vector<Json>>(state, "ranks", database_->source())
                 : std::vector{state};
    if (states.size() != ranks_.size()) {
      throw ConfigError(fmt::format("--database {}: the search in it is of {} processes, not of {}",
                                    database_->source(),
                                    states.size(),
                                    ranks_.size()));
    }
  }
  std::vector<std::vector<Program>> programs(ranks_.size());
  for (Program& program : database_->programs()) {
    programs[static_cast<std::size_t>(program.id - 1) % ranks_.size()].push_back(
        std::move(program));
  }
  std::vector<std::string> messages;
  for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
    messages.push_back(Json{{"source", database_->source()},
                            {"state", states[rank]},
                            {"programs", to_json(programs[rank])}}
                           .dump());
  }
  return messages;
}

std::optional<network::TrialLosses> SharedPrograms::find_trial(std::uint64_t key,
                                                               std::size_t trial) const {
  return database_ == nullptr ? std::nullopt : database_->find_trial(key, trial);
}

void SharedPrograms::put_trial(std::uint64_t key,
                               std::size_t trial,
                               const network::TrialLosses& losses) {
  if (database_ != nullptr) database_->put_trial(key, trial, losses);
}

void SharedPrograms::put_proposals(std::uint32_t generation,
                                   const std::vector<Proposal>& proposals) {
  if (database_ != nullptr) database_->put_proposals(generation, proposals);
}

std::vector<Proposal> SharedPrograms::proposals(std::uint32_t generation) const {
  return database_ == nullptr ? std::vector<Proposal>() : database_->proposals(generation);
}

void SharedPrograms::add(Program& program) {
  const std::size_t place = programs_.size() * ranks_.size() + ranks_.rank();
  program.id = static_cast<std::int64_t>(place) + 1;
  programs_.push_back(program);
  added_.push_back(program);
}

void SharedPrograms::write_state(const Json& state) {
  const Json message = {
      {"state", state}, {"programs", to_json(added_)}, {"log", log_to_json(log_)}};
  added_.clear();
  log_.clear();
  state_ = state;
  const std::vector<std::string> messages = ranks_.gather(message.dump());
  if (database_ != nullptr) write(messages);
}

void SharedPrograms::write(const std::vector<std::string>& messages) {
  // What a checkpoint begins with, so that one process alone knows that it is not its own.
  Json whole = {{"ranks", Json::array()}};
  for (const char* key : {"format", "version", "fingerprint"}) whole[key] = state_[key];
  for (const std::string& text : messages) {
    const Json message = parse_json(text, "a message of a rank");
    whole["ranks"].push_back(message["state"]);
    for (const Program& program : programs_from_json(message["programs"], source_)) {
      database_->put(program);
    }
    for (const Json& entry : message["log"]) {
      database_->log({.generation = entry["generation"].get<std::uint32_t>(),
                      .kind = entry["kind"].get<std::string>(),
                      .text = entry["text"].get<std::string>()});
    }
  }
  database_->write_state(whole);
}

}  // namespace neuronsmith::search::evolution
