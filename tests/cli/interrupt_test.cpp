#include <chrono>
#include <thread>

#include "command.hpp"

namespace neuronsmith::cli {
namespace {

class Interrupted : public testing::CommandTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(run({"data", "synthesize", "--law", "6", "--range", "1.5", "--noise", "0.3", "--rows",
                   "300", "--out", "law.csv"})
                  .status,
              0);
  }

  /// Sends `signal` once the search is under way.
  [[nodiscard]] testing::Outcome interrupt(const std::vector<std::string>& arguments, int signal) const {
    const pid_t process = start(arguments);
    for (int i = 0; i < 500 && !exists("neuron.json.checkpoint"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    kill(process, signal);
    return finish(process);
  }
};

TEST_F(Interrupted, SearchEndsWithTheBestSoFarAndIsResumedToTheSameResult) {
  const std::vector<std::string> search = {"discover", "--data", "law.csv", "--seed", "4",
                                           "--checkpoint-seconds", "0.01", "--json"};
  auto endless = search;
  endless.insert(endless.end(), {"--generations", "100000000"});
  const testing::Outcome stopped = interrupt(endless, SIGINT);
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_EQ(stopped.json()["interrupted"], true);
  EXPECT_FALSE(stopped.json()["formula"].get<std::string>().empty());
  ASSERT_TRUE(exists("neuron.json"));
  ASSERT_TRUE(exists("neuron.json.checkpoint"));

  const auto generations =
      std::to_string(stopped.json()["generations"].get<std::uint64_t>() + 10);
  auto resumed = search;
  resumed.insert(resumed.end(), {"--generations", generations, "--resume"});
  ASSERT_EQ(run(resumed).status, 0);
  const std::string after_resume = read_file(path("neuron.json"));
  EXPECT_FALSE(exists("neuron.json.checkpoint"));

  auto straight = search;
  straight.insert(straight.end(), {"--generations", generations});
  ASSERT_EQ(run(straight).status, 0);
  EXPECT_EQ(read_file(path("neuron.json")), after_resume);
}

TEST_F(Interrupted, TrainingKeepsTheBestWeights) {
  const pid_t process =
      start({"train", "--data", "law.csv", "--epochs", "100000000", "--patience", "0", "--json"});
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  kill(process, SIGTERM);
  const testing::Outcome stopped = finish(process);
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_TRUE(exists("model.json"));
  EXPECT_GT(stopped.json()["best_epoch"], 0);
}

}  // namespace
}  // namespace neuronsmith::cli
