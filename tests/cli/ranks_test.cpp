#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "neuronsmith/core/child_process.hpp"
#include "neuronsmith/search/evolution/program_database.hpp"
#include "support/chat_server.hpp"
#include "tests/cli/command.hpp"

// One search on several processes: mpirun -n N neuronsmith discover ...

namespace neuronsmith::cli::testing {
namespace {

using neuronsmith::testing::chat_reply;
using neuronsmith::testing::ChatServer;
using search::evolution::Origin;
using search::evolution::Program;
using search::evolution::ProgramDatabase;
using Words = std::vector<std::string>;

class OnRanks : public CommandTest {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "Open MPI is not instrumented";
#endif
    if (run_child({"mpirun", "--version"}, {}, 20.0).status != 0) {
      GTEST_SKIP() << "mpirun is absent";
    }
    ::setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    ::setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    launch(2);
  }

  void launch(int n) { launcher_ = {"mpirun", "--oversubscribe", "-n", std::to_string(n)}; }

  static Words search(const std::string& out, const Words& more) {
    Words words = {"discover", "--recipe", "mine", "--no-store", "--islands", "2", "--proposals", "3",
                   "--migration-generations", "2", "--worlds-per-family", "3", "--world-rows", "64",
                   "--trial-epochs", "5", "--hidden", "4", "--finalists", "3",
                   "--final-worlds-per-family", "3", "--threads", "1", "--out", out};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  /// Lines of the command's own on standard error; mpirun adds others.
  static std::vector<std::string> mistakes(const Outcome& outcome) {
    std::vector<std::string> lines;
    std::istringstream text(outcome.err);
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with("neuronsmith: ")) lines.push_back(line);
    }
    return lines;
  }

  void expect_one_mistake(const Words& words, const std::string& part) const {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    ASSERT_EQ(mistakes(outcome).size(), 1U) << outcome.err;
    EXPECT_NE(mistakes(outcome)[0].find(part), std::string::npos) << outcome.err;
  }

  /// Processes that one started.
  static std::vector<pid_t> children_of(pid_t parent) {
    std::ifstream list("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) +
                       "/children");
    std::vector<pid_t> children;
    for (pid_t child = 0; list >> child;) children.push_back(child);
    return children;
  }
};

TEST_F(OnRanks, EachHasIslandsOfItsOwnAndTheFirstKeepsAndTells) {
  const Json found = run_json(search("a.json", {"--generations", "5"}));
  static_cast<void>(run_json(search("b.json", {"--generations", "5"})));
  EXPECT_EQ(read_file(path("a.json")), read_file(path("b.json")));
  EXPECT_EQ(read_file(path("a.json.programs")).substr(0, 15), "SQLite format 3");
  launcher_.clear();
  const Json alone = run_json(search("alone.json", {"--generations", "5"}));
  EXPECT_EQ(found["candidates"], 2 * alone["candidates"].get<int>());
  EXPECT_EQ(found["finalists"].size(), 3U);
  EXPECT_LE(found["finalists"][0]["criterion"], found["finalists"][2]["criterion"]);
}

TEST_F(OnRanks, AKilledOneEndsAllAndTheSearchCanBeGoneOnWith) {
  const Words more = {"--generations", "8", "--resume"};
  static_cast<void>(run_json(search("whole.json", more)));
  for (const std::size_t victim : {1U, 0U}) {
    const std::string out = std::to_string(victim) + ".json";
    const pid_t process = start(search(out, more));
    const auto is_under_way = [&] {
      return exists(out + ".programs") && children_of(process).size() == 2;
    };
    while (!is_under_way()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    ::kill(children_of(process)[victim], SIGKILL);
    EXPECT_NE(finish(process).status, 0);
    static_cast<void>(run_json(search(out, more)));
    EXPECT_EQ(read_file(path(out)), read_file(path("whole.json"))) << victim;
  }
}

TEST_F(OnRanks, EachAsksTheLanguageModelForItsOwnIslands) {
  const ChatServer server([](std::size_t number, httplib::Response& response) {
    response.set_content(chat_reply("```\nx*tanh(" + std::to_string(number + 2) + "*x)\n```"),
                         "application/json");
  });
  const Json found = run_json(search("a.json", {"--generations", "4", "--llm-url", server.url(),
                                                "--llm-model", "m", "--llm-rate", "60000"}));
  EXPECT_EQ(found["llm"]["accepted"], 6) << "of two processes in each generation but the first";
  std::map<std::uint32_t, int> of_rank;
  for (const Program& program : ProgramDatabase(path("a.json.programs")).programs()) {
    if (program.proposal.origin == Origin::Model) ++of_rank[program.proposal.island / 2];
  }
  EXPECT_EQ(of_rank, (std::map<std::uint32_t, int>{{0, 3}, {1, 3}}));
}

TEST_F(OnRanks, AMistakeIsToldOnce) {
  expect_one_mistake({"compare", "--data", "a.csv"}, "only discover");
  expect_one_mistake(search("a.json", {"--islands", "0"}), "--islands");
  expect_one_mistake(search("a.json", {"--rivals", "rulu"}), "--rivals");
  expect_one_mistake({"discover", "--recipe", "mine", "--strategy", "genetic", "--no-store"},
                     "--strategy evolution");
  EXPECT_TRUE(files().empty());
  static_cast<void>(run_json(search("a.json", {"--generations", "1"})));
  expect_one_mistake(search("a.json", {"--generations", "1"}), "--resume");
  launch(3);
  expect_one_mistake(search("a.json", {"--generations", "2", "--resume"}), "2 processes, not of 3");
  launcher_.clear();
  expect_one_mistake(search("a.json", {"--generations", "2", "--resume"}), "other data, options");
}

}  // namespace
}  // namespace neuronsmith::cli::testing
