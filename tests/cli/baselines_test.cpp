#include <cmath>

#include "command.hpp"

namespace neuronsmith::cli {
namespace {

class Baselines : public testing::CommandTest {
 protected:
  void SetUp() override {
    std::string text = "a,b,y\n";
    for (int i = 0; i < 200; ++i) {
      const double a = std::sin(1.0 + 3.7 * i);
      const double b = std::sin(2.0 + 5.3 * i);
      text += std::to_string(a) + "," + std::to_string(b) + "," +
              std::to_string(std::sin(3 * a) + b) + "\n";
    }
    write("law.csv", text);
  }

  static const std::vector<std::string>& names() {
    static const std::vector<std::string> all = {"kan", "chebykan", "fourierkan", "fastkan"};
    return all;
  }
};

TEST_F(Baselines, AreTrainedKeptAndAppliedAsAnyNeuron) {
  // Edges 2*6 + 18 + 3 and outputs 10.
  const std::vector<std::size_t> weights = {9, 4, 10, 9};
  for (std::size_t i = 0; i < names().size(); ++i) {
    SCOPED_TRACE(names()[i]);
    const Json trained = run_json({"train",
                                   "--data",
                                   "law.csv",
                                   "--neuron",
                                   names()[i],
                                   "--hidden",
                                   "6,3",
                                   "--task-based-output",
                                   "--learning-rate",
                                   "0.02",
                                   "--epochs",
                                   "100",
                                   "--out",
                                   "m.json"});
    EXPECT_EQ(trained["parameters"], weights[i] * 33 + 10);
    EXPECT_EQ(trained["multiply_adds"], weights[i] * 33);
    EXPECT_GT(trained["basis_operations"], 0);
    EXPECT_GT(trained["metrics"]["r2"], 0.8);
    const Json evaluated = run_json({"evaluate", "--model", "m.json", "--data", "law.csv"});
    EXPECT_EQ(evaluated["basis_operations"], trained["basis_operations"]);
    EXPECT_GT(evaluated["metrics"]["r2"], 0.8);
    EXPECT_EQ(
        run_json({"predict", "--model", "m.json", "--data", "law.csv", "--out", "p.csv"})["rows"],
        200);
  }
}

TEST_F(Baselines, AreComparedUnderTheirNames) {
  const Json json = run_json({"compare",
                              "--data",
                              "law.csv",
                              "--neurons",
                              "linear,kan,chebykan,fourierkan,fastkan",
                              "--repeats",
                              "2",
                              "--epochs",
                              "5",
                              "--hidden",
                              "4"});
  ASSERT_EQ(json["rows"].size(), 5u);
  EXPECT_EQ(json["target_deviations"].size(), 2u);
  for (std::size_t i = 0; i < names().size(); ++i) {
    EXPECT_EQ(json["rows"][i + 1]["neuron"], names()[i]);
    EXPECT_EQ(json["rows"][i + 1]["formula"], names()[i]);
    EXPECT_GT(json["rows"][i + 1]["basis_operations"], 0);
  }
  EXPECT_EQ(json["rows"][0]["basis_operations"], 0);
}

TEST_F(Baselines, AreListedAsAggregationsAndHaveNoActivationToTakeAway) {
  const Json list = run_json({"library", "list"});
  for (const std::string& name : names()) {
    const bool is_there = std::ranges::any_of(list["neurons"], [&](const Json& entry) {
      return entry["name"] == name && entry["kind"] == "aggregation" && entry["shipped"] == true;
    });
    EXPECT_TRUE(is_there) << name;
  }
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"export", "--neuron", "kan", "--format", "c", "--out", "k.h"},
        {"train", "--data", "law.csv", "--activation", "kan"},
        {"library", "plot", "kan", "--out", "k.svg"},
        {"library", "add", "kan", "x^2"}}) {
    const testing::Outcome outcome = run(words);
    EXPECT_EQ(outcome.status, 2) << words[0];
    EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find("kan"), std::string::npos) << outcome.err;
  }
}

}  // namespace
}  // namespace neuronsmith::cli
