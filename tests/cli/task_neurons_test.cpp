#include <chrono>
#include <cmath>
#include <thread>

#include "command.hpp"
#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::cli {
namespace {

class TaskNeurons : public testing::CommandTest {
 protected:
  void SetUp() override {
    std::string regression = "a,b,target\n";
    std::string classes = "a,b,class\n";
    for (int i = 0; i < 200; ++i) {
      const double a = ((i * 37) % 200) / 100.0 - 1.0;
      const double b = ((i * 61) % 200) / 100.0 - 1.0;
      const std::string inputs = std::to_string(a) + "," + std::to_string(b);
      regression += inputs + "," + std::to_string(std::sin(3 * a) + b) + "\n";
      classes += inputs + (a * a + b > 0.4 ? ",1\n" : ",0\n");
    }
    write("airfoil_self_noise.csv.gz", regression);  // plain text is read under any name
    write("phoneme.csv.gz", classes);
  }

  static std::vector<std::string> study(const std::vector<std::string>& more) {
    std::vector<std::string> words = {
        "reproduce", "task-neurons", "--data-dir", ".", "--tables", "airfoil_self_noise,phoneme"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

TEST_F(TaskNeurons, WritesTablesAndThePictureAndIsRecorded) {
  const Json json = run_json(study({"--repeats",
                                    "2",
                                    "--rows",
                                    "150",
                                    "--neurons",
                                    "linear,discover:vsr,quadratic,kan,fourierkan"}));
  EXPECT_EQ(json["study"], "task-neurons");
  ASSERT_EQ(json["tables"].size(), 2u);
  EXPECT_EQ(json["networks"][0], "linear");
  EXPECT_EQ(json["tables"][0]["rows"].size(), json["networks"].size());
  EXPECT_EQ(json["ranking"]["ranks"].size(), json["networks"].size());
  const Json file = read_json_file(path("task-neurons/results.json"));
  EXPECT_EQ(file["tables"], json["tables"]);
  const std::string csv = read_file(path("task-neurons/results.csv"));
  EXPECT_EQ(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')),
            1 + 2 * json["networks"].size());
  const std::string text = read_file(path("task-neurons/results.md"));
  for (const char* part : {"### airfoil_self_noise",
                           "### phoneme",
                           "fourierkan",
                           "0.1731 (459 p.)",
                           "MSE, own unit",
                           "basis operations",
                           "Friedman",
                           "not like for like"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
  if (report::has_gnuplot()) {
    EXPECT_EQ(read_file(path("task-neurons/ranks.png")).substr(1, 3), "PNG");
    EXPECT_EQ(read_file(path("task-neurons/ranks.svg")).substr(0, 4), "<svg");
  }
  EXPECT_EQ(run_json({"runs", "show"})["command"], "reproduce task-neurons");
  ASSERT_EQ(run({"report", "--out", "r.html"}).status, 0);
  const std::string page = read_file(path("r.html"));
  EXPECT_NE(page.find("Mean ranks and their critical difference"), std::string::npos);
  EXPECT_NE(page.find("Neurons on tables"), std::string::npos);
}

TEST_F(TaskNeurons, AnInterruptedStudyKeepsFinishedTables) {
  std::string many = read_file(path("phoneme.csv.gz"));
  const std::string rows = many.substr(many.find('\n') + 1);
  for (int i = 0; i < 30; ++i) many += rows;
  write("phoneme.csv.gz", many);  // enough work to be interrupted in
  const std::vector<std::string> options = {
      "--repeats", "10", "--neurons", "linear,kan,x^2 + x", "--out", "o", "--threads", "1"};
  const pid_t process = start(study(options));
  for (int i = 0; i < 3000 && !exists("o/tables/airfoil_self_noise.json"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(process, SIGINT);
  const testing::Outcome stopped = finish(process);
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_NE(stopped.err.find("--resume"), std::string::npos);
  const Json kept = read_json_file(path("o/results.json"))["tables"];
  EXPECT_EQ(kept.size(), 1u);
  EXPECT_FALSE(exists("o/ranks.png"));  // one table ranks nothing

  std::vector<std::string> again = {
      "reproduce", "task-neurons", "--data-dir", ".", "--tables", "airfoil_self_noise", "--resume"};
  again.insert(again.end(), options.begin(), options.end());
  EXPECT_EQ(run_json(again)["tables"], kept);  // times included, so it was read
}

TEST_F(TaskNeurons, MistakesAreToldInOneLine) {
  const auto refused = [this](const std::vector<std::string>& words, const char* part) {
    const auto outcome = run(words);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_EQ(outcome.error_lines(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " not in " << outcome.err;
  };
  refused({"reproduce", "task-neurons"}, "--data-dir");
  refused({"reproduce", "task-neurons", "--data-dir", "."}, "california_housing.csv.gz");
  refused({"reproduce", "task-neurons", "--data-dir", ".", "--tables", "mnist"}, "--tables");
  refused(study({"--repeats", "1"}), "--repeats");
  refused(study({"--rows", "5"}), "--rows");
  refused(study({"--neurons", "linear"}), "--neurons");
  refused(study({"--neurons", "linear,kna"}), "kna");
  EXPECT_FALSE(exists("neuronsmith.db"));
  EXPECT_FALSE(exists("task-neurons"));
}

}  // namespace
}  // namespace neuronsmith::cli
