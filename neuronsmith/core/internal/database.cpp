#include "neuronsmith/core/internal/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"

namespace neuronsmith::internal {
namespace {

/// How long another process may hold the lock before it is told as an error.
constexpr int kBusySeconds = 10;

std::int64_t number(SQLite::Database& database, const char* query) {
  return database.execAndGet(query).getInt64();
}

std::size_t schema_of(SQLite::Database& database) {
  return static_cast<std::size_t>(number(database, "PRAGMA user_version"));
}

/// A file without a table is one that is yet to be made.
void require_kind(SQLite::Database& database, const std::string& path, const DatabaseKind& kind) {
  SQLite::Transaction transaction(database);  // one state of the file for all three questions
  const bool is_ours = number(database, "PRAGMA application_id") == kind.application_id;
  const bool is_empty = number(database, "SELECT count(*) FROM sqlite_master") == 0;
  if (!is_ours && !is_empty) {
    throw IoError(fmt::format("{} is an SQLite file of another kind, not a {}", path, kind.name));
  }
  const std::size_t newest = kind.migrations.size();
  if (const std::size_t schema = schema_of(database); schema > newest) {
    throw IoError(
        fmt::format("{} is a {} of schema {}, and this program knows schemas up to {}; a newer "
                    "neuronsmith reads it",
                    path,
                    kind.name,
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
void require_place(const std::string& path, const DatabaseKind& kind, StoreAccess access) {
  namespace fs = std::filesystem;
  if (path.empty()) throw IoError(fmt::format("the {} needs a file name", kind.name));
  const fs::path file(path);
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) {
    throw IoError(fmt::format("cannot open {} {}: it is a folder", kind.name, path));
  }
  if (fs::exists(file, ignored)) {
    if (fs::is_regular_file(file, ignored)) return;
    throw IoError(
        fmt::format("cannot open {} {}: it is not a regular file", kind.name, path));
  }
  if (access == StoreAccess::Existing) {
    throw IoError(fmt::format("there is no {} {}; {}", kind.name, path, kind.made_by));
  }
  const fs::path folder = fs::absolute(file).parent_path();
  if (::access(folder.c_str(), W_OK) == 0) return;
  const int reason = errno;
  throw IoError(fmt::format(
      "cannot make {} {}: {}; {}", kind.name, path, std::strerror(reason), kind.elsewhere));
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

void migrate(SQLite::Database& database, const DatabaseKind& kind) {
  if (schema_of(database) >= kind.migrations.size()) return;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  // Asked again: another process may have done it before this one got the lock.
  for (std::size_t schema = schema_of(database); schema < kind.migrations.size(); ++schema) {
    database.exec(kind.migrations[schema]);
    database.exec(fmt::format("PRAGMA user_version = {}", schema + 1));
  }
  database.exec(fmt::format("PRAGMA application_id = {}", kind.application_id));
  transaction.commit();
}

Database::Database(const std::string& path, const DatabaseKind& kind, StoreAccess access)
    : path_(path), kind_(&kind) {
  require_place(path, kind, access);
  translated([&] { open(access); });
}

void Database::open(StoreAccess access) {
  const int create = access == StoreAccess::Create ? SQLite::OPEN_CREATE : 0;
  // An absolute path: ":memory:" and "file:" have no special meaning then.
  database_ = std::make_unique<SQLite::Database>(std::filesystem::absolute(path_).string(),
                                                 SQLite::OPEN_READWRITE | create,
                                                 kBusySeconds * 1000);
  require_kind(*database_, path_, *kind_);
  use_write_ahead_log(*database_);
  // In WAL mode a kill loses nothing with NORMAL, and a commit does not wait for the disk.
  database_->exec("PRAGMA synchronous = NORMAL");
  database_->exec("PRAGMA foreign_keys = ON");
  migrate(*database_, *kind_);
}

void Database::fail(const SQLite::Exception& error) const {
  throw IoError(fmt::format(
      "cannot use {} {}: {}", kind_->name, path_, explanation(error, database_.get())));
}

}  // namespace neuronsmith::internal
