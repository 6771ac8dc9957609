#include "neuronsmith/search/evolution/program_database.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "neuronsmith/core/internal/database.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::search::evolution {
namespace {

using neuronsmith::internal::bound;
using neuronsmith::internal::Database;
using neuronsmith::internal::DatabaseKind;
using neuronsmith::internal::execute;

constexpr std::array kMigrations = {
    // 1. Keys are the bits of an unsigned number. An infinite loss is NULL. Score and parents are
    // JSON.
    R"(
CREATE TABLE state (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  value TEXT NOT NULL
);
CREATE TABLE programs (
  id         INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL,
  island     INTEGER NOT NULL,
  formula    TEXT NOT NULL,
  shape      TEXT NOT NULL,
  origin     TEXT NOT NULL,
  parents    TEXT NOT NULL,
  score      TEXT NOT NULL
);
CREATE TABLE proposals (
  generation INTEGER NOT NULL,
  place      INTEGER NOT NULL,
  island     INTEGER NOT NULL,
  formula    TEXT NOT NULL,
  shape      TEXT NOT NULL,
  origin     TEXT NOT NULL,
  parents    TEXT NOT NULL,
  PRIMARY KEY (generation, place)
) WITHOUT ROWID;
CREATE TABLE trials (
  key    INTEGER NOT NULL,
  trial  INTEGER NOT NULL,
  test   REAL,
  beyond REAL,
  PRIMARY KEY (key, trial)
) WITHOUT ROWID;
CREATE TABLE log (
  id         INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  text       TEXT NOT NULL
);
)"};

const DatabaseKind kPrograms = {.name = "program database",
                                .application_id = 0x4E535044,  // "NSPD"
                                .migrations = kMigrations,
                                .made_by = "discover --recipe mine makes one",
                                .elsewhere = "--database puts it elsewhere"};

std::string shape_of(const formula::Formula& formula) {
  return std::string(formula::name(formula.input_shape()));
}

/// Columns first, first + 1, ...: island, formula, shape, origin, parents.
Proposal proposal_of(SQLite::Statement& row, int first, const std::string& source) {
  const auto text = [&](int column) { return row.getColumn(first + column).getString(); };
  return {.formula = formula::parse_or_throw(text(1), formula::shape_named(text(2)), source),
          .island = row.getColumn(first).getUInt(),
          .origin = parse_origin(text(3), source),
          .parents = parse_json(text(4), source).get<std::vector<std::int64_t>>()};
}

void bind_loss(SQLite::Statement& statement, int place, double loss) {
  if (std::isfinite(loss)) {
    statement.bind(place, loss);
  } else {
    statement.bind(place);  // NULL
  }
}

double loss_of(const SQLite::Column& column) {
  return column.isNull() ? std::numeric_limits<double>::infinity() : column.getDouble();
}

void insert(SQLite::Database& db, const Program& program) {
  execute(db,
          "INSERT INTO programs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          program.id,
          program.generation,
          program.proposal.island,
          formula::to_infix(program.proposal.formula),
          shape_of(program.proposal.formula),
          std::string(name(program.proposal.origin)),
          Json(program.proposal.parents).dump(),
          to_json(program.score).dump());
}

}  // namespace

ProgramDatabase::ProgramDatabase(const std::string& path)
    : database_(std::make_unique<Database>(path, kPrograms, StoreAccess::Create)) {
  last_id_ = database_->read([](SQLite::Database& db) {
    return db.execAndGet("SELECT coalesce(max(id), 0) FROM programs").getInt64();
  });
}

ProgramDatabase::~ProgramDatabase() = default;

std::optional<network::TrialLosses> ProgramDatabase::find_trial(std::uint64_t key,
                                                                std::size_t trial) const {
  const std::lock_guard lock(mutex_);
  return database_->read([&](SQLite::Database& db) -> std::optional<network::TrialLosses> {
    auto row = bound(db,
                     "SELECT test, beyond FROM trials WHERE key = ? AND trial = ?",
                     std::bit_cast<std::int64_t>(key),
                     static_cast<std::int64_t>(trial));
    if (!row.executeStep()) return std::nullopt;
    return network::TrialLosses{.test = loss_of(row.getColumn(0)),
                                .beyond = loss_of(row.getColumn(1))};
  });
}

void ProgramDatabase::put_trial(std::uint64_t key,
                                std::size_t trial,
                                const network::TrialLosses& losses) {
  const std::lock_guard lock(mutex_);
  database_->write([&](SQLite::Database& db) {
    auto row = bound(db,
                     "INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?)",
                     std::bit_cast<std::int64_t>(key),
                     static_cast<std::int64_t>(trial));
    bind_loss(row, 3, losses.test);
    bind_loss(row, 4, losses.beyond);
    row.exec();
  });
}

std::string ProgramDatabase::source() const { return database_->path(); }

bool ProgramDatabase::has_state() const {
  const std::lock_guard lock(mutex_);
  return database_->read([](SQLite::Database& db) {
    return db.execAndGet("SELECT count(*) FROM state").getInt() > 0;
  });
}

Json ProgramDatabase::read_state() const {
  const std::lock_guard lock(mutex_);
  const std::string text = database_->read(
      [](SQLite::Database& db) { return db.execAndGet("SELECT value FROM state").getString(); });
  return parse_json(text, source());
}

void ProgramDatabase::write_state(const Json& state) {
  const std::lock_guard lock(mutex_);
  database_->write([&](SQLite::Database& db) {
    for (const Program& program : added_) insert(db, program);
    execute(db, "INSERT OR REPLACE INTO state VALUES (1, ?)", state.dump());
    if (!added_.empty()) execute(db, "DELETE FROM proposals");
  });
  added_.clear();
}

void ProgramDatabase::add(Program& program) {
  program.id = last_id_ + 1;
  put(program);
}

void ProgramDatabase::put(const Program& program) {
  last_id_ = std::max(last_id_, program.id);
  added_.push_back(program);
}

std::vector<Program> ProgramDatabase::programs() const {
  const std::lock_guard lock(mutex_);
  return database_->read([this](SQLite::Database& db) {
    auto row = bound(db,
                     "SELECT id, generation, score, island, formula, shape, origin, parents FROM "
                     "programs ORDER BY id");
    std::vector<Program> programs;
    while (row.executeStep()) {
      programs.push_back(
          {.id = row.getColumn(0).getInt64(),
           .generation = row.getColumn(1).getUInt(),
           .proposal = proposal_of(row, 3, source()),
           .score = score_from_json(parse_json(row.getColumn(2).getString(), source()), source())});
    }
    return programs;
  });
}

void ProgramDatabase::put_proposals(std::uint32_t generation,
                                    const std::vector<Proposal>& proposals) {
  const std::lock_guard lock(mutex_);
  database_->write([&](SQLite::Database& db) {
    execute(db, "DELETE FROM proposals");
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      execute(db,
              "INSERT INTO proposals VALUES (?, ?, ?, ?, ?, ?, ?)",
              generation,
              static_cast<std::int64_t>(i),
              proposals[i].island,
              formula::to_infix(proposals[i].formula),
              shape_of(proposals[i].formula),
              std::string(name(proposals[i].origin)),
              Json(proposals[i].parents).dump());
    }
  });
}

std::vector<Proposal> ProgramDatabase::proposals(std::uint32_t generation) const {
  const std::lock_guard lock(mutex_);
  return database_->read([&](SQLite::Database& db) {
    auto row =
        bound(db,
              "SELECT island, formula, shape, origin, parents FROM proposals WHERE generation "
              "= ? ORDER BY place",
              generation);
    std::vector<Proposal> proposals;
    while (row.executeStep()) proposals.push_back(proposal_of(row, 0, source()));
    return proposals;
  });
}

void ProgramDatabase::log(const LogEntry& entry) {
  const std::lock_guard lock(mutex_);
  database_->write([&](SQLite::Database& db) {
    execute(db,
            "INSERT INTO log (generation, kind, text) VALUES (?, ?, ?)",
            entry.generation,
            entry.kind,
            entry.text);
  });
}

std::vector<LogEntry> ProgramDatabase::log() const {
  const std::lock_guard lock(mutex_);
  return database_->read([](SQLite::Database& db) {
    auto row = bound(db, "SELECT generation, kind, text FROM log ORDER BY id");
    std::vector<LogEntry> entries;
    while (row.executeStep()) {
      entries.push_back({.generation = row.getColumn(0).getUInt(),
                         .kind = row.getColumn(1).getString(),
                         .text = row.getColumn(2).getString()});
    }
    return entries;
  });
}

std::size_t ProgramDatabase::count(const char* query, const std::string& value) const {
  const std::lock_guard lock(mutex_);
  return database_->read([&](SQLite::Database& db) {
    auto row = bound(db, query, value);
    row.executeStep();
    return static_cast<std::size_t>(row.getColumn(0).getInt64());
  });
}

std::size_t ProgramDatabase::count_programs(Origin origin) const {
  return count("SELECT count(*) FROM programs WHERE origin = ?", std::string(name(origin)));
}

std::size_t ProgramDatabase::count_log(const std::string& kind) const {
  return count("SELECT count(*) FROM log WHERE kind = ?", kind);
}

}  // namespace neuronsmith::search::evolution
