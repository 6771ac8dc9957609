#include <csignal>
#include <thread>

#include "command.hpp"
#include "neuronsmith/data/read_table.hpp"
#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::cli {
namespace {

class NeuronSeekSynthetic : public testing::CommandTest {
 protected:
  [[nodiscard]] static std::vector<std::string> study(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"reproduce", "neuronseek-synthetic"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  /// Rows of results.csv without the last column, the seconds.
  [[nodiscard]] std::string verdicts(const std::string& folder) const {
    std::string text;
    for (const char c : read_file(path(folder + "/results.csv"))) {
      if (c == '\n') text.erase(text.rfind(','));
      text += c;
    }
    return text;
  }
};

TEST_F(NeuronSeekSynthetic, WritesTablesAndPlotAndReports) {
  const Json json = run_json(study({"--modes",
                                    "pure,hybrid",
                                    "--variants",
                                    "0",
                                    "--dimensions",
                                    "2,3",
                                    "--repeats",
                                    "2",
                                    "--rows",
                                    "300",
                                    "--methods",
                                    "vsr,scalar-gp",
                                    "--stability",
                                    "3",
                                    "--stability-problems",
                                    "pure-2",
                                    "--out",
                                    "o"}));
  EXPECT_EQ(json["study"], "neuronseek-synthetic");
  EXPECT_EQ(json["problems"], (std::vector<std::string>{"pure-0", "hybrid-0"}));
  EXPECT_EQ(json["seeds"], (std::vector<int>{1, 2}));
  ASSERT_EQ(json["outcomes"].size(), 16u);
  EXPECT_EQ(json["outcomes"][0]["verdict"], "perfect");
  EXPECT_EQ(json["outcomes"][0]["found"]["pure"], std::vector<int>{2});
  ASSERT_EQ(json["summary"].size(), 4u);
  EXPECT_EQ(json["summary"][0]["perfect"], (std::vector<int>{1, 1}));
  ASSERT_EQ(json["stability"].size(), 2u);
  EXPECT_EQ(json["stability"][0]["truth"], "S1 + S2");

  EXPECT_NE(read_file(path("o/results.md")).find("### Verdicts"), std::string::npos);
  EXPECT_EQ(Json::parse(read_file(path("o/results.json")))["summary"], json["summary"]);
  if (report::has_gnuplot()) {
    EXPECT_EQ(read_file(path("o/stability.svg")).rfind("<svg", 0), 0u);
  }
  EXPECT_EQ(run_json({"runs", "show"})["command"], "reproduce neuronseek-synthetic");
  ASSERT_EQ(run({"report", "--out", "r.html"}).status, 0);
  const std::string page = read_file(path("r.html"));
  EXPECT_NE(page.find("Recovery of known orders"), std::string::npos);
  EXPECT_NE(page.find("What searches found that differ in their seed alone"), std::string::npos);
}

TEST_F(NeuronSeekSynthetic, IsTheSameWhateverTheThreads) {
  for (const char* threads : {"1", "2"}) {
    ASSERT_EQ(run(study({"--modes",
                         "interact",
                         "--variants",
                         "0,1",
                         "--dimensions",
                         "4",
                         "--repeats",
                         "1",
                         "--rows",
                         "300",
                         "--methods",
                         "vsr,scalar-gp",
                         "--stability",
                         "0",
                         "--threads",
                         threads,
                         "--no-store",
                         "--out",
                         std::string("o") + threads}))
                  .status,
              0);
  }
  EXPECT_EQ(verdicts("o1"), verdicts("o2"));
  EXPECT_FALSE(exists("o1/stability.svg"));
}

TEST_F(NeuronSeekSynthetic, InterruptedItKeepsWhatIsFinished) {
  const pid_t process =
      start(study({"--repeats", "900", "--methods", "vsr", "--json", "--out", "o"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  kill(process, SIGINT);
  const testing::Outcome stopped = finish(process);
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  const Json json = stopped.json();
  EXPECT_EQ(json["interrupted"], true);
  EXPECT_LT(json["outcomes"].size(), 15u * 900u);
  EXPECT_TRUE(exists("o/results.md"));
}

TEST_F(NeuronSeekSynthetic, MistakesAreToldInOneLine) {
  const auto refused = [this](const std::vector<std::string>& more, const char* part) {
    const auto outcome = run(study(more));
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " not in " << outcome.err;
  };
  refused({"--modes", "mixed"},
          "--modes, --variants: pure-0 to hybrid-4 are known, not \"mixed-0\"");
  refused({"--variants", "5"}, "--variants");
  refused({"--dimensions", "1"}, "--dimensions");
  refused({"--dimensions", "10,ten"}, "--dimensions");
  refused({"--methods", "magic"}, "--methods");
  refused({"--methods", "activation-gp"}, "--methods");
  refused({"--seeds", "1", "--repeats", "2"}, "--repeats");
  refused({"--seeds", "1,1"}, "--seeds");
  refused({"--rows", "1"}, "--rows");
  refused({"--noise", "-1"}, "--noise");
  refused({"--seconds", "0"}, "--seconds");
  refused({"--stability-problems", "pure-7"}, "--stability-problems");
  EXPECT_TRUE(files().empty());
}

TEST_F(NeuronSeekSynthetic, ItsTablesCanBeWritten) {
  const Json json = run_json({"data",
                              "synthesize",
                              "--law",
                              "interact-2",
                              "--features",
                              "4",
                              "--rows",
                              "50",
                              "--out",
                              "i.csv"});
  EXPECT_EQ(json["law"], "8*I2 + 0.5*I3");
  EXPECT_EQ(json["orders"]["interaction"], (std::vector<int>{2, 3}));
  const Table table = read_table(path("i.csv"));
  EXPECT_EQ(table.n_rows, 50u);
  ASSERT_EQ(table.columns.size(), 5u);
  double sum = 0.0;
  for (const float y : table.columns[4].numbers) sum += static_cast<double>(y);
  EXPECT_NEAR(sum, 0.0, 1e-4);
  const auto refused = run({"data", "synthesize", "--law", "pure-0", "--range", "2"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("--range"), std::string::npos);
}

}  // namespace
}  // namespace neuronsmith::cli
