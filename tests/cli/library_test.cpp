#include <cmath>

#include "command.hpp"

namespace neuronsmith::cli {
namespace {

class Library : public testing::CommandTest {
 protected:
  void expect_mistake(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& parts) const {
    const auto before = files();
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    for (const std::string& part : parts) {
      EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " not in " << outcome.err;
    }
    EXPECT_EQ(files(), before);
  }

  void add_wave() const {
    const auto outcome = run({"library",
                              "add",
                              "wave",
                              "x + 0.5*sin(3*x)",
                              "--source",
                              "a talk",
                              "--notes",
                              "period 2.1"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }

  static Json entry(const Json& list, const std::string& name) {
    for (const Json& neuron : list["neurons"]) {
      if (neuron["name"] == name) return neuron;
    }
    return nullptr;
  }

  void table() const {
    std::string csv = "a,b,y\n";
    for (int i = 0; i < 60; ++i) {
      csv += std::to_string(i % 7) + "," + std::to_string(i % 11) + "," + std::to_string(i % 5) +
             ".5\n";
    }
    write("t.csv", csv);
  }
};

TEST_F(Library, ListsWhatShipsAndWhatIsAdded) {
  const Json before = run_json({"library", "list"});
  EXPECT_EQ(entry(before, "gelu")["shipped"], true);
  EXPECT_EQ(entry(before, "gelu")["kind"], "activation");
  EXPECT_EQ(entry(before, "quadratic")["kind"], "aggregation");
  EXPECT_FALSE(entry(before, "gmtu")["notes"].get<std::string>().empty());
  EXPECT_TRUE(entry(before, "wave").is_null());
  EXPECT_TRUE(files().empty());
  add_wave();
  EXPECT_EQ(files(), std::vector<std::string>{"neuronsmith-library.json"});
  const Json after = run_json({"library", "list"});
  EXPECT_EQ(after["neurons"].size(), before["neurons"].size() + 1);
  EXPECT_EQ(entry(after, "wave")["formula"], "x + 0.5*sin(3*x)");
  EXPECT_EQ(entry(after, "wave")["shipped"], false);
  EXPECT_EQ(entry(after, "wave")["source"], "a talk");
  const auto text = run({"library", "list"});
  EXPECT_NE(text.out.find("(yours)"), std::string::npos);
}

TEST_F(Library, ShowsAllThatIsKnown) {
  add_wave();
  const Json json = run_json({"library", "show", "wave"});
  EXPECT_EQ(json["formula"], "x + 0.5*sin(3*x)");
  EXPECT_EQ(json["derivative"], "1 + 1.5*cos(3*x)");
  EXPECT_EQ(json["notes"], "period 2.1");
  bool has_zero = false;
  for (const Json& row : json["table"]) {
    const double x = row["x"];
    EXPECT_NEAR(row["value"].get<double>(), x + 0.5 * std::sin(3.0 * x), 1e-5);
    EXPECT_NEAR(row["derivative"].get<double>(), 1.0 + 1.5 * std::cos(3.0 * x), 1e-5);
    has_zero |= x == 0.0;
  }
  EXPECT_TRUE(has_zero);
  const auto text = run({"library", "show", "gelu-sinc-perturbation"});
  for (const char* part : {"formula", "Vitvitskyi", "latex", "derivative", "value"}) {
    EXPECT_NE(text.out.find(part), std::string::npos) << text.out;
  }
  EXPECT_EQ(run_json({"library", "show", "quadratic"})["kind"], "aggregation");
  EXPECT_EQ(run_json({"library", "show", "x*sinc(x)"})["name"], "");
}

TEST_F(Library, TakesNeuronFilesAndAggregations) {
  table();
  ASSERT_EQ(
      run({"discover", "--data", "t.csv", "--generations", "2", "--no-store", "--quiet"}).status,
      0);
  ASSERT_EQ(run({"library", "add", "found", "neuron.json", "--library", "mine.json"}).status, 0);
  ASSERT_EQ(
      run({"library", "add", "cubic", "x^3 + x", "--aggregation", "--library", "mine.json"}).status,
      0);
  EXPECT_FALSE(exists("neuronsmith-library.json"));
  const Json list = run_json({"library", "list", "--library", "mine.json"});
  EXPECT_EQ(list["library"], "mine.json");
  EXPECT_EQ(entry(list, "found")["kind"], "aggregation");
  EXPECT_EQ(entry(list, "cubic")["formula"], "x^3 + x");
}

TEST_F(Library, ItsNamesWorkWhereverNamesDo) {
  table();
  add_wave();
  const std::vector<std::string> train = {
      "train", "--data", "t.csv", "--epochs", "2", "--no-store"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), train.begin(), train.end());
    return more;
  };
  EXPECT_EQ(run(with({"--activation", "wave"})).status, 0);
  EXPECT_NE(read_file(path("model.json")).find("0.5*sin(3*x)"), std::string::npos);
  EXPECT_EQ(run(with({"--neuron", "wave"})).status, 0);
  EXPECT_NE(read_file(path("model.json")).find("0.5*sin(3*x)"), std::string::npos);
  const Json comparison = run_json({"compare",
                                    "--data",
                                    "t.csv",
                                    "--neurons",
                                    "wave,linear",
                                    "--epochs",
                                    "2",
                                    "--repeats",
                                    "2",
                                    "--learning-rates",
                                    "0.01",
                                    "--no-store"});
  EXPECT_EQ(comparison["rows"][0]["neuron"], "wave");
  expect_mistake(with({"--activation", "wavy"}), {"--activation", "wavy", "gelu", "wave"});
  expect_mistake(with({"--neuron", "wavy"}), {"--neuron", "wavy", "quadratic", "wave"});
  expect_mistake(with({"--neuron", "wave", "--library", "none.json"}), {"none.json"});
}

TEST_F(Library, PlotsNamesFilesAndFormulas) {
  if (std::system("gnuplot --version > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "gnuplot is not installed";
  add_wave();
  const Json json = run_json({"library",
                              "plot",
                              "wave",
                              "gelu",
                              "x*sinc(x)",
                              "--range",
                              "-3,3",
                              "--derivatives",
                              "--out",
                              "shapes.svg"});
  EXPECT_EQ(json["neurons"], Json::array({"wave", "gelu", "x*sinc(x)"}));
  const std::string svg = read_file(path("shapes.svg"));
  EXPECT_EQ(json["bytes"], svg.size());
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_NE(svg.find("f&#39;(x)"), std::string::npos) << svg.substr(svg.size() - 300);
  ASSERT_EQ(run({"library", "plot", "relu", "--out", "shapes.png"}).status, 0);
  EXPECT_TRUE(read_file(path("shapes.png")).starts_with("\x89PNG"));
}

TEST_F(Library, TellsMistakesInOneLineAndWritesNothing) {
  add_wave();
  expect_mistake({"library", "add", "gelu", "x"}, {"gelu", "ships"});
  expect_mistake({"library", "add", "gelu", "x", "--replace"}, {"gelu", "ships"});
  expect_mistake({"library", "add", "wave", "x^2"}, {"wave", "taken", "--replace"});
  expect_mistake({"library", "add", "a b", "x^2"}, {"a b", "letters"});
  expect_mistake({"library", "add", "x1", "x^2"}, {"x1", "formula"});
  expect_mistake({"library", "add", "new", "x +"}, {"NEURON", "column"});
  expect_mistake({"library", "add", "new", "3"}, {"NEURON", "does not depend on x"});
  expect_mistake({"library", "add", "new", "wavy"}, {"wavy", "known are", "wave"});
  expect_mistake({"library", "add", "new", "x^2", "--library", "no/such/l.json"},
                 {"no/such/l.json"});
  expect_mistake({"library", "show", "wavy"}, {"wavy", "known are", "gelu", "wave"});
  expect_mistake({"library", "show", "none.json"}, {"none.json"});
  expect_mistake({"library", "plot", "gelu", "--out", "a.gif"}, {"--out", "a.gif", ".svg"});
  expect_mistake({"library", "plot", "gelu", "--out", "no/a.svg"}, {"no/a.svg"});
  expect_mistake({"library", "plot", "gelu", "--out", "a.svg", "--range", "3,1"},
                 {"--range", "3,1"});
  expect_mistake({"library", "plot", "gelu", "--out", "a.svg", "--range", "nan,1"}, {"--range"});
  expect_mistake({"library", "plot", "linear", "--out", "a.svg"}, {"linear", "aggregation"});
  expect_mistake({"library", "plot", "x", "x", "x", "x", "x", "x", "x", "x", "x", "--out", "a.svg"},
                 {"9 curves", "8"});
  expect_mistake({"library"}, {"subcommand"});
  ASSERT_EQ(run({"library", "add", "wave", "x^2", "--replace"}).status, 0);
  EXPECT_EQ(run_json({"library", "show", "wave"})["formula"], "x^2");
  write("neuronsmith-library.json",
        "{\"format\": \"neuronsmith-library\", \"version\": 9, \"neurons\": []}");
  expect_mistake({"library", "list"}, {"neuronsmith-library.json", "version 9"});
  expect_mistake({"library", "add", "new", "x^2"}, {"neuronsmith-library.json", "version 9"});
}

TEST_F(Library, JsonKeysAreDocumented) {
  const std::string documented = read_file(NEURONSMITH_SOURCE_DIR "/docs/cli.md");
  add_wave();
  const Json list = run_json({"library", "list"});
  const Json show = run_json({"library", "show", "wave"});
  for (const Json& json : {list,
                           list["neurons"][0],
                           show,
                           show["table"][0],
                           run_json({"library", "add", "two", "x^2"}),
                           run_json({"library", "plot", "wave", "--out", "a.svg"})}) {
    for (const auto& [key, value] : json.items()) {
      EXPECT_NE(documented.find("`" + key + "`"), std::string::npos) << key << " is undocumented";
    }
  }
}

}  // namespace
}  // namespace neuronsmith::cli
