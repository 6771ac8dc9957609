#include <cmath>
#include <string>
#include <vector>

#include "tests/cli/command.hpp"

// `reproduce mining` as a user runs it.

namespace neuronsmith::cli::testing {
namespace {

class ReproduceMining : public CommandTest {
 protected:
  [[nodiscard]] std::vector<std::string> study(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"reproduce", "mining",           "--no-store", "--seeds", "3",
                                      "--epochs",  "3",                "--out",      "study",   "--learning-rates",
                                      "0.001,0.02", "--activations", "relu,tanh,x*sigmoid(x)"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

TEST_F(ReproduceMining, RatiosAreMeansOverProblemsWithTheirIntervals) {
  const Json told = run_json(study({"--worlds", "polynomial,lorenz", "--worlds-per-family", "3"}));
  EXPECT_EQ(told["study"], "mining");
  EXPECT_EQ(told["reference"], "relu");
  ASSERT_EQ(told["problems"].size(), 6U);
  ASSERT_EQ(told["functions"].size(), 3U);
  EXPECT_EQ(told["functions"][0]["worlds"]["ratio"], 1.0) << "the reference";
  EXPECT_EQ(told["functions"][0]["worlds"]["high"], 1.0);
  EXPECT_EQ(told["functions"][2]["last_over_this_on_worlds"]["ratio"], 1.0);
  double sum = 0.0;
  std::vector<double> logs;
  for (const Json& problem : told["problems"]) {
    const double log = std::log(problem["results"][1]["ratio"].get<double>());
    logs.push_back(log);
    sum += log;
  }
  const double mean = sum / 6.0;
  double squares = 0.0;
  for (const double log : logs) squares += (log - mean) * (log - mean);
  const double reach = 2.570581835636314 * std::sqrt(squares / 5.0 / 6.0);  // t of 5 degrees of freedom
  const Json& tanh = told["functions"][1]["worlds"];
  EXPECT_NEAR(tanh["ratio"].get<double>(), std::exp(mean), 1e-9);
  EXPECT_NEAR(tanh["low"].get<double>(), std::exp(mean - reach), 1e-9);
  EXPECT_NEAR(tanh["high"].get<double>(), std::exp(mean + reach), 1e-9);
  EXPECT_EQ(told["functions"][1]["families"]["lorenz"]["n"], 3);
  for (const char* file : {"study/results.md", "study/results.json", "study/results.csv"}) {
    EXPECT_TRUE(exists(file)) << file;
  }
}

/// Each rate by itself: of both together, what is chosen is the one that is better within the distribution,
/// whatever lies beyond.
TEST_F(ReproduceMining, TheRateIsChosenByLossesWithinTheDistribution) {
  const auto of_rates = [&](const std::string& rates) {
    return run_json({"reproduce", "mining", "--no-store", "--seeds", "2", "--epochs", "4", "--out", "study",
                     "--activations", "relu,tanh", "--worlds", "polynomial,logistic-map",
                     "--worlds-per-family", "4", "--learning-rates", rates});
  };
  const Json slow = of_rates("0.0001");
  const Json both = of_rates("0.0001,0.02");
  const Json fast = of_rates("0.02");
  std::size_t n_fast = 0;
  for (std::size_t i = 0; i < both["problems"].size(); ++i) {
    // The reference learns better fast, so ratios to it tell which rate of the other was taken.
    const Json& chosen = both["problems"][i]["results"];
    const bool is_fast = chosen[0]["rate"] == 0.02 && chosen[1]["rate"] == 0.02;
    if (!is_fast) continue;
    ++n_fast;
    EXPECT_EQ(chosen[1]["ratio"], fast["problems"][i]["results"][1]["ratio"]) << i;
    EXPECT_EQ(chosen[1]["test_ratio"], fast["problems"][i]["results"][1]["test_ratio"]) << i;
    EXPECT_NE(chosen[1]["ratio"], slow["problems"][i]["results"][1]["ratio"]) << i;
  }
  EXPECT_GE(n_fast, 6U) << "four epochs of 0.0001 learn next to nothing";
}

TEST_F(ReproduceMining, WhatDivergesCountsAsTheWorst) {
  const Json told = run_json({"reproduce", "mining", "--no-store", "--seeds", "2", "--epochs", "2", "--out",
                              "study", "--activations", "relu,tanh,exp(exp(exp(9*x)))", "--worlds", "lorenz",
                              "--worlds-per-family", "2", "--learning-rates", "0.01"});
  for (const Json& problem : told["problems"]) {
    const Json& diverged = problem["results"][2];
    EXPECT_EQ(diverged["failed"], 2);
    EXPECT_GE(diverged["ratio"].get<double>(), 1.0);
    EXPECT_GE(diverged["ratio"], problem["results"][1]["ratio"]);
    EXPECT_EQ(problem["results"][0]["failed"], 0);
  }
}

TEST_F(ReproduceMining, ActivationsThatLearnAreDrawnToo) {
  static_cast<void>(run_json({"discover", "--recipe", "mine", "--no-store", "--generations", "1", "--islands",
                              "1", "--proposals", "2", "--worlds-per-family", "1", "--world-rows", "64",
                              "--trial-epochs", "1", "--hidden", "4", "--finalists", "1",
                              "--final-worlds-per-family", "1", "--learnable", "layer", "--out", "n.json"}));
  Json neuron = Json::parse(read_file(path("n.json")));
  neuron["activation"] = {{"formula", "relu(p0*x)"}, {"parameters", {2.0}}, {"learnable", "layer"}};
  write("n.json", neuron.dump());
  const Json told = run_json({"reproduce", "mining", "--no-store", "--seeds", "1", "--epochs", "1", "--out",
                              "study", "--activations", "relu,n.json", "--worlds", "lorenz",
                              "--worlds-per-family", "2", "--learning-rates", "0.01"});
  EXPECT_EQ(told["functions"][1]["formula"], "relu(2*x)");
  EXPECT_EQ(told["functions"][1]["learnable"], "layer");
  EXPECT_EQ(told["functions"][0]["learnable"], "none");
  EXPECT_NE(read_file(path("study/results.md")).find("learnt by each layer"), std::string::npos);
}

TEST_F(ReproduceMining, NetworksTrainTheConstantsOfFunctionsWhereTheyAreToldTo) {
  const auto ratio_of = [&](const std::string& learnable) {
    const Json told = run_json({"reproduce", "mining", "--no-store", "--seeds", "1", "--epochs", "2", "--out",
                                "study", "--activations", "relu,tanh,0.5*tanh(x)", "--worlds", "lorenz",
                                "--worlds-per-family", "2", "--learnable", learnable});
    return std::pair(told["functions"][1]["worlds"]["ratio"].get<double>(),
                     told["functions"][2]["worlds"]["ratio"].get<double>());
  };
  const auto [without_constants, fixed] = ratio_of("none");
  const auto [without_constants_too, learnt] = ratio_of("channel");
  EXPECT_EQ(without_constants, without_constants_too);
  EXPECT_NE(fixed, learnt);
}

TEST_F(ReproduceMining, TablesAreDividedAlongTheirFirstNumericColumns) {
  std::string table = "flag,a,b,c,target\n";
  for (int i = 0; i < 120; ++i) {
    table += std::to_string(i % 2) + "," + std::to_string(i) + "," + std::to_string((i * 37) % 120) + "," +
             std::to_string((i * 53) % 120) + "," + std::to_string(0.1 * i + (i * 37) % 120) + "\n";
  }
  write("airfoil_self_noise.csv.gz", table);
  const Json told = run_json(study({"--worlds", "lorenz", "--worlds-per-family", "2", "--data-dir", ".",
                                    "--tables", "airfoil_self_noise"}));
  ASSERT_EQ(told["problems"].size(), 4U);
  EXPECT_EQ(told["problems"][2]["problem"], "airfoil_self_noise along a") << "flag cannot be divided";
  EXPECT_EQ(told["problems"][3]["problem"], "airfoil_self_noise along b");
  EXPECT_EQ(told["functions"][1]["tables"]["n"], 1) << "a table counts once";
  EXPECT_EQ(told["functions"][1]["worlds"]["n"], 2);
}

TEST_F(ReproduceMining, MistakesAreNamed) {
  expect_refused(study({"--worlds-per-family", "1"}), {"--worlds-per-family"});
  expect_refused(study({"--worlds", "flat"}), {"--worlds", "flat"});
  expect_refused(study({"--tables", "phoneme"}), {"--tables", "--data-dir"});
  expect_refused(study({"--data-dir", ".", "--tables", "phonemes"}), {"--tables", "phonemes"});
  expect_refused(study({"--data-dir", ".", "--tables", "phoneme"}), {"--data-dir", "phoneme.csv.gz"});
  expect_refused({"reproduce", "mining", "--no-store", "--activations", "relu"}, {"--activations"});
  expect_refused({"reproduce", "mining", "--no-store", "--activations", "relu,rulu"}, {"rulu"});
  expect_refused({"reproduce", "mining", "--no-store", "--seeds", "0"}, {"--seeds"});
  expect_refused(study({"--worlds-per-family", "2", "--epochs", "0"}), {"--epochs"});
  expect_refused({"reproduce", "mining", "--no-store", "--learning-rates", "inf"}, {"--learning-rates"});
}

}  // namespace
}  // namespace neuronsmith::cli::testing
