#include <fmt/format.h>

#include "tests/cli/command.hpp"

// Synthetic worlds on the command line.

namespace neuronsmith::cli::testing {
namespace {

class Worlds : public CommandTest {
 protected:
  [[nodiscard]] std::string text(const std::string& name) const { return read_file(path(name)); }

  [[nodiscard]] static std::ptrdiff_t lines(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  }
};

TEST_F(Worlds, AreWrittenAsTablesThatOtherCommandsTake) {
  const Json made = run_json({"data", "synthesize", "--world", "feynman", "--equation", "I.12.1",
                              "--seed", "3", "--rows", "300", "--out", "train.csv", "--ood-out",
                              "ood.csv", "--test-out", "test.csv"});
  EXPECT_EQ(made["world"], "feynman-I.12.1-3");
  EXPECT_EQ(made["law"], "mu * Nn");
  EXPECT_EQ(made["rows"], 300);
  EXPECT_EQ(made["out"], "train.csv");
  EXPECT_EQ(made["ood_out"], "ood.csv");
  EXPECT_EQ(made["test_out"], "test.csv");
  EXPECT_EQ(made["inputs"][1],
            (Json{{"name", "Nn"}, {"inner", {1.0, 3.0}}, {"outer", {1.0, 5.0}}}));
  EXPECT_EQ(text("ood.csv").substr(0, 8), "mu,Nn,y\n");
  for (const char* file : {"train.csv", "test.csv", "ood.csv"}) EXPECT_EQ(lines(text(file)), 301);
  const Json trained = run_json({"train", "--data", "train.csv", "--test", "ood.csv", "--no-clip",
                                 "--epochs", "2", "--out", "model.json", "--no-store"});
  EXPECT_EQ(trained["rows"], 300);
  EXPECT_EQ(trained["evaluated_on"], "test");
}

TEST_F(Worlds, AreTheSameBytesWhetherAloneOrTogether) {
  const std::vector<std::string> world = {"data", "synthesize", "--world", "lorenz", "--noise",
                                          "0.1"};
  auto files = world;
  files.insert(files.end(), {"--out", "train.csv", "--ood-out", "ood.csv"});
  const Outcome told = run(files);
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_NE(told.out.find("written  ood.csv (1024 rows)"), std::string::npos) << told.out;
  const Outcome printed = run(world);
  EXPECT_EQ(printed.status, 0) << printed.err;
  EXPECT_EQ(printed.out, text("train.csv"));
}

TEST_F(Worlds, EquationsAreThoseOfTheDocuments) {
  const std::string document = read_file(std::string(NEURONSMITH_SOURCE_DIR) + "/docs/feynman.md");
  const Json listed = run_json({"data", "worlds"});
  int number = 0;
  for (const Json& equation : listed["equations"]) {
    std::string row = fmt::format("| {} | {} | `{}` | ", number++, equation["equation"].get<std::string>(),
                                  equation["law"].get<std::string>());
    for (const Json& input : equation["inputs"]) {
      const auto range = [&](const char* key) {
        return fmt::format("[{:.6g}, {:.6g}]", input[key][0].get<double>(), input[key][1].get<double>());
      };
      row += fmt::format("{}{} {} of {}", row.ends_with("| ") ? "" : ", ", input["name"].get<std::string>(),
                         range("inner"), range("outer"));
    }
    EXPECT_NE(document.find(row + " |\n"), std::string::npos) << row;
  }
}

TEST_F(Worlds, AreListedWithTheirLawsAndRanges) {
  const Json listed = run_json({"data", "worlds", "--seed", "2"});
  EXPECT_EQ(listed["families"].size(), 8u);
  EXPECT_EQ(listed["families"][4]["family"], "lorenz");
  EXPECT_EQ(listed["families"][4]["world"], "lorenz-2");
  EXPECT_EQ(listed["equations"].size(), 97u);
  EXPECT_EQ(listed["equations"][0]["equation"], "I.6.2a");
  const Json made = run_json(
      {"data", "synthesize", "--world", "lorenz", "--seed", "2", "--out", "train.csv"});
  EXPECT_EQ(listed["families"][4]["law"], made["law"]);
  EXPECT_EQ(listed["families"][4]["inputs"], made["inputs"]);
  const Outcome told = run({"data", "worlds"});
  EXPECT_NE(told.out.find("theta [1, 2] of [1, 3]"), std::string::npos) << told.out;
}

TEST_F(Worlds, RefuseWhatHasNoMeaning) {
  const auto refused = [&](std::vector<std::string> options, std::vector<std::string> parts) {
    options.insert(options.begin(), {"data", "synthesize"});
    expect_refused(options, parts);
  };
  refused({"--world", "flat"}, {"--world", "mackey-glass", "flat"});
  refused({"--world", ""}, {"--world", "polynomial"});
  refused({"--world", "lorenz", "--law", "3"}, {"--law", "--world"});
  refused({"--world", "lorenz", "--range", "3"}, {"--range", "--world"});
  refused({"--world", "lorenz", "--features", "3"}, {"--features", "--world"});
  refused({"--world", "lorenz", "--equation", "I.6.2a"}, {"--equation", "feynman", "lorenz"});
  refused({"--world", "feynman", "--equation", "I.6.3"}, {"--equation", "data worlds", "I.6.3"});
  refused({"--equation", "I.6.2a"}, {"--equation", "--world"});
  refused({"--ood-out", "ood.csv"}, {"--ood-out", "--world"});
  refused({"--test-out", "test.csv"}, {"--test-out", "--world"});
  refused({"--world", "lorenz", "--rows", "0"}, {"--rows", "0"});
  refused({"--world", "lorenz", "--noise", "nan"}, {"--noise"});
  refused({"--world", "lorenz", "--out", "a.csv", "--ood-out", "a.csv"}, {"--ood-out", "a.csv"});
  refused({"--world", "lorenz", "--out", "a.csv", "--ood-out", "./a.csv"}, {"--ood-out", "a.csv"});
  refused({"--world", "lorenz", "--out", "a.csv", "--ood-out", "none/b.csv"}, {"none/b.csv"});
}

}  // namespace
}  // namespace neuronsmith::cli::testing
