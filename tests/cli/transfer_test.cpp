#include "command.hpp"

namespace neuronsmith::cli {
namespace {

/// Two small tables of two classes.
class Transfer : public testing::CommandTest {
 protected:
  void SetUp() override {
    for (int t = 0; t < 2; ++t) {
      std::string text = "a,b,class\n";
      for (int i = 0; i < 150; ++i) {
        const double a = ((i * 37) % 150) / 75.0 - 1.0;
        const double b = ((i * 61) % 150) / 75.0 - 1.0;
        const bool is_one = t == 0 ? a * a + b > 0.4 : a + b * b > 0.4;
        text += std::to_string(a) + "," + std::to_string(b) + (is_one ? ",1\n" : ",0\n");
      }
      write(t == 0 ? "first.csv" : "second.csv", text);
    }
  }

  [[nodiscard]] static std::vector<std::string> transfer(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"transfer", "--repeats", "3", "--epochs", "10", "--hidden", "5",
                                      "--learning-rates", "0.01"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

TEST_F(Transfer, AFoundActivationGoesToOtherTables) {
  ASSERT_EQ(run({"discover", "--recipe", "activation-gp", "--data", "first.csv", "--target", "class",
                 "--population", "60", "--out", "first.json"})
                .status,
            0);
  const Json json = run_json(
      transfer({"--neurons", "first.json,sin", "--data", "first.csv,second.csv", "--out", "t.json"}));
  ASSERT_EQ(json["tables"].size(), 2u);
  for (const Json& table : json["tables"]) {
    std::vector<std::string> neurons;
    for (const Json& row : table["rows"]) neurons.push_back(row["neuron"]);
    EXPECT_EQ(neurons, (std::vector<std::string>{"first.json", "sin", "relu", "gelu", "silu",
                                                 "specialist"}));
    EXPECT_EQ(table["reference"], "relu");
    EXPECT_EQ(table["repeats"], 3);
  }
  EXPECT_EQ(Json::parse(read_file(path("t.json")))["tables"], json["tables"]);
  const Json record = run_json({"runs", "show"});
  EXPECT_EQ(record["command"], "transfer");
  EXPECT_EQ(record["result"]["tables"], json["tables"]);
  ASSERT_EQ(run({"report", "--out", "r.html"}).status, 0);
  const std::string page = read_file(path("r.html"));
  for (const char* part : {"first.csv", "second.csv", "specialist", "class=\"heat"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
}

TEST_F(Transfer, PrintsAMatrixOfNeuronsAndTables) {
  const auto outcome = run(transfer(
      {"--neurons", "sin", "--data", "first.csv,second.csv", "--no-specialist", "--quiet"}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* part : {"first (accuracy)", "second (accuracy)", "sin", "±", "Holm"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(outcome.out.find("specialist"), std::string::npos);
}

TEST_F(Transfer, MistakesAreToldInOneLineAndLeaveNothing) {
  const auto refused = [this](const std::vector<std::string>& more, const char* part) {
    const auto before = files();
    const auto outcome = run(transfer(more));
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " not in " << outcome.err;
    EXPECT_EQ(files(), before);
  };
  refused({"--neurons", "sin"}, "--data");
  refused({"--neurons", "sin", "--data", "first.csv,none.csv"}, "none.csv");
  refused({"--neurons", "swush", "--data", "first.csv"}, "swush");
  refused({"--neurons", "specialist", "--data", "first.csv"}, "specialist");
  refused({"--neurons", "sin", "--data", "first.csv,second.csv", "--test", "first.csv"}, "--test");
  refused({"--neurons", "sin", "--data", "first.csv", "--reference", "mish"}, "mish");
}

}  // namespace
}  // namespace neuronsmith::cli
