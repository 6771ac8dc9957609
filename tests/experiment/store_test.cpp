#include "neuronsmith/experiment/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <functional>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"

namespace neuronsmith::experiment {
namespace {

/// A store in a folder of its own.
class Store : public ::testing::Test {
 protected:
  Store() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::temp_directory_path() / (std::string("neuronsmith-store-") + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Store() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name = "runs.db") const {
    return (folder_ / name).string();
  }

  void edit(const std::string& statement) const {
    SQLite::Database(path(), SQLite::OPEN_READWRITE).exec(statement);
  }

  /// The message of the IoError that opening must end with; it is one line that names the file.
  [[nodiscard]] std::string refusal(const std::string& file,
                                    StoreAccess access = StoreAccess::Create) const {
    try {
      const RunStore store(file, access);
    } catch (const IoError& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find(file), std::string::npos) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
      return message;
    }
    ADD_FAILURE() << file << " was opened";
    return {};
  }

 private:
  std::filesystem::path folder_;
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

RunStart example_start() {
  return {.command = "discover",
          .data = "prices.csv",
          .data_hash = "0123456789abcdef",
          .seed = 18'446'744'073'709'551'615U,
          .options = {{"population", 500}, {"choose", "criterion"}},
          .resume_key = "a search"};
}

/// The exit status of a child process that does `work`.
int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A run whose process ends without a word.
void leave_a_run_behind(const std::string& path) {
  ASSERT_EQ(in_child([&] {
              RunStore store(path);
              store.add_scores(store.begin(example_start()), {{"error", 1.0, 0.5}});
              return 0;
            }),
            0);
}

TEST_F(Store, KeepsAllOfARun) {
  const Json result = {{"formula", "x^2 + 1"}, {"score", 0.125}, {"seconds", 2.5}};
  RunId run = 0;
  {
    RunStore store(path());
    run = store.begin(example_start());
    EXPECT_EQ(store.find(run)->status, RunStatus::Running);
    EXPECT_FALSE(store.find(run)->seconds());
    store.add_scores(run, {{"error", 1000.0, 0.5}, {"error", 2000.0, NAN}});
    store.add_scores(run, {{"error", 1000.0, 0.25}, {"criterion", 1.0, INFINITY}});
    store.put_artefact(run, {"neuron.json", "old"});
    store.put_artefact(run, {"neuron.json", std::string("\0new\n", 5)});
    store.put_artefact(run, {"empty", ""});
    store.finish(run, RunStatus::Done, result);
  }
  const RunStore store(path(), StoreAccess::Existing);
  const auto record = store.find(run);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->start.command, "discover");
  EXPECT_EQ(record->start.data, "prices.csv");
  EXPECT_EQ(record->start.data_hash, "0123456789abcdef");
  EXPECT_EQ(record->start.seed, 18'446'744'073'709'551'615U);
  EXPECT_EQ(record->start.options, example_start().options);
  EXPECT_EQ(record->start.resume_key, "a search");
  EXPECT_EQ(record->status, RunStatus::Done);
  EXPECT_EQ(record->result, result);
  EXPECT_EQ(record->seconds(), 2.5);
  EXPECT_FALSE(record->version.empty());
  EXPECT_TRUE(holds(record->machine, "cores"));
  EXPECT_EQ(record->started_at.size(), 24u);
  EXPECT_LE(record->started_at, record->finished_at);
  ASSERT_EQ(record->scores.size(), 3u);
  EXPECT_EQ(record->scores[0].series, "criterion");
  EXPECT_TRUE(std::isinf(record->scores[0].y));
  EXPECT_EQ(record->scores[1].y, 0.25);
  EXPECT_TRUE(std::isnan(record->scores[2].y));
  ASSERT_EQ(record->artefacts.size(), 2u);
  EXPECT_EQ(record->artefacts[0].content, "");
  EXPECT_EQ(record->artefacts[1].content, std::string("\0new\n", 5));
}

TEST_F(Store, ListsTheNewestFirstAndKnowsWhatIsNotThere) {
  RunStore store(path());
  EXPECT_TRUE(store.list().empty());
  EXPECT_FALSE(store.latest());
  EXPECT_FALSE(store.find(1));
  const RunId first = store.begin(example_start());
  const RunId second = store.begin({.command = "train"});
  ASSERT_EQ(store.list().size(), 2u);
  EXPECT_EQ(store.list()[0].id, second);
  EXPECT_EQ(store.list()[1].id, first);
  EXPECT_EQ(store.latest(), second);
}

TEST_F(Store, TextsThatAreNotUtf8AreKeptReadable) {
  RunStore store(path());
  const RunId run =
      store.begin({.command = "train", .data = "\xff.csv", .options = {{"out", "\xfe"}}});
  store.finish(run, RunStatus::Failed, nullptr, "\xfd is bad");
  EXPECT_EQ(store.find(run)->start.data, "\xEF\xBF\xBD.csv");
  EXPECT_EQ(store.find(run)->message, "\xEF\xBF\xBD is bad");
  EXPECT_NO_THROW(static_cast<void>(to_json(*store.find(run), RunDetail::Complete).dump()));
}

TEST_F(Store, ARunWhoseProcessIsGoneIsUnfinishedAndGoesOn) {
  leave_a_run_behind(path());
  RunStore store(path());
  EXPECT_EQ(store.find(1)->status, RunStatus::Unfinished);

  RunStart other = example_start();
  other.resume_key = "another search";
  EXPECT_FALSE(store.find_resumable(other));
  other.resume_key = "";
  EXPECT_FALSE(store.find_resumable(other));
  ASSERT_EQ(store.find_resumable(example_start()), 1);

  RunStart longer = example_start();
  longer.options["generations"] = 9;
  EXPECT_TRUE(store.resume(1, longer));
  EXPECT_FALSE(store.resume(1, longer)) << "it runs already";
  EXPECT_FALSE(store.find_resumable(example_start()));
  EXPECT_EQ(store.find(1)->status, RunStatus::Running);
  EXPECT_EQ(store.find(1)->start.options["generations"], 9);
  EXPECT_EQ(store.find(1)->scores.size(), 1u);
  store.finish(1, RunStatus::Interrupted, {{"score", 1}});
  EXPECT_EQ(store.find_resumable(example_start()), 1);
  store.finish(1, RunStatus::Done, {{"score", 1}});
  EXPECT_FALSE(store.find_resumable(example_start()));
}

TEST_F(Store, ARunOfALivingProcessStaysRunning) {
  RunStore store(path());
  const RunId run = store.begin(example_start());
  EXPECT_EQ(RunStore(path()).find(run)->status, RunStatus::Running);
  EXPECT_EQ(
      in_child([&] { return RunStore(path()).find(run)->status == RunStatus::Running ? 0 : 1; }),
      0);
}

TEST_F(Store, AnotherProcessOfTheSameNumberIsNotMistakenForIt) {
  for (const char* difference : {"process_start = process_start + 1", "boot = 'another'"}) {
    RunId run = 0;
    {
      RunStore store(path());
      run = store.begin(example_start());
    }
    edit(std::string("UPDATE runs SET ") + difference);
    EXPECT_EQ(RunStore(path()).find(run)->status, RunStatus::Unfinished) << difference;
  }
}

TEST_F(Store, ProcessesThatWriteAtOnceLoseNothing) {
  constexpr int kProcesses = 4;
  constexpr int kRuns = 15;
  std::array<pid_t, kProcesses> children{};
  for (int process = 0; process < kProcesses; ++process) {
    children[static_cast<std::size_t>(process)] = ::fork();
    if (children[static_cast<std::size_t>(process)] != 0) continue;
    try {
      RunStore store(path());  // that the file is yet to be made is part of the race
      for (int i = 0; i < kRuns; ++i) {
        const RunId run =
            store.begin({.command = "train", .seed = static_cast<std::uint64_t>(process)});
        for (int x = 0; x < 10; ++x) store.add_scores(run, {{"loss", double(x), double(process)}});
        store.put_artefact(run,
                           {"model.json", std::string(20'000, static_cast<char>('a' + process))});
        store.finish(run, RunStatus::Done, {{"seconds", i}});
      }
    } catch (const std::exception&) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const RunStore store(path());
  const auto runs = store.list();
  ASSERT_EQ(runs.size(), std::size_t{kProcesses * kRuns});
  for (const RunRecord& listed : runs) {
    const RunRecord run = *store.find(listed.id);
    EXPECT_EQ(run.status, RunStatus::Done);
    ASSERT_EQ(run.scores.size(), 10u);
    EXPECT_EQ(run.scores[9].y, static_cast<double>(run.start.seed));
    EXPECT_EQ(run.artefacts[0].content[19'999], static_cast<char>('a' + run.start.seed));
  }
}

TEST_F(Store, WhatIsNoStoreIsRefusedAndLeftAlone) {
  write_file_atomically(path(), std::string(5000, 'x'));
  EXPECT_TRUE(holds(refusal(path()), "not an SQLite file"));
  EXPECT_EQ(read_file(path()), std::string(5000, 'x'));
  std::filesystem::remove(path());

  SQLite::Database(path(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (a)");
  const std::string before = read_file(path());
  EXPECT_TRUE(holds(refusal(path()), "another kind"));
  EXPECT_EQ(read_file(path()), before);

  EXPECT_TRUE(holds(refusal(path("")), "folder"));
  EXPECT_TRUE(holds(refusal(path("no/runs.db")), "No such file"));
  EXPECT_TRUE(holds(refusal("/dev/null"), "regular"));
  static_cast<void>(refusal("/proc/neuronsmith.db"));
  EXPECT_THROW(RunStore(""), IoError);
  EXPECT_TRUE(holds(refusal(path("none.db"), StoreAccess::Existing), "no run store"));
  EXPECT_FALSE(std::filesystem::exists(path("none.db")));
}

TEST_F(Store, ANewerSchemaIsRefusedAndLeftAlone) {
  { RunStore store(path()); }
  edit("PRAGMA user_version = 1000");
  const std::string before = read_file(path());
  EXPECT_TRUE(holds(refusal(path()), "schema 1000"));
  EXPECT_EQ(read_file(path()), before);
}

TEST_F(Store, ARecordThatIsDamagedIsTold) {
  { static_cast<void>(RunStore(path()).begin(example_start())); }
  for (const char* damage : {"status = 'odd'", "options = '{'", "seed = '-1'"}) {
    edit(std::string("UPDATE runs SET ") + damage);
    const RunStore store(path());
    EXPECT_THROW(static_cast<void>(store.list()), IoError) << damage;
  }
}

TEST_F(Store, AnEmptyFileIsAStoreYetToBeMade) {
  write_file_atomically(path(), "");
  EXPECT_EQ(RunStore(path()).begin(example_start()), 1);
}

/// A limit on the size of files stands in for a full disk.
TEST_F(Store, ADiskThatIsFullIsOneLineAndLosesNothingOfBefore) {
  RunId run = 0;
  {
    RunStore store(path());
    run = store.begin(example_start());
    store.add_scores(run, {{"error", 1.0, 0.5}});
  }
  EXPECT_EQ(in_child([&] {
              std::signal(SIGXFSZ, SIG_IGN);
              RunStore store(path());
              const rlimit limit{200'000, 200'000};
              ::setrlimit(RLIMIT_FSIZE, &limit);
              try {
                store.put_artefact(run, {"model.json", std::string(1'000'000, 'x')});
              } catch (const IoError& error) {
                return holds(error.what(), path()) ? 0 : 2;
              }
              return 1;
            }),
            0);
  const auto record = RunStore(path()).find(run);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->scores.size(), 1u);
  EXPECT_TRUE(record->artefacts.empty());
}

}  // namespace
}  // namespace neuronsmith::experiment
