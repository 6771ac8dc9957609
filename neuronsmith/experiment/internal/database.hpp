#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "neuronsmith/experiment/store.hpp"

namespace neuronsmith::experiment::internal {

/// Marks an SQLite file as a run store (PRAGMA application_id): "NSRS".
inline constexpr std::int64_t kApplicationId = 0x4E535253;

/// The statements that bring a store from schema n to n + 1, for every n.
using Migrations = std::span<const char* const>;

/// Those of this program. A published one is never edited; a change of the schema is one more.
[[nodiscard]] Migrations migrations();

/// Brings the database to the schema after the last migration, in one transaction. Does nothing to
/// one that is there already, nor to one that is newer.
void migrate(SQLite::Database& database, Migrations migrations);

/// The open file of a run store.
class Database {
 public:
  /// Opens, checks that it is a store, migrates. Throws IoError.
  Database(const std::string& path, StoreAccess access);

  [[nodiscard]] const std::string& path() const { return path_; }

  /// work(SQLite::Database&) in a transaction that sees one state of the store.
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
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace neuronsmith::experiment::internal
