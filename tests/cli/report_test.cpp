#include "command.hpp"

namespace neuronsmith::cli {
namespace {

class Report : public testing::CommandTest {
 protected:
  /// y = x0 + x1^2 on a grid.
  [[nodiscard]] std::string table() const {
    std::string csv = "a,b,y\n";
    for (int i = -10; i <= 10; ++i) {
      for (int j = -3; j <= 3; ++j) {
        csv += std::to_string(i) + "," + std::to_string(j) + "," + std::to_string(i + j * j) + "\n";
      }
    }
    return write("table.csv", csv);
  }

  void make_runs() const {
    const std::string data = table();
    ASSERT_EQ(
        run({"discover", "--data", data, "--generations", "3", "--out", "neuron.json"}).status, 0);
    ASSERT_EQ(run({"train", "--data", data, "--neuron", "neuron.json", "--epochs", "5"}).status, 0);
  }

  void expect_mistake(const std::vector<std::string>& arguments, const std::string& part) const {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
};

TEST_F(Report, ShowsTheLatestRunOrThoseThatAreAsked) {
  make_runs();
  const Json latest = run_json({"report", "--out", "latest.html"});
  EXPECT_EQ(latest["runs"], Json::array({2}));
  EXPECT_EQ(latest["out"], "latest.html");
  const std::string page = read_file(path("latest.html"));
  EXPECT_EQ(latest["bytes"], page.size());
  EXPECT_NE(page.find("Trained network"), std::string::npos);
  EXPECT_NE(page.find("Predicted against true"), std::string::npos);

  EXPECT_EQ(run_json({"report", "2", "1", "2"})["runs"], Json::array({2, 1}));
  const std::string both = read_file(path("report.html"));
  EXPECT_NE(both.find("Report on 2 runs"), std::string::npos);
  EXPECT_NE(both.find("Formulas to pick from"), std::string::npos);
}

TEST_F(Report, IsTheSameForTheSameRun) {
  make_runs();
  EXPECT_EQ(run({"report", "1", "--out", "a.html"}).status, 0);
  EXPECT_EQ(run({"report", "1", "--out", "b.html"}).status, 0);
  EXPECT_EQ(read_file(path("a.html")), read_file(path("b.html")));
}

TEST_F(Report, TellsMistakesInOneLineAndWritesNothing) {
  expect_mistake({"report"}, "neuronsmith.db");
  EXPECT_TRUE(files().empty());
  make_runs();
  const auto before = files();
  expect_mistake({"report", "7"}, "holds no run 7; its latest is 2");
  expect_mistake({"report", "seven"}, "RUN");
  expect_mistake({"report", "--out", "no/such/folder.html"}, "no/such/folder.html");
  write("text.db", "no store");
  expect_mistake({"report", "--store", "text.db"}, "text.db");
  std::filesystem::remove(path("text.db"));
  EXPECT_EQ(files(), before);
}

}  // namespace
}  // namespace neuronsmith::cli
