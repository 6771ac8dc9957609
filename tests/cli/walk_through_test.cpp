#include <cmath>
#include <map>

#include "command.hpp"
#include "neuronsmith/data/read_table.hpp"

namespace neuronsmith::cli {
namespace {

using testing::CommandTest;
using neuronsmith::testing::shared_data;

/// discover, train, evaluate, predict on real tables, as the README shows them.
class WalkThrough : public CommandTest, public ::testing::WithParamInterface<const char*> {};

/// Metrics computed here from the prediction file alone, to set against `evaluate`.
std::map<std::string, double> regression_from_files(const Table& data, const Table& predictions) {
  const auto& truth = data.columns.back().numbers;
  const auto& guess = predictions.columns[predictions.require("prediction", "test")].numbers;
  double squares = 0.0, magnitudes = 0.0, sum = 0.0, spread = 0.0;
  const auto n = static_cast<double>(truth.size());
  for (const float value : truth) sum += value;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double error = static_cast<double>(truth[i]) - static_cast<double>(guess[i]);
    squares += error * error;
    magnitudes += std::abs(error);
    spread += std::pow(truth[i] - sum / n, 2);
  }
  return {{"mse", squares / n},
          {"rmse", std::sqrt(squares / n)},
          {"mae", magnitudes / n},
          {"r2", 1.0 - squares / spread}};
}

std::map<std::string, double> classification_from_files(const Table& data,
                                                        const Table& predictions) {
  const Column& truth = data.columns.back();
  const Column& guess = predictions.columns[0];
  const auto n = static_cast<double>(data.n_rows);
  double correct = 0.0, loss = 0.0;
  std::map<float, std::pair<double, double>> recall;  // label: correct, rows
  for (std::size_t i = 0; i < data.n_rows; ++i) {
    const bool hit = truth.numbers[i] == guess.numbers[i];
    correct += hit;
    recall[truth.numbers[i]].first += hit;
    recall[truth.numbers[i]].second += 1.0;
    const auto label = static_cast<int>(truth.numbers[i]);
    const std::string column = "probability_" + std::to_string(label);
    loss -= std::log(predictions.columns[predictions.require(column, "test")].numbers[i]);
  }
  double balanced = 0.0;
  for (const auto& [label, counts] : recall) balanced += counts.first / counts.second;
  return {{"accuracy", correct / n},
          {"balanced_accuracy", balanced / static_cast<double>(recall.size())},
          {"log_loss", loss / n}};
}

TEST_P(WalkThrough, EvaluateAgreesWithWhatThePredictionsShow) {
  const std::string data = shared_data(GetParam());
  NEURONSMITH_SKIP_WITHOUT(data);
  const Json found = run_json({"discover", "--data", data, "--seed", "1", "--generations", "15"});
  EXPECT_FALSE(found["terms"].empty());
  const Json trained = run_json(
      {"train", "--neuron", "neuron.json", "--data", data, "--hidden", "8,4", "--epochs", "12"});
  EXPECT_EQ(trained["formula"], found["formula"]);
  const Json evaluated = run_json({"evaluate", "--model", "model.json", "--data", data});
  ASSERT_EQ(run({"predict", "--model", "model.json", "--data", data, "--out", "p.csv"}).status, 0);

  const Table table = read_table(data, {.label_column = ""});
  const Table predictions = read_table(path("p.csv"));
  ASSERT_EQ(predictions.n_rows, table.n_rows);
  EXPECT_EQ(evaluated["rows"], table.n_rows);
  const bool classes = evaluated["task"] == "classification";
  const auto expected = classes ? classification_from_files(table, predictions)
                                : regression_from_files(table, predictions);
  for (const auto& [metric, value] : expected) {
    EXPECT_NEAR(evaluated["metrics"][metric].get<double>(), value, 1e-4 * std::abs(value)) << metric;
  }
  // A trained network beats the best constant: sense, not quality, is what is tested here.
  if (!classes) {
    EXPECT_GT(evaluated["metrics"]["r2"], 0.2);
  } else {
    EXPECT_GT(evaluated["metrics"]["balanced_accuracy"], GetParam()[0] == 'v' ? 0.4 : 0.6);
  }
}

INSTANTIATE_TEST_SUITE_P(Tables,
                         WalkThrough,
                         ::testing::Values("airfoil_self_noise.csv.gz",
                                           "abalone.csv.gz",
                                           "phoneme.csv.gz",
                                           "vehicle.csv.gz"),
                         [](const auto& info) {
                           const std::string file = info.param;
                           return file.substr(0, file.find('.'));
                         });

/// A table that the program makes itself, so that these run everywhere.
class Command : public CommandTest {
 protected:
  std::string law(int number, const std::string& rows = "400") {
    const std::string file = path("law.csv");
    const auto made = run({"data", "synthesize", "--law", std::to_string(number), "--range", "1.5",
                           "--noise", "0.05", "--rows", rows, "--out", file});
    EXPECT_EQ(made.status, 0) << made.err;
    return file;
  }
  /// Two inputs, a text column with a missing value, three classes.
  std::string classes() {
    std::string text = "a,colour,b,kind\n";
    for (int i = 0; i < 120; ++i) {
      const int kind = i % 3;
      text += std::to_string(kind + 0.01 * (i % 7)) + "," + (i == 5 ? "" : i % 2 ? "red" : "blue") +
              "," + std::to_string(0.1 * (i % 11)) + ",\"k " + std::to_string(kind) + "\"\n";
    }
    return write("classes.csv", text);
  }
};

TEST_F(Command, TheSameSeedGivesTheSameBytesForAnyNumberOfThreads) {
  const std::string data = law(5);
  for (const std::string threads : {"1", "2"}) {
    ASSERT_EQ(run({"discover", "--data", data, "--seed", "3", "--generations", "20", "--threads",
                   threads, "--out", "neuron" + threads})
                  .status,
              0);
    ASSERT_EQ(run({"train", "--neuron", "neuron" + threads, "--data", data, "--seed", "3", "--epochs",
                   "20", "--threads", threads, "--out", "model" + threads})
                  .status,
              0);
  }
  EXPECT_EQ(read_file(path("neuron1")), read_file(path("neuron2")));
  EXPECT_EQ(read_file(path("model1")), read_file(path("model2")));
}

TEST_F(Command, AnotherSeedGivesAnotherModel) {
  const std::string data = law(5);
  for (const std::string seed : {"1", "2"}) {
    ASSERT_EQ(run({"train", "--data", data, "--seed", seed, "--epochs", "3", "--out", "model" + seed})
                  .status,
              0);
  }
  EXPECT_NE(read_file(path("model1")), read_file(path("model2")));
}

TEST_F(Command, LabelsOfTextAndUnknownCategoriesComeThroughPredict) {
  const std::string data = classes();
  ASSERT_EQ(run({"train", "--data", data, "--epochs", "60", "--hidden", "8"}).status, 0);
  const std::string fresh = write("new.csv", "b,colour,a,more\n0.1,green,0.02,1\n0.5,,2.0,2\n");
  ASSERT_EQ(run({"predict", "--model", "model.json", "--data", fresh, "--out", "p.csv"}).status, 0);
  const Table predictions = read_table(path("p.csv"));
  ASSERT_EQ(predictions.n_rows, 2u);
  EXPECT_EQ(predictions.columns[0].texts, (std::vector<std::string>{"k 0", "k 2"}));
  ASSERT_EQ(predictions.columns.size(), 4u);
  EXPECT_EQ(predictions.columns[3].name, "probability_k 2");
  for (std::size_t i = 0; i < 2; ++i) {
    float sum = 0.0F;
    for (std::size_t c = 1; c < 4; ++c) sum += predictions.columns[c].numbers[i];
    EXPECT_NEAR(sum, 1.0F, 1e-5F);
  }
}

TEST_F(Command, ASeparateTestFileIsTheTestPart) {
  const std::string data = law(3);
  const std::string test = path("test.csv");
  ASSERT_EQ(run({"data", "synthesize", "--law", "3", "--range", "1.5", "--rows", "77", "--seed", "9",
                 "--out", test})
                .status,
            0);
  const Json trained = run_json(
      {"train", "--data", data, "--test", test, "--split", "8,2,0", "--epochs", "5"});
  EXPECT_EQ(trained["rows"], 77);
  EXPECT_EQ(trained["evaluated_on"], "test");
  const Json evaluated = run_json({"evaluate", "--model", "model.json", "--data", test});
  EXPECT_EQ(evaluated["metrics"], trained["metrics"]);
}

TEST_F(Command, ParametersWidenALinearNetworkToItsRival) {
  const std::string data = law(2);
  const Json rival = run_json({"train", "--neuron", "x^3 + x", "--data", data, "--epochs", "2"});
  const std::size_t wanted = rival["parameters"];
  const Json linear = run_json({"train", "--neuron", "linear", "--data", data, "--epochs", "2",
                                "--parameters", std::to_string(wanted)});
  EXPECT_GE(linear["parameters"], wanted);
  EXPECT_LT(linear["parameters"].get<double>(), 1.25 * static_cast<double>(wanted));
}

TEST_F(Command, NumbersOfAnActivationAreLearntAndSavedWithTheModel) {
  const std::string data = law(2);
  const auto train = [&](const std::string& learnable) {
    return run_json({"train", "--data", data, "--hidden", "6,4", "--activation", "sin(2*x) + 0.1*x",
                     "--learnable", learnable, "--epochs", "5"});
  };
  const std::size_t fixed = train("none")["parameters"];
  EXPECT_EQ(train("layer")["parameters"], fixed + 2 * 2);
  const Json trained = train("channel");
  EXPECT_EQ(trained["parameters"], fixed + 2 * (6 + 4));
  const Json model = Json::parse(read_file(path("model.json")));
  const Json activation = model["network"]["architecture"]["activation"];
  EXPECT_EQ(activation["formula"], "sin(p0*x) + p1*x");
  EXPECT_EQ(activation["learnable"], "channel");
  // A neuron file's own learnable activation needs no option.
  ASSERT_EQ(run({"discover", "--data", data, "--generations", "3", "--out", "n.json"}).status, 0);
  Json neuron = Json::parse(read_file(path("n.json")));
  neuron["activation"] = activation;
  write("n.json", neuron.dump());
  ASSERT_EQ(run({"train", "--neuron", "n.json", "--data", data, "--epochs", "2"}).status, 0);
  EXPECT_EQ(Json::parse(read_file(path("model.json")))["network"]["architecture"]["activation"],
            activation);
}

TEST_F(Command, TurbulentEvaluatesByItsRunningStatistics) {
  const std::string data = law(2);
  const Json trained = run_json({"train", "--data", data, "--activation", "turbulent", "--hidden",
                                 "6", "--batch-norm", "--initialisation", "torch", "--epochs", "5"});
  const Json model = Json::parse(read_file(path("model.json")));
  EXPECT_EQ(model["network"]["statistics"].size(), 2 * 6 + 2 * 6);
  EXPECT_EQ(model["provenance"]["initialisation"], "torch");
  // Row by row as all together: nothing depends on who else is predicted.
  const std::string rows = read_file(data);
  const std::size_t second = rows.find('\n', rows.find('\n') + 1) + 1;
  write("one.csv", rows.substr(0, second));
  for (const std::string name : {"one.csv", data.c_str()}) {
    ASSERT_EQ(
        run({"predict", "--model", "model.json", "--data", name, "--out", name == data ? "all" : "one"})
            .status,
        0);
  }
  const float one = read_table(path("one")).columns[0].numbers[0];
  const float all = read_table(path("all")).columns[0].numbers[0];
  EXPECT_NEAR(one, all, 1e-5F * std::max(1.0F, std::abs(one)));
}

TEST_F(Command, JsonHasTheDocumentedKeysAndNothingElseIsPrinted) {
  const std::string data = law(1);
  const std::map<std::string, std::vector<std::string>> keys = {
      {"discover", {"formula", "terms", "score", "front", "candidates", "seconds", "seed"}},
      {"train", {"metrics", "metrics_scaled", "parameters", "multiply_adds", "rows", "seconds"}}};
  const std::string documented = read_file(NEURONSMITH_SOURCE_DIR "/docs/cli.md");
  for (const auto& [command, wanted] : keys) {
    const Json json = command == "discover"
                          ? run_json({"discover", "--data", data, "--generations", "5"})
                          : run_json({"train", "--data", data, "--epochs", "2"});
    for (const std::string& key : wanted) EXPECT_TRUE(json.contains(key)) << command << " " << key;
    for (const auto& [key, value] : json.items()) {
      EXPECT_NE(documented.find("`" + key + "`"), std::string::npos) << key << " is undocumented";
    }
  }
  const Json evaluated = run_json({"evaluate", "--model", "model.json", "--data", data});
  for (const std::string& key : keys.at("train")) EXPECT_TRUE(evaluated.contains(key)) << key;
}

TEST_F(Command, QuietSaysNothingOnStandardError) {
  const auto outcome =
      run({"discover", "--data", law(1), "--generations", "5", "--quiet", "--json"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST_F(Command, HelpShowsExamplesForEverySubcommand) {
  const std::vector<std::vector<std::string>> commands = {
      {}, {"discover"}, {"train"}, {"evaluate"}, {"predict"}, {"data", "describe"},
      {"data", "synthesize"}, {"data", "worlds"}, {"reproduce", "neuronseek-synthetic"}, {"runs", "list"}, {"runs", "show"}, {"runs", "export"}, {"report"}};
  for (auto arguments : commands) {
    arguments.push_back("--help");
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_NE(outcome.out.find("Examples:\n  neuronsmith"), std::string::npos) << outcome.out;
  }
}

TEST_F(Command, DescribeTellsTypesMissingValuesAndClasses) {
  const Json summary = run_json({"data", "describe", classes()});
  EXPECT_EQ(summary["rows"], 120);
  EXPECT_EQ(summary["target"], "kind");
  EXPECT_EQ(summary["task"], "classification");
  EXPECT_EQ(summary["columns"].size(), 4u);
  EXPECT_EQ(summary["columns"][1]["type"], "text");
  EXPECT_EQ(summary["columns"][1]["missing"], 1);
}

}  // namespace
}  // namespace neuronsmith::cli
