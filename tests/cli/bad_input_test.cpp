#include "command.hpp"

namespace neuronsmith::cli {
namespace {

/// Every mistake: one clear line, exit status 2, nothing left behind.
class BadInput : public testing::CommandTest {
 protected:
  void good_table() const {
    std::string text = "a,b,y\n";
    for (int i = 0; i < 60; ++i) {
      text += std::to_string(i % 7) + "," + std::to_string(i % 11) + "," + std::to_string(1.5 * i) + "\n";
    }
    write("good.csv", text);
  }
  void expect_table_refused(const std::string& content, const std::vector<std::string>& parts) {
    write("bad.csv", content);
    expect_refused({"train", "--data", "bad.csv"}, parts);
    expect_refused({"discover", "--data", "bad.csv"}, parts);
  }
};

TEST_F(BadInput, Files) {
  expect_refused({"train", "--data", "none.csv"}, {"none.csv"});
  expect_refused({"train", "--data", "."}, {"folder"});
  good_table();
  expect_refused({"train", "--data", "good.csv", "--out", "no/such/model.json"}, {"no/such/model.json"});
  expect_refused({"discover", "--data", "good.csv", "--out", "no/such/n.json"}, {"no/such/n.json"});
  expect_refused({"train", "--data", "good.csv", "--test", "none.csv"}, {"none.csv"});
}

TEST_F(BadInput, Tables) {
  expect_table_refused("", {"bad.csv"});
  expect_table_refused("a,b,y\n", {"bad.csv", "row"});
  expect_table_refused("a,b,y\n1,2,3\n1,2\n", {"bad.csv: line 3", "2 fields"});
  expect_table_refused("1,2,3\n4,5,6\n", {"bad.csv: line 1", "--no-header"});
  expect_table_refused("a,a,y\n1,2,3\n", {"bad.csv", "\"a\""});
  expect_table_refused("a,y\n1,1\n2,inf\n3,5\n", {"bad.csv: line 3", "\"y\"", "inf"});
  expect_table_refused("a,y\n1,1\n-1e300,2\n3,5\n", {"bad.csv: line 3", "\"a\"", "-1e300"});
}

TEST_F(BadInput, TargetsAndColumns) {
  std::string constant = "a,b,y\n", hollow = "a,b,y\n", one_class = "a,b,y\n", gap = "a,b,y\n";
  for (int i = 0; i < 40; ++i) {
    const std::string row = std::to_string(i) + ",";
    constant += row + std::to_string(i % 5) + ",2.5\n";
    hollow += row + "," + std::to_string(i * 1.5) + "\n";
    one_class += row + std::to_string(i % 5) + ",cat\n";
    gap += row + std::to_string(i % 5) + "," + (i == 20 ? "" : std::to_string(i * 1.5)) + "\n";
  }
  expect_table_refused(constant, {"bad.csv", "\"y\"", "constant"});
  expect_table_refused(hollow, {"bad.csv", "\"b\"", "--drop"});
  expect_table_refused(one_class, {"bad.csv", "\"y\"", "cat"});
  expect_table_refused(gap, {"bad.csv: line 22", "\"y\""});
  good_table();
  expect_refused({"train", "--data", "good.csv", "--target", "z"}, {"--target", "\"z\"", "a, b, y"});
  expect_refused({"train", "--data", "good.csv", "--drop", "z"}, {"--drop", "\"z\""});
  expect_refused({"train", "--data", "good.csv", "--drop", "a,b"}, {"good.csv"});
}

TEST_F(BadInput, Options) {
  good_table();
  const auto train = [](const char* option, const char* value) {
    return std::vector<std::string>{"train", "--data", "good.csv", option, value};
  };
  expect_refused(train("--hidden", "0"), {"--hidden"});
  expect_refused(train("--hidden", "4,x"), {"--hidden", "x"});
  expect_refused(train("--dropout", "1"), {"--dropout"});
  expect_refused(train("--learning-rate", "-1"), {"--learning-rate", "-1"});
  expect_refused(train("--learning-rate", "nan"), {"--learning-rate"});
  expect_refused(train("--optimiser", "best"), {"--optimiser", "adam"});
  expect_refused(train("--schedule", "none"), {"--schedule", "cosine"});
  expect_refused(train("--activation", "swush"), {"--activation", "swush", "gelu"});
  expect_refused(train("--activation", "x0"), {"--activation"});
  expect_refused(train("--activation", "zscore(2*x)"), {"--activation", "zscore(x)"});
  expect_refused(train("--activation", "0 < x < 1"), {"--activation", "do not chain", "column 7"});
  expect_refused(train("--activation", "where(x, 1)"), {"--activation", "where", "3 argument"});
  expect_refused(train("--activation", "std(2*x)"), {"--activation", "std(x)"});
  expect_refused(train("--neuron", "zscore(x) + x"), {"--neuron", "x is a vector"});
  expect_refused(train("--learnable", "all"), {"--learnable", "channel", "all"});
  expect_refused(train("--learnable", "layer"), {"--learnable", "tanh(x)"});
  expect_refused(train("--initialisation", "keras"), {"--initialisation", "torch", "keras"});
  expect_refused(train("--split", "0,1,1"), {"--split"});
  expect_refused(train("--scaling", "big"), {"--scaling", "standard"});
  expect_refused(train("--task", "guess"), {"--task", "regression"});
  expect_refused(train("--seed", "one"), {"--seed"});
  expect_refused(train("--epochs", "0"), {"--epochs"});
  expect_refused(train("--batch", "0"), {"--batch"});
  expect_refused(train("--neuron", "x +"), {"--neuron", "column"});
  expect_refused(train("--neuron", "tanh(dot(w0, x))"), {"--neuron"});
  expect_refused(train("--neuron", "3"), {"--neuron"});
  expect_refused(train("--no-such-option", "1"), {"--no-such-option"});
  expect_refused(train("--delimiter", "ab"), {"--delimiter"});
  const auto discover = [](const char* option, const char* value) {
    return std::vector<std::string>{"discover", "--data", "good.csv", option, value};
  };
  expect_refused(discover("--recipe", "magic"), {"--recipe", "magic", "vsr"});
  expect_refused(discover("--population", "1"), {"--population"});
  expect_refused(discover("--crossover", "2"), {"--crossover"});
  expect_refused(discover("--functions", "add,bad"), {"--functions", "bad", "mul"});
  expect_refused(discover("--functions", "add,zscore"), {"--functions", "zscore"});
  expect_refused(discover("--max-degree", "99"), {"--max-degree"});
  expect_refused(discover("--minutes", "0"), {"--minutes"});
  expect_refused(discover("--choose", "luck"), {"--choose", "criterion"});
  expect_refused({"data", "synthesize", "--law", "11"}, {"--law", "11"});
  expect_refused({"data", "synthesize", "--noise", "-1"}, {"--noise"});
  expect_refused({"data", "synthesize", "--law", "pure-5"}, {"--law", "hybrid-4", "pure-5"});
  expect_refused({"data", "synthesize", "--law", "pure-1", "--range", "2"}, {"--range", "pure-1"});
  expect_refused({"train"}, {"--data"});
  expect_refused({"fly"}, {"fly"});
  expect_refused({}, {"subcommand"});
}

TEST_F(BadInput, NeuronAndModelFiles) {
  good_table();
  write("broken.json", "{\"format\": ");
  write("other.json", "{\"format\": \"something\", \"version\": 1}");
  expect_refused({"train", "--data", "good.csv", "--neuron", "none.json"}, {"none.json"});
  expect_refused({"train", "--data", "good.csv", "--neuron", "broken.json"}, {"broken.json: line 1"});
  expect_refused({"train", "--data", "good.csv", "--neuron", "other.json"}, {"other.json"});
  for (const char* command : {"evaluate", "predict"}) {
    expect_refused({command, "--model", "none.json", "--data", "good.csv"}, {"none.json"});
    expect_refused({command, "--model", "broken.json", "--data", "good.csv"}, {"broken.json: line 1"});
    expect_refused({command, "--model", "other.json", "--data", "good.csv"}, {"other.json"});
  }
}

TEST_F(BadInput, TablesThatAModelCannotTake) {
  good_table();
  ASSERT_EQ(run({"train", "--data", "good.csv", "--epochs", "2"}).status, 0);
  write("lacks.csv", "a,y\n1,2\n");
  write("text.csv", "a,b,y\n1,2,3\n1,two,3\n");
  write("no_target.csv", "a,b\n1,2\n");
  for (const char* command : {"evaluate", "predict"}) {
    expect_refused({command, "--model", "model.json", "--data", "lacks.csv"}, {"lacks.csv", "\"b\""});
    expect_refused({command, "--model", "model.json", "--data", "text.csv"},
                   {"text.csv: line 3", "\"b\"", "two"});
  }
  expect_refused({"evaluate", "--model", "model.json", "--data", "no_target.csv"},
                 {"no_target.csv", "\"y\""});
  expect_refused({"predict", "--model", "model.json", "--data", "good.csv", "--out", "no/p.csv"},
                 {"no/p.csv"});
}

TEST_F(BadInput, ACheckpointOfAnotherSearchIsRefused) {
  good_table();
  ASSERT_EQ(run({"discover", "--data", "good.csv", "--generations", "2", "--checkpoint", "c.json"}).status,
            0);
  expect_refused({"discover", "--data", "good.csv", "--generations", "4", "--seed", "2", "--checkpoint",
                  "c.json", "--resume"},
                 {"c.json", "seed"});
}

}  // namespace
}  // namespace neuronsmith::cli
