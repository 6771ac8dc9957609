#include "neuronsmith/experiment/internal/store_schema.hpp"

#include <array>

namespace neuronsmith::experiment::internal {
namespace {

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

}  // namespace

const neuronsmith::internal::DatabaseKind kRunStore = {
    .name = "run store",
    .application_id = 0x4E535253,  // "NSRS"
    .migrations = kMigrations,
    .made_by = "discover and train make one",
    .elsewhere = "--store puts it elsewhere, --no-store makes none"};

}  // namespace neuronsmith::experiment::internal
