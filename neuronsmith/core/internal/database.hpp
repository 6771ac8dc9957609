#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "neuronsmith/core/store_access.hpp"

namespace neuronsmith::internal {

/// A kind of SQLite file of this program.
struct DatabaseKind {
  const char* name;  ///< "run store": as messages call it
  /// Marks such a file (PRAGMA application_id).
  std::int32_t application_id;
  /// The statements that bring a file from schema n to n + 1, for every n. A published one is never
  /// edited; a change of the schema is one more.
  std::span<const char* const> migrations;
  const char* made_by;    ///< "discover and train make one"
  const char* elsewhere;  ///< "--store puts it elsewhere, --no-store makes none"
};

/// Brings the database to the schema after the last migration, in one transaction. Does nothing to
/// one that is there already, nor to one that is newer.
void migrate(SQLite::Database& database, const DatabaseKind& kind);

/// The values of one statement, bound in the order in which they are given.
template <typename... Values>
SQLite::Statement bound(SQLite::Database& database,
                        const std::string& query,
                        const Values&... values) {
  SQLite::Statement statement(database, query);
  int place = 0;
  (statement.bind(++place, values), ...);
  return statement;
}

/// Runs it; how many rows were changed.
template <typename... Values>
int execute(SQLite::Database& database, const std::string& query, const Values&... values) {
  return bound(database, query, values...).exec();
}

/// An open SQLite file in WAL mode: several processes may write at once, and a process killed at any
/// moment leaves a file that opens. One object per thread.
class Database {
 public:
  /// Opens, checks that it is of that kind, migrates. Throws IoError. `kind` must outlive it.
  Database(const std::string& path, const DatabaseKind& kind, StoreAccess access);

  [[nodiscard]] const std::string& path() const { return path_; }

  /// work(SQLite::Database&) in a transaction that sees one state of the file.
  template <typename Work>
  auto read(Work work) const {
    return in_transaction(SQLite::TransactionBehavior::DEFERRED, work);
  }

  /// work(SQLite::Database&) in a transaction that holds the lock for writing from its start, so
  /// that it never fails halfway because of another process. Keep it short.
  template <typename Work>
  auto write(Work work) {
    return in_transaction(SQLite::TransactionBehavior::IMMEDIATE, work);
  }

 private:
  template <typename Work>
  auto in_transaction(SQLite::TransactionBehavior behaviour, Work& work) const {
    return translated([&] {
      SQLite::Transaction transaction(*database_, behaviour);
      if constexpr (std::is_void_v<decltype(work(*database_))>) {
        work(*database_);
        transaction.commit();
      } else {
        auto result = work(*database_);
        transaction.commit();
        return result;
      }
    });
  }

  /// What SQLite throws becomes an IoError in one line that names the file.
  template <typename Work>
  auto translated(Work work) const {
    try {
      return work();
    } catch (const SQLite::Exception& error) {
      fail(error);
    }
  }
  [[noreturn]] void fail(const SQLite::Exception& error) const;

  void open(StoreAccess access);

  std::string path_;
  const DatabaseKind* kind_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace neuronsmith::internal
