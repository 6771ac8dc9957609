#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <thread>

#include "command.hpp"

namespace neuronsmith::cli {
namespace {

using std::chrono::milliseconds;

constexpr const char* kStore = "neuronsmith.db";

class Runs : public testing::CommandTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(run({"data",
                   "synthesize",
                   "--law",
                   "6",
                   "--range",
                   "1.5",
                   "--noise",
                   "0.3",
                   "--rows",
                   "300",
                   "--out",
                   "law.csv"})
                  .status,
              0);
  }

  static std::vector<std::string> search(const std::string& generations) {
    return {"discover",
            "--data",
            "law.csv",
            "--seed",
            "4",
            "--generations",
            generations,
            "--checkpoint-seconds",
            "0.05"};
  }
  static std::vector<std::string> resumed(std::vector<std::string> arguments) {
    arguments.push_back("--resume");
    return arguments;
  }

  /// Waits until a run has begun; false when none did in ten seconds.
  [[nodiscard]] bool wait_for_a_run() const {
    for (int i = 0; i < 1000; ++i) {
      if (count_runs() > 0) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }
  [[nodiscard]] std::int64_t count_runs() const {
    try {
      SQLite::Database store(path(kStore), SQLite::OPEN_READWRITE, 10'000);
      return store.execAndGet("SELECT count(*) FROM runs").getInt64();
    } catch (const SQLite::Exception&) {
      return 0;  // not there yet, or no table in it yet
    }
  }

  void remove_results() const {
    for (const std::string& name : files()) {
      if (name != "law.csv") std::filesystem::remove(path(name));
    }
  }
};

TEST_F(Runs, DiscoverRecordsItself) {
  const Json found = run_json(search("30"));
  const Json run = run_json({"runs", "show"});
  EXPECT_EQ(run["id"], 1);
  EXPECT_EQ(run["command"], "discover");
  EXPECT_EQ(run["status"], "done");
  EXPECT_EQ(run["data"], "law.csv");
  EXPECT_EQ(run["data_hash"].get<std::string>().size(), 16u);
  EXPECT_EQ(run["seed"], 4);
  EXPECT_EQ(run["options"]["generations"], 30);
  EXPECT_EQ(run["options"]["population"], 500) << "an option that was not given is recorded too";
  EXPECT_FALSE(run["version"].get<std::string>().empty());
  EXPECT_NE(run["machine"].get<std::string>().find("cores"), std::string::npos);
  EXPECT_EQ(run["result"], found) << "what --json prints";
  EXPECT_EQ(run["seconds"], found["seconds"]);
  const Json& errors = run["scores"]["error"];
  ASSERT_GE(errors.size(), 30u);
  EXPECT_EQ(errors.back()[0], found["candidates"]);
  EXPECT_EQ(errors.back()[1], found["score"]);
  ASSERT_EQ(run["artefacts"].size(), 1u);
  EXPECT_EQ(run["artefacts"][0]["name"], "neuron.json");
  EXPECT_FALSE(run["artefacts"][0].contains("content"));
  EXPECT_EQ(files(), (std::vector<std::string>{"law.csv", "neuron.json", kStore}));
}

TEST_F(Runs, TrainRecordsItsLossesAndPredictions) {
  const Json trained =
      run_json({"train", "--data", "law.csv", "--epochs", "25", "--hidden", "none"});
  ASSERT_EQ(run({"runs", "export", "1", "--out", "run.json"}).status, 0);
  const Json run = Json::parse(read_file(path("run.json")))["runs"][0];
  EXPECT_EQ(run["result"], trained);
  for (const char* series : {"training loss", "validation loss"}) {
    ASSERT_EQ(run["scores"][series].size(), 25u) << series;
    EXPECT_EQ(run["scores"][series][24][0], 25);
  }
  ASSERT_EQ(run["artefacts"].size(), 2u);
  EXPECT_EQ(run["artefacts"][0]["content"], read_file(path("model.json")));
  const std::string predictions = run["artefacts"][1]["content"];
  EXPECT_EQ(predictions.find("true,prediction\n"), 0u);
  EXPECT_EQ(std::count(predictions.begin(), predictions.end(), '\n'), 61);
}

TEST_F(Runs, PredictionsAreInTheTargetsOwnUnitOrClasses) {
  std::string numbers = "a,y\n", classes = "a,kind\n";
  for (int i = 0; i < 3000; ++i) {
    numbers += std::to_string(i) + "," + std::to_string(1000 + 2 * i) + "\n";
    classes += std::to_string(i) + "," + (i < 1500 ? "\"low, or so\"" : "high") + "\n";
  }
  write("numbers.csv", numbers);
  write("classes.csv", classes);
  for (const std::string table : {"numbers", "classes"}) {
    ASSERT_EQ(run({"train", "--data", table + ".csv", "--split", "1,0,9", "--epochs", "60"}).status,
              0);
  }
  ASSERT_EQ(
      run({"runs", "export", "1", "--artefact", "predictions.csv", "--out", "numbers.txt"}).status,
      0);
  ASSERT_EQ(
      run({"runs", "export", "2", "--artefact", "predictions.csv", "--out", "classes.txt"}).status,
      0);
  std::ifstream lines(path("numbers.txt"));
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  int n = 0;
  for (; std::getline(lines, line); ++n) {
    const double truth = std::stod(line);
    EXPECT_EQ(truth, std::round(truth)) << line;
    EXPECT_GE(truth, 1000.0);
    EXPECT_LT(truth, 7000.0);
    EXPECT_NEAR(std::stod(line.substr(line.find(',') + 1)), truth, 1500.0);
  }
  EXPECT_EQ(n, 2000) << "of 2,700 test rows";
  EXPECT_NE(read_file(path("classes.txt")).find("\n\"low, or so\",\"low, or so\"\n"),
            std::string::npos);
}

TEST_F(Runs, ListShowsTheNewestFirst) {
  ASSERT_EQ(run(search("5")).status, 0);
  ASSERT_EQ(run({"train", "--data", "law.csv", "--epochs", "5"}).status, 0);
  const Json list = run_json({"runs", "list"});
  ASSERT_EQ(list["runs"].size(), 2u);
  EXPECT_EQ(list["runs"][0]["command"], "train");
  EXPECT_EQ(list["runs"][1]["command"], "discover");
  const std::string table = run({"runs", "list"}).out;
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3);
  EXPECT_NE(table.find("r2 "), std::string::npos) << table;
  EXPECT_NE(table.find("x^3"), std::string::npos) << table;
  EXPECT_NE(run({"runs", "show", "1"}).out.find("discover, done"), std::string::npos);
}

TEST_F(Runs, AnotherStoreOrNone) {
  ASSERT_EQ(run({"train", "--data", "law.csv", "--epochs", "2", "--no-store"}).status, 0);
  EXPECT_FALSE(exists(kStore));
  ASSERT_EQ(run({"train", "--data", "law.csv", "--epochs", "2", "--store", "a.db"}).status, 0);
  EXPECT_FALSE(exists(kStore));
  EXPECT_EQ(run_json({"runs", "list", "--store", "a.db"})["runs"].size(), 1u);
}

TEST_F(Runs, ADefaultStoreThatCannotBeOpenedDoesNotStandInTheWay) {
  std::filesystem::create_directory(path(kStore));
  const testing::Outcome trained = run({"train", "--data", "law.csv", "--epochs", "2"});
  EXPECT_EQ(trained.status, 0) << trained.err;
  EXPECT_NE(trained.err.find("not recorded"), std::string::npos) << trained.err;
  EXPECT_TRUE(exists("model.json"));
  EXPECT_EQ(run({"train", "--data", "law.csv", "--epochs", "2", "--store", kStore}).status, 2);
}

TEST_F(Runs, AMistakeIsOneLineAndLeavesNoStoreBehind) {
  const auto expect_refused = [this](const std::vector<std::string>& arguments, const char* part) {
    const auto before = files();
    const testing::Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    const std::size_t line = outcome.err.rfind("neuronsmith: ");
    ASSERT_NE(line, std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find(part, line), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n', line), outcome.err.size() - 1) << outcome.err;
    EXPECT_EQ(files(), before);
  };
  expect_refused({"runs", "list"}, "neuronsmith.db");
  expect_refused({"runs", "show", "--store", "law.csv"}, "law.csv");
  expect_refused({"discover", "--data", "law.csv", "--choose", "validation", "--split", "8,0,2"},
                 "--choose");
  expect_refused({"train", "--data", "law.csv", "--hidden", "none", "--parameters", "9"},
                 "--parameters");
  expect_refused({"train", "--data", "law.csv", "--dropout", "1"}, "--dropout");
  expect_refused({"train", "--data", "law.csv", "--store", "law.csv"}, "law.csv");
  expect_refused({"train", "--data", "law.csv", "--store", "no/runs.db"}, "no/runs.db");
  expect_refused({"discover", "--data", "law.csv", "--store", "."}, "folder");
  expect_refused({"train", "--data", "law.csv", "--store", "a.db", "--no-store"}, "--no-store");
  ASSERT_EQ(run({"train", "--data", "law.csv", "--epochs", "2"}).status, 0);
  expect_refused({"runs", "show", "7"}, "no run 7");
  expect_refused({"runs", "show", "x"}, "ID");
  expect_refused({"runs", "export", "--out", "o.json"}, "--all");
  expect_refused({"runs", "export", "1", "--all", "--out", "o.json"}, "--all");
  expect_refused({"runs", "export", "1", "--artefact", "x", "--out", "o.json"}, "predictions.csv");
  expect_refused({"runs", "export", "1"}, "--out");
  expect_refused({"runs", "export", "1", "--out", "no/o.json"}, "no/o.json");
  expect_refused({"runs"}, "subcommand");
}

TEST_F(Runs, AFailureIsRecordedWithItsReason) {
  const testing::Outcome outcome =
      run({"train", "--data", "law.csv", "--learning-rate", "1e30", "--quiet"});
  ASSERT_EQ(outcome.status, 2) << outcome.err;
  const Json failed = run_json({"runs", "show"});
  EXPECT_EQ(failed["status"], "failed");
  EXPECT_TRUE(failed["result"].is_null());
  EXPECT_NE(outcome.err.find(failed["message"].get<std::string>()), std::string::npos);
}

TEST_F(Runs, TwoCommandsMayWriteAtOnce) {
  const auto training = [](const char* out) {
    return std::vector<std::string>{"train",
                                    "--data",
                                    "law.csv",
                                    "--epochs",
                                    "400",
                                    "--patience",
                                    "0",
                                    "--quiet",
                                    "--out",
                                    out};
  };
  const pid_t first = start(training("a.json"));
  const testing::Outcome second = run(training("b.json"));
  EXPECT_EQ(second.status, 0) << second.err;
  int status = 0;
  waitpid(first, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_file(path("a.json")), read_file(path("b.json")));
  const Json list = run_json({"runs", "list"});
  EXPECT_EQ(list["runs"].size(), 2u);
  for (const Json& run : list["runs"]) EXPECT_EQ(run["status"], "done");
}

TEST_F(Runs, AStoreThatFailsLaterCostsTheRecordAlone) {
  const pid_t process = start(search("100000000"));
  ASSERT_TRUE(wait_for_a_run());
  SQLite::Database store(path(kStore), SQLite::OPEN_READWRITE, 10'000);
  store.exec("DROP TABLE artefacts; DROP TABLE scores; DROP TABLE runs");
  std::this_thread::sleep_for(milliseconds(200));
  kill(process, SIGINT);
  const testing::Outcome outcome = finish(process);
  EXPECT_EQ(outcome.status, 130);
  EXPECT_NE(outcome.err.find("not recorded in full"), std::string::npos) << outcome.err;
  EXPECT_TRUE(exists("neuron.json"));
}

TEST_F(Runs, AnInterruptedSearchGoesOnAsTheSameRun) {
  const pid_t process = start(search("100000000"));
  ASSERT_TRUE(wait_for_a_run());
  std::this_thread::sleep_for(milliseconds(100));
  kill(process, SIGINT);
  ASSERT_EQ(finish(process).status, 130);
  const Json stopped = run_json({"runs", "show"});
  EXPECT_EQ(stopped["status"], "interrupted");
  const auto more = stopped["result"]["generations"].get<std::uint64_t>() + 10;
  const Json found = run_json(resumed(search(std::to_string(more))));
  EXPECT_EQ(count_runs(), 1);
  const Json done = run_json({"runs", "show"});
  EXPECT_EQ(done["status"], "done");
  EXPECT_EQ(done["result"], found);
  EXPECT_EQ(done["options"]["generations"], more);
  EXPECT_GE(done["scores"]["error"].size(), stopped["scores"]["error"].size());
}

/// A search killed with SIGKILL at many moments.
class Killed : public Runs {
 protected:
  static constexpr const char* kGenerations = "600";

  void SetUp() override {
    Runs::SetUp();
    ASSERT_EQ(run(search(kGenerations)).status, 0);
    expected_ = read_file(path("neuron.json"));
    remove_results();
  }

  /// What a kill leaves behind: a store that opens, holding at most a run that is unfinished.
  void expect_sound_store() {
    if (!exists(kStore)) return;
    const Json runs = run_json({"runs", "list"})["runs"];
    SQLite::Database store(path(kStore), SQLite::OPEN_READWRITE);
    EXPECT_EQ(store.execAndGet("PRAGMA integrity_check").getString(), "ok");
    ASSERT_LE(runs.size(), 1u);
    if (runs.empty()) return;
    was_done_ = runs[0]["status"] == "done";
    if (was_done_) return;  // a fast machine
    EXPECT_EQ(runs[0]["status"], "unfinished");
    ++n_unfinished_;
  }

  void expect_resumed_to_the_same_neuron() {
    ASSERT_EQ(run(resumed(search(kGenerations))).status, 0);
    EXPECT_EQ(read_file(path("neuron.json")), expected_);
    EXPECT_EQ(count_runs(), was_done_ ? 2 : 1) << "it went on as the same run";
    const Json last = run_json({"runs", "show"});
    EXPECT_EQ(last["status"], "done");
    double x = 0.0;
    for (const Json& point : last["scores"]["error"]) {
      EXPECT_GT(point[0], x);
      x = point[0];
    }
    EXPECT_EQ(x, last["result"]["candidates"].get<double>());
  }

  void kill_and_resume(pid_t process) {
    ::kill(process, SIGKILL);
    static_cast<void>(finish(process));
    was_done_ = false;
    expect_sound_store();
    expect_resumed_to_the_same_neuron();
    remove_results();
  }

  std::string expected_;
  int n_unfinished_ = 0;
  bool was_done_ = false;
};

TEST_F(Killed, InTheFirstMilliseconds) {
  for (const int moment : {0, 2, 4, 6, 8, 10, 13, 17, 22}) {
    SCOPED_TRACE(moment);
    const pid_t process = start(search(kGenerations));
    std::this_thread::sleep_for(milliseconds(moment));
    kill_and_resume(process);
  }
}

TEST_F(Killed, WhileItSearches) {
  for (const int moment : {0, 1, 3, 10, 30, 60, 100, 150, 200, 300}) {
    SCOPED_TRACE(moment);
    const pid_t process = start(search(kGenerations));
    ASSERT_TRUE(wait_for_a_run());
    std::this_thread::sleep_for(milliseconds(moment));
    kill_and_resume(process);
  }
  EXPECT_GE(n_unfinished_, 4);
}

TEST_F(Runs, JsonHasTheDocumentedKeys) {
  ASSERT_EQ(run(search("3")).status, 0);
  const std::string documented = read_file(NEURONSMITH_SOURCE_DIR "/docs/cli.md");
  const auto expect_documented = [&](const Json& json) {
    for (const auto& [key, value] : json.items()) {
      EXPECT_NE(documented.find("`" + key + "`"), std::string::npos) << key << " is undocumented";
    }
  };
  const Json list = run_json({"runs", "list"});
  expect_documented(list);
  expect_documented(list["runs"][0]);
  expect_documented(run_json({"runs", "show"}));
  expect_documented(run_json({"runs", "export", "--all", "--out", "all.json"}));
  expect_documented(run_json({"runs", "export", "1", "--artefact", "neuron.json", "--out", "n"}));
  const Json file = Json::parse(read_file(path("all.json")));
  expect_documented(file);
  expect_documented(file["runs"][0]);
  expect_documented(file["runs"][0]["artefacts"][0]);
  EXPECT_EQ(read_file(path("n")), read_file(path("neuron.json")));
}

}  // namespace
}  // namespace neuronsmith::cli
