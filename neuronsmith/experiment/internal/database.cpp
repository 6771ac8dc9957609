#include "neuronsmith/experiment/internal/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"

namespace neuronsmith::experiment::internal {
namespace {

/// How long another process may hold the lock before it is told as an error.
constexpr int kBusySeconds = 10;

constexpr std::array kMigrations = {
    // 1. Seeds are text: they go beyond SQLite's signed integers. options and result are JSON.
    R"(
CREATE TABLE runs (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  command       TEXT NOT NULL,
  data          TEXT NOT NULL,
  data_hash     TEXT NOT NULL,
  seed          TEXT NOT NULL,
  options       TEXT NOT NULL,
  resume_key    TEXT NOT NULL,
  status        TEXT NOT NULL,
  version       TEXT NOT NULL,
  machine       TEXT NOT NULL,
  started_at    TEXT NOT NULL,
  finished_at   TEXT NOT NULL DEFAULT '',
  message       TEXT NOT NULL DEFAULT '',
  result        TEXT NOT NULL DEFAULT 'null',
  process       INTEGER NOT NULL,
  process_start INTEGER NOT NULL,
  boot          TEXT NOT NULL
);
CREATE TABLE scores (
  run    INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  series TEXT NOT NULL,
  x      REAL NOT NULL,
  y      REAL,
  PRIMARY KEY (run, series, x)
) WITHOUT ROWID;
CREATE TABLE artefacts (
  run     INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  name    TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (run, name)
);
)"};

std::int64_t number(SQLite::Database& database, const char* query) {
  return database.execAndGet(query).getInt64();
}

std::size_t schema_of(SQLite::Database& database) {
  return static_cast<std::size_t>(number(database, "PRAGMA user_version"));
}

/// A file without a table is one that a store is yet to be made in.
void require_store(SQLite::Database& database, const std::string& path) {
  SQLite::Transaction transaction(database);  // one state of the file for all three questions
  const bool is_ours = number(database, "PRAGMA application_id") == kApplicationId;
  const bool is_empty = number(database, "SELECT count(*) FROM sqlite_master") == 0;
  if (!is_ours && !is_empty) {
    throw IoError(fmt::format("{} is an SQLite file of another program, not a run store", path));
  }
  const std::size_t newest = migrations().size();
  if (const std::size_t schema = schema_of(database); schema > newest) {
    throw IoError(
        fmt::format("{} is a run store of schema {}, and this program knows schemas up to {}; a "
                    "newer neuronsmith "
                    "reads it",
                    path,
                    schema,
                    newest));
  }
}

/// Going over to WAL needs the file alone for a moment, and SQLite does not wait for that itself.
void use_write_ahead_log(SQLite::Database& database) {
  const Stopwatch clock;
  while (true) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (const SQLite::Exception& error) {
      if (error.getErrorCode() != SQLITE_BUSY || clock.seconds() > kBusySeconds) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// What SQLite would tell as "unable to open database file" only.
void require_place(const std::string& path, StoreAccess access) {
  namespace fs = std::filesystem;
  if (path.empty()) throw IoError("the run store needs a file name");
  const fs::path file(path);
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) {
    throw IoError(fmt::format("cannot open run store {}: it is a folder", path));
  }
  if (fs::exists(file, ignored)) {
    if (fs::is_regular_file(file, ignored)) return;
    throw IoError(fmt::format("cannot open run store {}: it is not a regular file", path));
  }
  if (access == StoreAccess::Existing) {
    throw IoError(fmt::format("there is no run store {}; discover and train make one", path));
  }
  const fs::path folder = fs::absolute(file).parent_path();
  if (::access(folder.c_str(), W_OK) == 0) return;
  const int reason = errno;
  throw IoError(
      fmt::format("cannot make run store {}: {}; --store puts it elsewhere, --no-store makes none",
                  path,
                  std::strerror(reason)));
}

std::string explanation(const SQLite::Exception& error, SQLite::Database* database) {
  switch (error.getErrorCode() & 0xFF) {
    case SQLITE_NOTADB:
      return "it is not an SQLite file";
    case SQLITE_CORRUPT:
      return "it is damaged";
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
      return "it or its folder is read-only";
    case SQLITE_BUSY:
      return fmt::format("another process has kept it locked for {} seconds", kBusySeconds);
    default:
      break;
  }
  const int reason = database == nullptr ? 0 : sqlite3_system_errno(database->getHandle());
  return reason == 0 ? error.what() : fmt::format("{} ({})", error.what(), std::strerror(reason));
}

}  // namespace

Migrations migrations() { return kMigrations; }

void migrate(SQLite::Database& database, Migrations migrations) {
  if (schema_of(database) >= migrations.size()) return;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  // Asked again: another process may have done it before this one got the lock.
  for (std::size_t schema = schema_of(database); schema < migrations.size(); ++schema) {
    database.exec(migrations[schema]);
    database.exec(fmt::format("PRAGMA user_version = {}", schema + 1));
  }
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  transaction.commit();
}

Database::Database(const std::string& path, StoreAccess access) : path_(path) {
  require_place(path, access);
  translated([&] { open(access); });
}

void Database::open(StoreAccess access) {
  const int create = access == StoreAccess::Create ? SQLite::OPEN_CREATE : 0;
  // An absolute path: ":memory:" and "file:" have no special meaning then.
  database_ = std::make_unique<SQLite::Database>(std::filesystem::absolute(path_).string(),
                                                 SQLite::OPEN_READWRITE | create,
                                                 kBusySeconds * 1000);
  require_store(*database_, path_);
  use_write_ahead_log(*database_);
  // In WAL mode a kill loses nothing with NORMAL, and a commit does not wait for the disk.
  database_->exec("PRAGMA synchronous = NORMAL");
  database_->exec("PRAGMA foreign_keys = ON");
  migrate(*database_, migrations());
}

void Database::fail(const SQLite::Exception& error) const {
  throw IoError(
      fmt::format("cannot use run store {}: {}", path_, explanation(error, database_.get())));
}

}  // namespace neuronsmith::experiment::internal
