#include <cmath>

#include "command.hpp"

namespace neuronsmith::cli {
namespace {

/// discover --recipe activation-gp and what becomes of its file.
class Activation : public testing::CommandTest {
 protected:
  void SetUp() override {
    std::string classes = "a,b,c,y\n", numbers = "a,b,c,y\n", words = "a,b,y\n";
    for (int i = 0; i < 300; ++i) {
      const double a = 3.0 * std::sin(1.0 + 3.7 * i), b = std::sin(2.0 + 5.3 * i);
      const double c = std::sin(0.5 + 1.3 * i), y = std::sin(a) + 0.5 * b;
      const std::string row = std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(c);
      classes += row + (y > 0.1 ? ",1\n" : ",0\n");
      numbers += row + "," + std::to_string(y) + "\n";
      words += std::string(i % 2 ? "red" : "blue") + (i % 3 ? ",big," : ",small,") +
               std::to_string(i % 2 + 0.1 * (i % 3)) + "\n";
    }
    write("classes.csv", classes);
    write("numbers.csv", numbers);
    write("words.csv", words);
  }

  [[nodiscard]] static std::vector<std::string> search(const std::string& data,
                                                       const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"discover", "--recipe", "activation-gp", "--data", data};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

TEST_F(Activation, IsFoundWrittenAndTrained) {
  for (const char* data : {"classes.csv", "numbers.csv"}) {
    for (const char* collapse : {"same", "others-at-mean", "univariate"}) {
      const Json found = run_json(search(data, {"--collapse", collapse, "--population", "100"}));
      EXPECT_EQ(found["formula"], "x");
      EXPECT_EQ(found["collapse"], collapse);
      EXPECT_EQ(found["column"].is_null(), std::string(collapse) != "others-at-mean");
      const Json file = Json::parse(read_file(path("neuron.json")));
      EXPECT_EQ(file["activation"], found["activation"]);
      EXPECT_EQ(file["provenance"]["recipe"], "activation-gp");
      EXPECT_EQ(file["provenance"]["columns_formula"], found["columns_formula"]);
      EXPECT_EQ(file["provenance"]["error"], found["score"]);
      const Json trained =
          run_json({"train", "--neuron", "neuron.json", "--data", data, "--epochs", "3"});
      EXPECT_EQ(trained["formula"], "x");
      const Json model = Json::parse(read_file(path("model.json")));
      EXPECT_EQ(model["network"]["architecture"]["activation"], found["activation"]);
    }
  }
}

TEST_F(Activation, MayHoldConditionsAndStatisticsOfTheBatch) {
  for (const char* formula : {"where(x < 0, 0.1*x, gelu(x))",
                              "where(x > 0, log(1 + x), x)",
                              "(x - mean(x))/(std(x) + 0.1) + where(x <= 1, x, 1)"}) {
    for (const char* learnable : {"none", "channel"}) {
      SCOPED_TRACE(formula);
      const Json trained = run_json({"train",
                                     "--activation",
                                     formula,
                                     "--learnable",
                                     learnable,
                                     "--data",
                                     "numbers.csv",
                                     "--epochs",
                                     "30"});
      EXPECT_GT(trained["metrics"]["r2"].get<double>(), 0.2) << trained.dump(1);
      const Json evaluated = run_json({"evaluate", "--model", "model.json", "--data", "numbers.csv"});
      EXPECT_TRUE(evaluated["metrics"]["r2"].is_number()) << evaluated.dump(1);
    }
  }
}

TEST_F(Activation, IsFoundAmongMinedFunctionsAndConditions) {
  for (const char* functions : {"mining", "add,mul,where,less"}) {
    const Json found = run_json(search(
        "numbers.csv", {"--functions", functions, "--population", "60", "--generations", "2"}));
    EXPECT_TRUE(found["activation"].is_string()) << found.dump(1);
    const Json trained =
        run_json({"train", "--neuron", "neuron.json", "--data", "numbers.csv", "--epochs", "2"});
    EXPECT_EQ(trained["formula"], "x");
  }
}

TEST_F(Activation, JsonKeysAreDocumented) {
  const Json found = run_json(search("classes.csv", {"--population", "100"}));
  for (const char* key : {"formula",
                          "activation",
                          "columns_formula",
                          "columns",
                          "column",
                          "collapse",
                          "rejected",
                          "score",
                          "criterion",
                          "complexity",
                          "front",
                          "seed",
                          "out"}) {
    EXPECT_TRUE(found.contains(key)) << key;
  }
  const std::string documented = read_file(NEURONSMITH_SOURCE_DIR "/docs/cli.md");
  for (const auto& [key, value] : found.items()) {
    EXPECT_NE(documented.find("`" + key + "`"), std::string::npos) << key << " is undocumented";
  }
}

TEST_F(Activation, RecipesKeepTheirOwnDefaults) {
  static_cast<void>(run_json(search("classes.csv", {"--tournament", "7", "--population", "90"})));
  const Json file = Json::parse(read_file(path("neuron.json")));
  const Json& genetic = file["provenance"]["genetic"];
  EXPECT_EQ(genetic["tournament"], 7);
  EXPECT_EQ(genetic["crossover"], 0.9);
  EXPECT_EQ(genetic["functions"], (Json{"add", "sub", "mul", "sin", "cos", "abs"}));
  EXPECT_EQ(file["provenance"]["choose"], "error");
  const Json options = run_json({"runs", "show"})["options"];
  EXPECT_EQ(options["tournament"], 7);
  EXPECT_EQ(options["crossover"], 0.9) << "what was not given is recorded as the recipe has it";
  EXPECT_TRUE(options["gamma"].is_null()) << "of another role";
  static_cast<void>(run_json({"discover", "--data", "numbers.csv", "--generations", "3"}));
  EXPECT_EQ(Json::parse(read_file(path("neuron.json")))["provenance"]["genetic"]["crossover"], 0.3);
}

TEST_F(Activation, HelpTellsTheDefaultOfEveryRecipe) {
  const testing::Outcome help = run({"discover", "--help"});
  EXPECT_NE(help.out.find("--crossover FLOAT=0.3 (vsr), 0.9 (activation-gp)"), std::string::npos);
  EXPECT_NE(help.out.find("--population UINT=500 "), std::string::npos);
}

TEST_F(Activation, SameBytesForTwoThreadsAndAResumedSearch) {
  const std::vector<std::string> small = {"--population", "100"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), small.begin(), small.end());
    return search("classes.csv", more);
  };
  ASSERT_EQ(run(with({"--threads", "1", "--out", "one"})).status, 0);
  ASSERT_EQ(run(with({"--threads", "2", "--out", "two"})).status, 0);
  ASSERT_EQ(run(with({"--generations", "2", "--checkpoint", "c", "--out", "part"})).status, 0);
  ASSERT_EQ(
      run(with({"--generations", "5", "--checkpoint", "c", "--resume", "--out", "rest"})).status,
      0);
  EXPECT_EQ(read_file(path("one")), read_file(path("two")));
  EXPECT_EQ(read_file(path("one")), read_file(path("rest")));
  expect_refused(with({"--checkpoint", "c", "--resume", "--collapse", "univariate"}),
                 {"c:", "options"});
}

TEST_F(Activation, LearnableConstantsGoToTheFile) {
  const Json found = run_json(search("numbers.csv",
                                     {"--learnable",
                                      "layer",
                                      "--leaves",
                                      "share",
                                      "--leaf-input",
                                      "0.5",
                                      "--functions",
                                      "mul",
                                      "--parsimony",
                                      "0"}));
  ASSERT_TRUE(found["activation"].is_object()) << found["activation"];
  EXPECT_EQ(found["activation"]["learnable"], "layer");
  EXPECT_FALSE(found["activation"]["parameters"].empty());
}

TEST_F(Activation, TakesPartInAComparison) {
  const Json json = run_json({"compare",
                              "--data",
                              "classes.csv",
                              "--neurons",
                              "discover:activation-gp,relu,gelu",
                              "--repeats",
                              "2",
                              "--epochs",
                              "2",
                              "--hidden",
                              "4",
                              "--rows",
                              "200"});
  ASSERT_EQ(json["rows"].size(), 3u);
  const Json& row = json["rows"][0];
  EXPECT_NE(row["per_repeat"][0]["formula"], "x") << "the activation is what was found";
  EXPECT_EQ(json["rows_training"].get<int>() + json["rows_validation"].get<int>() +
                json["rows_test"].get<int>(),
            200);
  // The same as discover finds on the same rows.
  const Json found =
      run_json(search("classes.csv", {"--rows", "200", "--seed", "2", "--training-rows-only"}));
  EXPECT_EQ(row["per_repeat"][1]["formula"], found["activation"]);
}

TEST_F(Activation, TheReportAndTheListOfRunsShowIt) {
  const Json found = run_json(search("classes.csv", {"--population", "100"}));
  const std::string activation = found["activation"];
  EXPECT_NE(run({"runs", "list"}).out.find(activation), std::string::npos);
  ASSERT_EQ(run({"report", "--out", "r.html"}).status, 0);
  const std::string page = read_file(path("r.html"));
  EXPECT_NE(page.find("The activation"), std::string::npos);
  EXPECT_NE(page.find("<pre>" + activation + "</pre>"), std::string::npos);
  EXPECT_NE(page.find("log loss of"), std::string::npos);
  EXPECT_EQ(page.find("variance unexplained"), std::string::npos);
  EXPECT_EQ(page.find("train --neuron"), std::string::npos) << "formulas of columns are no neurons";
}

TEST_F(Activation, RowsAreASampleForEveryCommand) {
  const Json trained =
      run_json({"train", "--data", "numbers.csv", "--rows", "100", "--epochs", "2"});
  EXPECT_EQ(trained["rows_training"].get<int>() + trained["rows_validation"].get<int>() +
                trained["rows_test"].get<int>(),
            100);
  const testing::Outcome more =
      run({"train", "--data", "numbers.csv", "--rows", "1000", "--epochs", "2"});
  EXPECT_EQ(more.status, 0);
  EXPECT_NE(more.err.find("--rows 1000: numbers.csv has 300 rows, all are taken"),
            std::string::npos)
      << more.err;
}

TEST_F(Activation, TextColumnsAreInputsToo) {
  const Json found = run_json(search("words.csv", {"--population", "100", "--task", "regression"}));
  EXPECT_FALSE(found["columns"].empty());
}

TEST_F(Activation, MistakesAreToldInOneLine) {
  expect_refused(search("classes.csv", {"--functions", "hajbbi"}),
                 {"--functions", "hajbbi", "hajbi, elementary, activations", "sin"});
  expect_refused(search("classes.csv", {"--functions", "add,dot"}), {"--functions", "dot"});
  expect_refused(search("classes.csv", {"--collapse", "fold"}),
                 {"--collapse", "fold", "others-at-mean", "univariate"});
  expect_refused(search("classes.csv", {"--learnable", "all"}), {"--learnable", "channel"});
  expect_refused(search("classes.csv", {"--choose", "luck"}), {"--choose", "error"});
  expect_refused(search("classes.csv", {"--leaves", "few"}), {"--leaves", "uniform"});
  expect_refused(search("classes.csv", {"--refine", "-1"}), {"--refine"});
  expect_refused(search("classes.csv", {"--rows", "0"}), {"--rows"});
  expect_refused(search("classes.csv", {"--gamma", "1"}), {"--gamma", "activation-gp"});
  expect_refused({"discover", "--data", "classes.csv", "--collapse", "same"},
                 {"--collapse", "vsr"});
  expect_refused({"discover", "--data", "classes.csv", "--linear-scaling"},
                 {"--linear-scaling", "vsr"});
}

TEST_F(Activation, FindsThePublishedFormulaOnHiggs) {
  const std::string data = neuronsmith::testing::shared_data("higgs.csv.gz");
  NEURONSMITH_SKIP_WITHOUT(data);
  const Json found = run_json(search(data, {"--target", "class", "--rows", "10000"}));
  EXPECT_LT(found["score"], 0.67);  // of log loss; a constant has 0.69
  EXPECT_EQ(found["candidates"], 2500);
  EXPECT_FALSE(found["columns"].empty());
}

}  // namespace
}  // namespace neuronsmith::cli
