#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/store_access.hpp"

namespace neuronsmith::internal {
class Database;
}  // namespace neuronsmith::internal

namespace neuronsmith::experiment {

using RunId = std::int64_t;

/// How a run stands. A run whose process is gone without having said how it ended is Unfinished.
enum class RunStatus : std::uint8_t { Running, Done, Interrupted, Failed, Unfinished };
[[nodiscard]] std::string_view name(RunStatus status);

/// What is known when a run begins.
struct RunStart {
  std::string command;  ///< "discover", "train", "compare"
  std::string data;     ///< file name as given
  std::string data_hash;
  std::uint64_t seed = 0;
  Json options = Json::object();
  /// Equal for runs of which one can go on from where the other ended, e.g. search_identity();
  /// empty: the run cannot be gone on with.
  std::string resume_key = {};
};

/// A value of a run over time, e.g. the best error after so many candidates.
struct ScorePoint {
  std::string series;  ///< "error", "training loss", "validation loss"
  double x = 0.0;      ///< candidates, epochs; finite
  double y = 0.0;
};

/// A file's content that a run made.
struct Artefact {
  std::string name;  ///< "neuron.json", "model.json", "predictions.csv"
  std::string content;
};

/// All that the store has of a run.
struct RunRecord {
  RunId id = 0;
  RunStart start;
  RunStatus status = RunStatus::Running;
  std::string version;              ///< of the program
  std::string machine;              ///< processor, cores, system
  std::string started_at;           ///< UTC, ISO 8601
  std::string finished_at;          ///< empty while it has not finished
  std::string message;              ///< why it failed
  Json result;                      ///< what --json prints; null until it is done
  std::vector<ScorePoint> scores;   ///< by series, then by x
  std::vector<Artefact> artefacts;  ///< by name

  /// Seconds of work as the result tells them; absent without a result.
  [[nodiscard]] std::optional<double> seconds() const;
};

/// The record of every run, an SQLite file in WAL mode: several processes may write at once, and a
/// process killed at any moment leaves a file that opens. One object per thread; not to be carried
/// over a fork. Every call throws IoError naming the file when it cannot be read or written.
class RunStore {
 public:
  /// Opens or makes the file, brings an older schema up to date, and marks as Unfinished the runs
  /// whose process is gone. Throws IoError also for a file that is no store or of a newer schema,
  /// and with StoreAccess::Existing when there is none.
  explicit RunStore(const std::string& path, StoreAccess access = StoreAccess::Create);
  ~RunStore();
  RunStore(const RunStore&) = delete;
  RunStore& operator=(const RunStore&) = delete;

  [[nodiscard]] RunId begin(const RunStart& start);
  /// A point replaces one of the same series and x: a run that was resumed reports points anew that
  /// lie behind its last checkpoint.
  void add_scores(RunId run, const std::vector<ScorePoint>& points);
  /// Replaces one of the same name.
  void put_artefact(RunId run, const Artefact& artefact);
  void finish(RunId run, RunStatus status, const Json& result, const std::string& message = {});

  /// Newest first, without scores and artefacts.
  [[nodiscard]] std::vector<RunRecord> list() const;
  /// Absent when there is no such run.
  [[nodiscard]] std::optional<RunRecord> find(RunId run) const;
  [[nodiscard]] std::optional<RunId> latest() const;
  /// The newest run with the same command and resume key that has ended without being Done.
  [[nodiscard]] std::optional<RunId> find_resumable(const RunStart& start) const;
  /// Makes such a run Running again, owned by this process, with the options of `start`. False when
  /// another process was first.
  [[nodiscard]] bool resume(RunId run, const RunStart& start);

 private:
  std::unique_ptr<neuronsmith::internal::Database> database_;
};

inline constexpr const char* kDefaultStore = "neuronsmith.db";

/// How much of a run is wanted as JSON.
enum class RunDetail : std::uint8_t {
  Summary,   ///< all but scores and artefacts
  Listing,   ///< scores; names and sizes of the artefacts
  Complete,  ///< the artefacts' contents too
};

/// A run of `runs --json` and `runs export` (docs/cli.md).
[[nodiscard]] Json to_json(const RunRecord& run, RunDetail detail);

}  // namespace neuronsmith::experiment
