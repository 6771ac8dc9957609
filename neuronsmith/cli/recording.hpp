#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/experiment/store.hpp"

namespace neuronsmith::cli {

/// --store, --no-store, and the command whose options are recorded.
struct StoreFlags {
  std::string store = experiment::kDefaultStore;
  bool no_store = false;
  const CLI::App* command = nullptr;
};

/// --store FILE for a command that records itself, with --no-store beside it.
void add_store_flags(CLI::App& command, StoreFlags& flags);

/// All options of a command with the values that they have, given or not, but those that only say
/// how a result is shown or recorded.
[[nodiscard]] Json options_of(const CLI::App& command);

/// Whether a run may go on under the id of an earlier one that was not done.
enum class RunOrigin : std::uint8_t { New, MayResume };

/// The record of one run in the store. Create it when all input has been checked and before the
/// long work, as the sink of its progress: a store that cannot be opened is an error then, while
/// one that fails later costs the record alone, and a note says so.
class Recording final : public ProgressSink {
 public:
  /// Fills in command and options of `start`. `next` (may be null) gets all progress too; both it
  /// and `context` outlive this object.
  Recording(const StoreFlags& flags,
            const Context& context,
            experiment::RunStart start,
            RunOrigin origin,
            ProgressSink* next);
  /// A run that has not said how it ended has failed.
  ~Recording() override;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// Keeps the measures of each series, the more thinly the longer it gets, and writes them in
  /// batches.
  void report(const ProgressEvent& event) override;
  void note(std::string_view line) override {
    if (next_ != nullptr) next_->note(line);
  }

  /// The run's work: what it throws is recorded as the reason of a failure, and passed on.
  template <typename Work>
  void watch(Work work) {
    try {
      work();
    } catch (const std::exception& error) {
      end(experiment::RunStatus::Failed, nullptr, error.what());
      throw;
    }
  }

  /// Whether there is any use in making artefacts.
  [[nodiscard]] bool is_on() const { return store_.has_value(); }
  void add_score(experiment::ScorePoint point) { pending_.push_back(std::move(point)); }
  void add_artefact(std::string name, std::string content) {
    artefacts_.push_back({std::move(name), std::move(content)});
  }
  /// `result` is what --json prints.
  void finish(experiment::RunStatus status, const Json& result) { end(status, result, {}); }

 private:
  /// One series as it comes in.
  struct Series {
    std::uint64_t seen = 0;
    std::uint64_t kept = 0;
    std::uint64_t stride = 1;                    ///< every so many are kept
    std::optional<experiment::ScorePoint> last;  ///< when it was not kept
  };

  void keep(const Measure& measure, double x);
  void write_pending();
  void end(experiment::RunStatus status, const Json& result, const std::string& message);
  /// Runs `write` unless the store has failed before; a failure is remembered, not thrown.
  template <typename Write>
  void attempt(Write write) {
    try {
      write();
      trouble_.clear();
    } catch (const Error& error) {
      trouble_ = error.what();
    }
  }

  const Context& context_;
  ProgressSink* next_;
  std::optional<experiment::RunStore> store_;
  experiment::RunId run_ = 0;
  std::map<std::string, Series, std::less<>> series_;
  std::vector<experiment::ScorePoint> pending_;
  std::vector<experiment::Artefact> artefacts_;
  std::string trouble_;  ///< why the store cannot be written
  bool has_ended_ = false;
  Stopwatch clock_;
  double written_at_ = 0.0;
};

}  // namespace neuronsmith::cli
