#include <cmath>

#include "command.hpp"

namespace neuronsmith::cli {
namespace {

/// discover --recipe neuronseek and what becomes of its file.
class NeuronSeek : public testing::CommandTest {
 protected:
  void SetUp() override {
    std::string law = "a,b,c,d,e,f,y\n", classes = "a,b,c,y\n", few = "a,y\n";
    std::uint32_t state = 1;
    const auto normal = [&state] {  // sum of uniform numbers, about normal
      double sum = 0.0;
      for (int k = 0; k < 12; ++k) {
        state = state * 1664525u + 1013904223u;
        sum += state / 4294967296.0;
      }
      return sum - 6.0;
    };
    for (int i = 0; i < 900; ++i) {
      double x[6];
      std::string row;
      for (double& value : x) row += std::to_string(value = normal()) + ",";
      double squares = 0.0;
      for (const double value : x) squares += value * value;
      const double y = 2.0 * squares + 4.0 * (x[0] - x[1] + 0.5 * x[2]) * (x[3] + x[4]) * (x[5] - x[0]);
      law += row + std::to_string(y) + "\n";
      const std::string three = std::to_string(x[0]) + "," + std::to_string(x[1]) + "," + std::to_string(x[2]);
      classes += three + (x[0] * x[1] > 0.1 ? ",high\n" : x[2] > 0.0 ? ",low\n" : ",none\n");
      if (i < 40) few += std::to_string(x[0]) + "," + std::to_string(x[1]) + "\n";
    }
    write("law.csv", law);
    write("classes.csv", classes);
    write("few.csv", few);
  }

  [[nodiscard]] static std::vector<std::string> search(const std::string& data,
                                                       const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"discover", "--recipe", "neuronseek", "--data", data};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

const std::vector<std::string> kQuick = {"--restarts", "3", "--epochs", "60", "--max-order", "3"};

TEST_F(NeuronSeek, FindsTheOrdersOfALaw) {
  const Json found = run_json(search("law.csv", kQuick));
  EXPECT_EQ(found["orders"], Json::parse(R"({"pure": [2], "interaction": [3]})"));
  EXPECT_LT(found["score"], 0.01);
  EXPECT_EQ(found["restarts"], 3);
  EXPECT_EQ(found["fallback"], false);
  EXPECT_EQ(found["loss"], "squared_error");
  EXPECT_EQ(found["agreement"][0], Json::parse(R"({"stream": "pure", "order": 2, "rank": 1, "restarts": 3})"));
  const Json file = Json::parse(read_file(path("neuron.json")));
  EXPECT_EQ(file["provenance"]["recipe"], "neuronseek");
  EXPECT_EQ(file["provenance"]["tensor"]["restarts"], 3);
  EXPECT_FALSE(exists("neuron.json.checkpoint"));
  const std::string documented = read_file(NEURONSMITH_SOURCE_DIR "/docs/cli.md");
  for (const auto& [key, value] : found.items()) {
    EXPECT_NE(documented.find("`" + key + "`"), std::string::npos) << key << " is undocumented";
  }
}

TEST_F(NeuronSeek, IsTheSameWithOneThreadAndTwo) {
  std::vector<std::string> options = kQuick;
  options.insert(options.end(), {"--threads", "1"});
  static_cast<void>(run_json(search("law.csv", options)));
  const std::string one = read_file(path("neuron.json"));
  options.back() = "2";
  static_cast<void>(run_json(search("law.csv", options)));
  EXPECT_EQ(read_file(path("neuron.json")), one);
}

TEST_F(NeuronSeek, PrintsWhatRestartsAgreeOn) {
  const testing::Outcome outcome = run(search("law.csv", kQuick));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("power 2                   3   <- kept"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("product of 3, rank"), std::string::npos) << outcome.out;
}

TEST_F(NeuronSeek, OfClassesIsTrainedAndCompared) {
  const Json found = run_json(search("classes.csv", {"--restarts", "2", "--epochs", "40", "--max-order", "2"}));
  EXPECT_EQ(found["loss"], "log_loss");
  EXPECT_EQ(found["orders"]["interaction"], Json::array({2}));
  static_cast<void>(run_json({"train", "--neuron", "neuron.json", "--data", "classes.csv", "--epochs", "3"}));
  const Json compared = run_json({"compare", "--data", "law.csv", "--rows", "300", "--neurons", "discover:neuronseek,linear",
                                  "--repeats", "2", "--epochs", "2", "--learning-rates", "0.01"});
  EXPECT_EQ(compared["rows"].size(), 2U);
  const Json small = run_json({"compare", "--data", "few.csv", "--neurons", "discover:neuronseek,linear",
                               "--repeats", "2", "--epochs", "2", "--learning-rates", "0.01"});
  EXPECT_EQ(small["rows"].size(), 2U);
}

TEST_F(NeuronSeek, EnginesAndThePublishedSearchRun) {
  for (const char* engine : {"dual", "cp", "tucker"}) {
    for (const bool as_published : {false, true}) {
      std::vector<std::string> options = {"--engine", engine, "--rank", "2", "--max-order", "3",
                                          "--epochs", "20", "--restarts", "1"};
      if (as_published) options.emplace_back("--as-published");
      const Json found = run_json(search("law.csv", options));
      EXPECT_TRUE(found["orders"].contains("pure")) << engine;
      EXPECT_FALSE(found["terms"].empty()) << engine;
    }
  }
}

TEST_F(NeuronSeek, MistakesAreOneLine) {
  write("constant.csv", "a,y\n1,5\n2,5\n3,5\n4,5\n5,5\n6,5\n7,5\n8,5\n9,5\n10,5\n");
  expect_refused(search("few.csv"), {"--batch 64", "few.csv", "rows"});
  expect_refused(search("constant.csv", {"--batch", "2", "--task", "regression"}), {"constant.csv", "constant"});
  expect_refused(search("law.csv", {"--restarts", "0"}), {"--restarts", "0"});
  expect_refused(search("law.csv", {"--max-order", "9"}), {"--max-order", "9"});
  expect_refused(search("law.csv", {"--max-order", "0"}), {"--max-order", "0"});
  expect_refused(search("law.csv", {"--rank", "0"}), {"--rank", "0"});
  expect_refused(search("law.csv", {"--rank", "999"}), {"--rank", "999"});
  expect_refused(search("law.csv", {"--engine", "qr"}), {"--engine", "qr", "tucker"});
  expect_refused(search("law.csv", {"--engine", "tucker", "--rank", "64"}), {"--rank 64", "--max-order 5"});
  expect_refused(search("law.csv", {"--generations", "5"}), {"--generations", "--restarts"});
  expect_refused(search("law.csv", {"--population", "5"}), {"--population", "neuronseek"});
  expect_refused({"discover", "--data", "law.csv", "--rank", "3"}, {"--rank", "vsr"});
  write("infinite.csv", "a,y\n1,2\n2,inf\n3,4\n4,1\n");
  expect_refused(search("infinite.csv", {"--batch", "2"}), {"infinite.csv"});
}

}  // namespace
}  // namespace neuronsmith::cli
