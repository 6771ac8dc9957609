#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "command.hpp"

namespace neuronsmith::cli {
namespace {

class Compare : public testing::CommandTest {
 protected:
  void SetUp() override {
    std::string text = "a,b,y\n";
    for (int i = 0; i < 200; ++i) {
      const double a = std::sin(1.0 + 3.7 * i), b = std::sin(2.0 + 5.3 * i);
      text += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(a * b + a) + "\n";
    }
    write("law.csv", text);
  }

  /// A small comparison; what `more` says comes in place of the defaults here.
  [[nodiscard]] std::vector<std::string> compare(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"compare", "--data", "law.csv"};
    words.insert(words.end(), more.begin(), more.end());
    const std::vector<std::pair<std::string, std::string>> small = {
        {"--repeats", "3"}, {"--epochs", "5"}, {"--hidden", "4"}};
    for (const auto& [option, value] : small) {
      if (std::ranges::find(more, option) != more.end()) continue;
      words.insert(words.end(), {option, value});
    }
    return words;
  }

  /// One line that names the mistake, exit status 2, nothing written.
};

/// Blanks the values of keys that hold times.
std::string without_times(Json json) {
  json["seconds"] = nullptr;
  for (Json& row : json["rows"]) {
    row["seconds"] = row["search_seconds"] = nullptr;
    for (Json& repeat : row["per_repeat"]) {
      repeat["seconds"] = repeat["search_seconds"] = nullptr;
    }
  }
  return json.dump(1);
}

TEST_F(Compare, JsonHasWhatTheDocumentationSays) {
  const Json json = run_json(compare(
      {"--neurons", "discover:vsr,linear,dot(w0, x)*dot(w1, x) + x", "--null", "--out", "t.json"}));
  for (const char* key : {"data",
                          "target",
                          "task",
                          "metric",
                          "reference",
                          "match",
                          "learning_rates",
                          "repeats",
                          "repeats_wanted",
                          "interrupted",
                          "rows_training",
                          "rows_validation",
                          "rows_test",
                          "chance",
                          "rows",
                          "seconds",
                          "seed",
                          "out"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  ASSERT_EQ(json["rows"].size(), 5u);
  for (const Json& row : json["rows"]) {
    for (const char* key : {"neuron",        "formula",         "parameters",
                            "multiply_adds", "metric",          "mean",
                            "std",           "median",          "p_value",
                            "t_p",           "wilcoxon_p_holm", "wilcoxon_p",
                            "advantage",     "advantage_low",   "advantage_high",
                            "cohens_d",      "rank_biserial",   "wins",
                            "metrics",       "failed",          "diverged",
                            "seconds",       "search_seconds",  "structures",
                            "per_repeat"}) {
      EXPECT_TRUE(row.contains(key)) << key;
    }
    EXPECT_EQ(row["per_repeat"].size(), 3u);
    EXPECT_EQ(row["metric"], "r2");
    EXPECT_EQ(row["p_value"].is_null(), row["neuron"] == "discover:vsr");
  }
  EXPECT_EQ(json["rows"][2]["neuron"], "dot(w0, x)*dot(w1, x) + x");
  EXPECT_EQ(Json::parse(read_file(path("t.json"))), json);
}

TEST_F(Compare, TheSameSeedGivesTheSameNumbersForAnyNumberOfThreads) {
  const auto json = [&](const char* seed, const char* threads) {
    return without_times(run_json(compare(
        {"--neurons", "discover:vsr,linear", "--null", "--seed", seed, "--threads", threads})));
  };
  const std::string one = json("5", "1");
  EXPECT_EQ(json("5", "2"), one);
  EXPECT_NE(json("6", "1"), one);
}

TEST_F(Compare, TablesAreForPeopleAndForMarkdown) {
  const testing::Outcome plain = run(compare({"--neurons", "linear,quadratic", "--quiet"}));
  EXPECT_EQ(plain.status, 0) << plain.err;
  EXPECT_EQ(plain.err, "");
  for (const char* part : {"neuron", "r2", "±", "Wilcoxon", "wins", "parameters", "reference"}) {
    EXPECT_NE(plain.out.find(part), std::string::npos) << part;
  }
  const testing::Outcome markdown =
      run(compare({"--neurons", "linear,quadratic", "--markdown", "--metric", "rmse"}));
  EXPECT_EQ(markdown.out.find("| neuron | rmse | median | r2 |"), 0u) << markdown.out;
  EXPECT_NE(markdown.out.find("\n| --- | ---: |"), std::string::npos);
}

TEST_F(Compare, NumbersOfActivationsCanBeLearnt) {
  const auto parameters = [this](const std::string& learnable) {
    const Json json = run_json(compare({"--neurons", "linear,x^2 + x", "--activation", "tanh(2*x)",
                                        "--match", "none", "--learnable", learnable}));
    return json["rows"][0]["per_repeat"][0]["parameters"].get<std::size_t>();
  };
  EXPECT_EQ(parameters("channel"), parameters("none") + 4);
  expect_refused(compare({"--neurons", "linear,x^2", "--learnable", "all"}), {"--learnable", "channel"});
}

TEST_F(Compare, TheReferenceAndTheMetricCanBeChosen) {
  const Json json = run_json(
      compare({"--neurons", "linear,quadratic", "--reference", "quadratic", "--metric", "mae"}));
  EXPECT_TRUE(json["rows"][1]["p_value"].is_null());
  EXPECT_FALSE(json["rows"][0]["p_value"].is_null());
  EXPECT_EQ(json["rows"][0]["mean"], json["rows"][0]["metrics"]["mae"]);
}

TEST_F(Compare, IsRecordedWithItsResult) {
  const Json json = run_json(compare({"--neurons", "linear,quadratic"}));
  const Json run = run_json({"runs", "show"});
  EXPECT_EQ(run["command"], "compare");
  EXPECT_EQ(run["status"], "done");
  EXPECT_EQ(run["data"], "law.csv");
  EXPECT_EQ(run["options"]["neurons"], "linear,quadratic");
  EXPECT_EQ(run["result"]["rows"], json["rows"]);
}

TEST_F(Compare, ADiscoveredFormulaIsThatOfDiscoverOnTheTrainingRows) {
  const Json json = run_json(compare({"--neurons", "discover:vsr,linear", "--seed", "5"}));
  for (int r = 0; r < 3; ++r) {
    const Json found = run_json({"discover", "--data", "law.csv", "--seed", std::to_string(5 + r),
                                 "--training-rows-only"});
    EXPECT_EQ(json["rows"][0]["per_repeat"][r]["formula"], found["formula"]);
    EXPECT_EQ(Json::parse(read_file(path("neuron.json")))["provenance"]["rows"], json["rows_training"]);
  }
}

TEST_F(Compare, SaysThatANeuronOfTheSameTableHasSeenTestRows) {
  ASSERT_EQ(run({"discover", "--data", "law.csv", "--generations", "5"}).status, 0);
  const char* const warning = "neuron.json was discovered on this table";
  EXPECT_NE(run(compare({"--neurons", "neuron.json,linear"})).err.find(warning), std::string::npos);
  ASSERT_EQ(run({"data", "synthesize", "--law", "2", "--out", "other.csv"}).status, 0);
  ASSERT_EQ(run({"discover", "--data", "other.csv", "--generations", "5"}).status, 0);
  EXPECT_EQ(run(compare({"--neurons", "neuron.json,linear"})).err.find(warning), std::string::npos);
}

TEST_F(Compare, MistakesAreToldInOneLine) {
  expect_refused(compare({}), {"--neurons"});
  expect_refused(compare({"--neurons", "linear"}), {"--neurons", "two"});
  expect_refused(compare({"--neurons", "linear,linear"}), {"--neurons", "\"linear\"", "twice"});
  expect_refused(compare({"--neurons", "linear,linaer"}), {"--neurons", "linaer"});
  expect_refused(compare({"--neurons", "linear,"}), {"--neurons", "empty"});
  expect_refused(compare({"--neurons", "linear,discover:magic"}), {"--neurons", "magic", "vsr"});
  expect_refused(compare({"--neurons", "linear,none.json"}), {"none.json"});
  const auto refused =
      [this](const char* option, const char* value, const std::vector<std::string>& parts) {
        expect_refused(compare({"--neurons", "linear,quadratic", option, value}), parts);
      };
  refused("--repeats", "1", {"--repeats", "1"});
  refused("--repeats", "-3", {"--repeats", "-3"});
  refused("--split", "8,2,0", {"--split", "test"});
  refused("--split", "8,0,2", {"--split", "validation"});
  refused("--metric", "accuracy", {"--metric", "accuracy", "r2, rmse"});
  refused("--reference", "cubic", {"--reference", "cubic", "linear, quadratic"});
  refused("--match", "size", {"--match", "size", "parameters"});
  refused("--hidden", "none", {"--hidden", "--task-based-output"});
  refused("--learning-rates", "0.1,0", {"--learning-rates", "0"});
  refused("--activation", "swush", {"--activation", "swush"});
  refused("--batch", "0", {"--batch"});
  refused("--out", "no/such/t.json", {"no/such/t.json"});
  refused("--target", "z", {"--target", "\"z\""});
}

TEST_F(Compare, CtrlCReportsTheFinishedRepeats) {
  const pid_t process = start(compare(
      {"--neurons", "linear,quadratic", "--repeats", "100000", "--json", "--out", "t.json"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  kill(process, SIGINT);
  const testing::Outcome stopped = finish(process);
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  const Json json = stopped.json();
  EXPECT_EQ(json["interrupted"], true);
  EXPECT_EQ(json["repeats_wanted"], 100000);
  ASSERT_GE(json["repeats"], 2);
  EXPECT_EQ(json["rows"][0]["per_repeat"].size(), json["repeats"]);
  EXPECT_TRUE(exists("t.json"));
}

}  // namespace
}  // namespace neuronsmith::cli
