#include "neuronsmith/core/internal/database.hpp"

#include <gtest/gtest.h>

#include <array>
#include <span>

#include "neuronsmith/core/error.hpp"
#include "support/files.hpp"

namespace neuronsmith::internal {
namespace {

/// The way from one schema to the next, shown on migrations of the test's own.
class Migration : public ::testing::Test {
 protected:
  static DatabaseKind kind(std::span<const char* const> migrations) {
    return {.name = "test store",
            .application_id = 0x54455354,
            .migrations = migrations,
            .made_by = "tests make one",
            .elsewhere = "nothing helps"};
  }
  static std::int64_t version_of(SQLite::Database& database) {
    return database.execAndGet("PRAGMA user_version").getInt64();
  }
  [[nodiscard]] std::string path() const { return folder_.path("test.db"); }
  [[nodiscard]] SQLite::Database open() const {
    return {path(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Migration, BringsAnOlderFileUpToDateAndKeepsItsRows) {
  SQLite::Database database = open();
  const std::array older = {"CREATE TABLE t (a INTEGER)"};
  const std::array newer = {older[0], "ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'new'"};
  migrate(database, kind(older));
  EXPECT_EQ(version_of(database), 1);
  EXPECT_EQ(database.execAndGet("PRAGMA application_id").getInt64(), 0x54455354);
  database.exec("INSERT INTO t VALUES (7)");
  migrate(database, kind(newer));
  EXPECT_EQ(version_of(database), 2);
  EXPECT_EQ(database.execAndGet("SELECT b FROM t WHERE a = 7").getString(), "new");
  migrate(database, kind(newer));
  migrate(database, kind(older));
  EXPECT_EQ(version_of(database), 2) << "a file never goes back";
}

TEST_F(Migration, IsWholeOrNotAtAll) {
  SQLite::Database database = open();
  const std::array broken = {"CREATE TABLE t (a)", "CREATE TABLE u (a)", "CREATE NONSENSE"};
  EXPECT_THROW(migrate(database, kind(broken)), SQLite::Exception);
  EXPECT_EQ(version_of(database), 0);
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM sqlite_master").getInt64(), 0);
}

TEST_F(Migration, AFileOfAnotherKindOrANewerSchemaIsRefused) {
  const std::array one = {"CREATE TABLE t (a)"};
  const std::array two = {one[0], "CREATE TABLE u (a)"};
  const DatabaseKind ours = kind(one);
  DatabaseKind other = kind(one);
  other.application_id = 1;
  const DatabaseKind newer = kind(two);
  static_cast<void>(Database(path(), newer, StoreAccess::Create));
  EXPECT_THROW(Database(path(), ours, StoreAccess::Existing), IoError);
  EXPECT_THROW(Database(path(), other, StoreAccess::Existing), IoError);
  EXPECT_NO_THROW(Database(path(), newer, StoreAccess::Existing));
}

}  // namespace
}  // namespace neuronsmith::internal
