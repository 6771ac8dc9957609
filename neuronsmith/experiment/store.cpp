#include "neuronsmith/experiment/store.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/internal/process.hpp"
#include "neuronsmith/experiment/internal/store_schema.hpp"

namespace neuronsmith::experiment {
namespace {

using internal::ProcessIdentity;
using neuronsmith::internal::bound;
using neuronsmith::internal::Database;
using neuronsmith::internal::execute;

constexpr std::array kStatuses = {RunStatus::Running,
                                  RunStatus::Done,
                                  RunStatus::Interrupted,
                                  RunStatus::Failed,
                                  RunStatus::Unfinished};

constexpr const char* kSelectRuns =
    "SELECT id, command, data, data_hash, seed, options, resume_key, status, version, machine, "
    "started_at, finished_at, message, result FROM runs ";

/// 2024-05-06T07:08:09.012Z
std::string utc_now() {
  using namespace std::chrono;
  const auto now = system_clock::now();
  const auto milliseconds =
      duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format(
      "{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(system_clock::to_time_t(now)), milliseconds);
}

/// A file's name need not be UTF-8, but the store's texts are: what is not becomes U+FFFD.
std::string json_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string utf8(const std::string& text) {
  return Json::parse(json_text(text)).get<std::string>();
}

[[noreturn]] void fail_damaged(const std::string& path, RunId run, const char* what) {
  throw IoError(fmt::format("run store {} is damaged: run {} has no valid {}", path, run, what));
}

RunStatus status_named(const std::string& text, const std::string& path, RunId run) {
  for (const RunStatus status : kStatuses) {
    if (text == name(status)) return status;
  }
  fail_damaged(path, run, "status");
}

Json parsed(const std::string& text, const std::string& path, RunId run, const char* what) {
  try {
    return parse_json(text, what);
  } catch (const ParseError&) {
    fail_damaged(path, run, what);
  }
}

std::uint64_t seed_of(const std::string& text, const std::string& path, RunId run) {
  const Json json = parsed(text, path, run, "seed");
  if (!json.is_number_unsigned()) fail_damaged(path, run, "seed");
  return json.get<std::uint64_t>();
}

/// A row of kSelectRuns.
RunRecord record_of(SQLite::Statement& row, const std::string& path) {
  const auto text = [&row](int column) { return row.getColumn(column).getString(); };
  RunRecord run;
  run.id = row.getColumn(0).getInt64();
  run.start.command = text(1);
  run.start.data = text(2);
  run.start.data_hash = text(3);
  run.start.seed = seed_of(text(4), path, run.id);
  run.start.options = parsed(text(5), path, run.id, "options");
  run.start.resume_key = text(6);
  run.status = status_named(text(7), path, run.id);
  run.version = text(8);
  run.machine = text(9);
  run.started_at = text(10);
  run.finished_at = text(11);
  run.message = text(12);
  run.result = parsed(text(13), path, run.id, "result");
  return run;
}

std::optional<RunId> first_id(SQLite::Statement statement) {
  if (!statement.executeStep() || statement.isColumnNull(0)) return std::nullopt;
  return statement.getColumn(0).getInt64();
}

std::vector<ScorePoint> scores_of(SQLite::Database& database, RunId run) {
  std::vector<ScorePoint> points;
  auto row =
      bound(database, "SELECT series, x, y FROM scores WHERE run = ? ORDER BY series, x", run);
  while (row.executeStep()) {
    // SQLite has no NaN: it keeps NULL.
    const double y = row.isColumnNull(2) ? std::numeric_limits<double>::quiet_NaN()
                                         : row.getColumn(2).getDouble();
    points.push_back({row.getColumn(0).getString(), row.getColumn(1).getDouble(), y});
  }
  return points;
}

std::vector<Artefact> artefacts_of(SQLite::Database& database, RunId run) {
  std::vector<Artefact> artefacts;
  auto row =
      bound(database, "SELECT name, content FROM artefacts WHERE run = ? ORDER BY name", run);
  while (row.executeStep()) {
    artefacts.push_back({row.getColumn(0).getString(), row.getColumn(1).getString()});
  }
  return artefacts;
}

/// Runs that say they are running and whose process is gone.
std::vector<RunId> abandoned(SQLite::Database& database) {
  std::vector<RunId> runs;
  auto row = bound(database,
                   "SELECT id, process, process_start, boot FROM runs WHERE status = ?",
                   std::string(name(RunStatus::Running)));
  while (row.executeStep()) {
    const ProcessIdentity process{
        row.getColumn(1).getInt64(), row.getColumn(2).getInt64(), row.getColumn(3).getString()};
    if (!is_alive(process)) runs.push_back(row.getColumn(0).getInt64());
  }
  return runs;
}

void mark_abandoned(Database& database) {
  if (database.read(abandoned).empty()) return;
  database.write([](SQLite::Database& db) {
    // Asked again: a run may have been gone on with before this process got the lock.
    for (const RunId run : abandoned(db)) {
      execute(db,
              "UPDATE runs SET status = ? WHERE id = ?",
              std::string(name(RunStatus::Unfinished)),
              run);
    }
  });
}

Json scores_json(const std::vector<ScorePoint>& points) {
  Json json = Json::object();
  for (const ScorePoint& point : points) {
    json[point.series].push_back({json_number(point.x), json_number(point.y)});
  }
  return json;
}

Json artefacts_json(const std::vector<Artefact>& artefacts, RunDetail detail) {
  Json json = Json::array();
  for (const Artefact& artefact : artefacts) {
    Json& item =
        json.emplace_back(Json{{"name", artefact.name}, {"bytes", artefact.content.size()}});
    if (detail == RunDetail::Complete) item["content"] = artefact.content;
  }
  return json;
}

}  // namespace

std::string_view name(RunStatus status) {
  switch (status) {
    case RunStatus::Running:
      return "running";
    case RunStatus::Done:
      return "done";
    case RunStatus::Interrupted:
      return "interrupted";
    case RunStatus::Failed:
      return "failed";
    case RunStatus::Unfinished:
      return "unfinished";
  }
  return {};
}

std::optional<double> RunRecord::seconds() const {
  if (!result.is_object()) return std::nullopt;
  const auto found = result.find("seconds");
  if (found == result.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

RunStore::RunStore(const std::string& path, StoreAccess access)
    : database_(std::make_unique<Database>(path, internal::kRunStore, access)) {
  mark_abandoned(*database_);
}

RunStore::~RunStore() = default;

RunId RunStore::begin(const RunStart& start) {
  const ProcessIdentity process = internal::this_process();
  const std::string machine = internal::machine_text();
  return database_->write([&](SQLite::Database& db) {
    execute(
        db,
        "INSERT INTO runs (command, data, data_hash, seed, options, resume_key, status, version, "
        "machine, started_at, process, process_start, boot) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        start.command,
        utf8(start.data),
        start.data_hash,
        fmt::format("{}", start.seed),
        json_text(start.options),
        utf8(start.resume_key),
        std::string(name(RunStatus::Running)),
        std::string(NEURONSMITH_VERSION),
        machine,
        utc_now(),
        process.pid,
        process.start,
        process.boot);
    return RunId{db.getLastInsertRowid()};
  });
}

void RunStore::add_scores(RunId run, const std::vector<ScorePoint>& points) {
  if (points.empty()) return;
  database_->write([&](SQLite::Database& db) {
    SQLite::Statement statement(
        db, "INSERT OR REPLACE INTO scores (run, series, x, y) VALUES (?, ?, ?, ?)");
    for (const ScorePoint& point : points) {
      NEURONSMITH_CHECK(std::isfinite(point.x), "a score has a place in its series");
      statement.reset();
      statement.bind(1, run);
      statement.bind(2, point.series);
      statement.bind(3, point.x);
      statement.bind(4, point.y);
      statement.exec();
    }
  });
}

void RunStore::put_artefact(RunId run, const Artefact& artefact) {
  database_->write([&](SQLite::Database& db) {
    SQLite::Statement statement(
        db, "INSERT OR REPLACE INTO artefacts (run, name, content) VALUES (?, ?, ?)");
    statement.bind(1, run);
    statement.bind(2, artefact.name);
    statement.bind(3, artefact.content.data(), static_cast<int>(artefact.content.size()));
    statement.exec();
  });
}

void RunStore::finish(RunId run, RunStatus status, const Json& result, const std::string& message) {
  database_->write([&](SQLite::Database& db) {
    execute(db,
            "UPDATE runs SET status = ?, finished_at = ?, message = ?, result = ? WHERE id = ?",
            std::string(name(status)),
            utc_now(),
            utf8(message),
            json_text(result),
            run);
  });
}

std::vector<RunRecord> RunStore::list() const {
  return database_->read([this](SQLite::Database& db) {
    std::vector<RunRecord> runs;
    auto row = bound(db, std::string(kSelectRuns) + "ORDER BY id DESC");
    while (row.executeStep()) runs.push_back(record_of(row, database_->path()));
    return runs;
  });
}

std::optional<RunRecord> RunStore::find(RunId run) const {
  return database_->read([&](SQLite::Database& db) -> std::optional<RunRecord> {
    auto row = bound(db, std::string(kSelectRuns) + "WHERE id = ?", run);
    if (!row.executeStep()) return std::nullopt;
    RunRecord record = record_of(row, database_->path());
    record.scores = scores_of(db, run);
    record.artefacts = artefacts_of(db, run);
    return record;
  });
}

std::optional<RunId> RunStore::latest() const {
  return database_->read(
      [](SQLite::Database& db) { return first_id(bound(db, "SELECT max(id) FROM runs")); });
}

std::optional<RunId> RunStore::find_resumable(const RunStart& start) const {
  if (start.resume_key.empty()) return std::nullopt;
  return database_->read([&](SQLite::Database& db) {
    return first_id(bound(db,
                          "SELECT max(id) FROM runs WHERE command = ? AND resume_key = ? AND "
                          "status NOT IN (?, ?)",
                          start.command,
                          utf8(start.resume_key),
                          std::string(name(RunStatus::Running)),
                          std::string(name(RunStatus::Done))));
  });
}

bool RunStore::resume(RunId run, const RunStart& start) {
  const ProcessIdentity process = internal::this_process();
  return database_->write([&](SQLite::Database& db) {
    return execute(db,
                   "UPDATE runs SET status = ?, options = ?, version = ?, machine = ?, "
                   "finished_at = '', message = '', result = 'null', process = ?, "
                   "process_start = ?, boot = ? WHERE id = ? AND status NOT IN (?, ?)",
                   std::string(name(RunStatus::Running)),
                   json_text(start.options),
                   std::string(NEURONSMITH_VERSION),
                   internal::machine_text(),
                   process.pid,
                   process.start,
                   process.boot,
                   run,
                   std::string(name(RunStatus::Running)),
                   std::string(name(RunStatus::Done))) == 1;
  });
}

Json to_json(const RunRecord& run, RunDetail detail) {
  const auto seconds = run.seconds();
  Json json = {{"id", run.id},
               {"command", run.start.command},
               {"status", name(run.status)},
               {"data", run.start.data},
               {"data_hash", run.start.data_hash},
               {"seed", run.start.seed},
               {"options", run.start.options},
               {"version", run.version},
               {"machine", run.machine},
               {"started_at", run.started_at},
               {"finished_at", run.finished_at.empty() ? Json() : Json(run.finished_at)},
               {"seconds", seconds ? json_number(*seconds) : Json()},
               {"message", run.message},
               {"result", run.result}};
  if (detail == RunDetail::Summary) return json;
  json["scores"] = scores_json(run.scores);
  json["artefacts"] = artefacts_json(run.artefacts, detail);
  return json;
}

}  // namespace neuronsmith::experiment
