#include "command.hpp"
#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::cli {
namespace {

class Reproduce : public testing::CommandTest {
 protected:
  void SetUp() override {
    std::string text = "a,b,class\n";
    for (int i = 0; i < 200; ++i) {
      const double a = ((i * 37) % 200) / 100.0 - 1.0;
      const double b = ((i * 61) % 200) / 100.0 - 1.0;
      text += std::to_string(a) + "," + std::to_string(b) + (a * a + b > 0.4 ? ",1\n" : ",0\n");
    }
    for (const char* name : {"higgs.csv.gz", "covertype.csv.gz", "spambase.csv.gz"}) {
      write(name, text);  // plain text is read under any name
    }
  }
};

TEST_F(Reproduce, HajbiWritesTablesAndPlots) {
  const Json json = run_json({"reproduce", "hajbi", "--data-dir", ".", "--repeats", "2", "--no-search"});
  EXPECT_EQ(json["rows"].size(), 17u);
  EXPECT_EQ(json["seeds"], (std::vector<int>{42, 43}));
  const std::string csv = read_file(path("hajbi/final_efficiency_results.csv"));
  EXPECT_EQ(csv.rfind("Dataset,Architecture,Activation,Acc,AUC,Params,Efficiency\n", 0), 0u);
  EXPECT_NE(read_file(path("hajbi/results.md")).find("SPAMBASE"), std::string::npos);
  if (report::has_gnuplot()) {
    EXPECT_EQ(read_file(path("hajbi/activation_HIGGS.png")).substr(1, 3), "PNG");
  }
  EXPECT_EQ(run_json({"runs", "show"})["command"], "reproduce hajbi");
  ASSERT_EQ(run({"report", "--out", "r.html"}).status, 0);
  EXPECT_NE(read_file(path("r.html")).find("Hybrid (Transfer)"), std::string::npos);
}

TEST_F(Reproduce, MistakesAreToldInOneLine) {
  const auto refused = [this](const std::vector<std::string>& more, const char* part) {
    std::vector<std::string> words = {"reproduce", "hajbi"};
    words.insert(words.end(), more.begin(), more.end());
    const auto outcome = run(words);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " not in " << outcome.err;
  };
  refused({}, "--data-dir");
  refused({"--data-dir", "nowhere"}, "higgs.csv.gz");
  refused({"--data-dir", ".", "--formula", "x0 + 1"}, "--formula");
  refused({"--data-dir", ".", "--formula", "MNIST=x"}, "FOREST_COVER");
  refused({"--data-dir", ".", "--formula", "3"}, "depend");
  refused({"--data-dir", ".", "--seeds", "1", "--repeats", "2"}, "--repeats");
  refused({"--data-dir", ".", "--seeds", "1,1"}, "--seeds");
}

}  // namespace
}  // namespace neuronsmith::cli
