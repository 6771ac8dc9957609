#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <map>
#include <random>
#include <thread>
#include <utility>

#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/evolution/program_database.hpp"
#include "tests/cli/command.hpp"

// Searches by trained networks on the command line, and all roles, strategies and objectives together.

namespace neuronsmith::cli::testing {
namespace {

using Words = std::vector<std::string>;

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class Mine : public CommandTest {
 protected:
  /// y = x0^2 + x0 x1 and a little noise.
  void SetUp() override {
    std::mt19937 random(1);
    std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
    std::string text = "x0,x1,y\n";
    for (int i = 0; i < 200; ++i) {
      const float a = uniform(random);
      const float b = uniform(random);
      text += std::to_string(a) + "," + std::to_string(b) + "," +
              std::to_string(a * a + a * b + 0.01F * uniform(random)) + "\n";
    }
    write("law.csv", text);
  }

  static Words quick(const std::string& out, const std::string& epochs = "2") {
    return {"discover", "--recipe", "mine", "--no-store", "--islands", "2", "--proposals", "3",
            "--trial-epochs", epochs, "--hidden", "4", "--finalists", "3", "--out", out};
  }

  static Words small(const std::string& out, const std::string& epochs = "2") {
    return quick(out, epochs) + Words{"--worlds-per-family", "3", "--world-rows", "64",
                                      "--final-worlds-per-family", "3"};
  }

  /// Starts it, and ends it hard so much later.
  void kill_after_a_while(const Words& words, std::chrono::milliseconds wait) const {
    const pid_t process = start(words);
    std::this_thread::sleep_for(wait);
    ::kill(process, SIGKILL);
    static_cast<void>(finish(process));
  }
};

TEST_F(Mine, WithoutATableItSearchesOnWorldsAndTellsWhatItFound) {
  const Json found = run_json(small("mined.json") + Words{"--generations", "3"});
  EXPECT_EQ(found["loss"], "ratio");
  EXPECT_EQ(found["generations"], 3);
  ASSERT_EQ(found["finalists"].size(), 3U);
  EXPECT_EQ(found["finalists"][0]["trials"]["trainings"], 12) << "four families of three worlds";
  EXPECT_TRUE(found["finalists"][0]["chosen"]);
  EXPECT_GT(found["finalists"][0]["trials"]["high"], found["finalists"][0]["error"]);
  const Json neuron = Json::parse(read_file(path("mined.json")));
  EXPECT_EQ(neuron["provenance"]["recipe"], "mine");
  EXPECT_EQ(neuron["provenance"]["worlds"]["per_family"], 3);
  EXPECT_TRUE(exists("mined.json.programs"));
  EXPECT_EQ(run_json({"train", "--neuron", "mined.json", "--data", "law.csv", "--epochs", "2", "--out",
                      "model.json", "--no-store"})["evaluated_on"],
            "test");
}

TEST_F(Mine, TheSameSeedFindsTheSameWhateverTheThreads) {
  static_cast<void>(run_json(small("one.json") + Words{"--generations", "2", "--threads", "1"}));
  static_cast<void>(run_json(small("two.json") + Words{"--generations", "2", "--threads", "2"}));
  EXPECT_EQ(read_file(path("one.json")), read_file(path("two.json")));
  static_cast<void>(
      run_json(small("other.json") + Words{"--generations", "2", "--seed", "2"}));
  EXPECT_NE(read_file(path("one.json")), read_file(path("other.json")));
}

TEST_F(Mine, KilledAtAnyMomentItGoesOnAsIfNothingHadBeen) {
  const Words search = {"--generations", "4"};
  static_cast<void>(run_json(small("whole.json", "20") + search));
  const Words torn = small("torn.json", "20") + search;
  for (const int wait : {20, 150, 400}) {
    kill_after_a_while(torn + Words{"--resume"}, std::chrono::milliseconds(wait));
  }
  static_cast<void>(run_json(torn + Words{"--resume"}));
  EXPECT_EQ(read_file(path("whole.json")), read_file(path("torn.json")));
}

TEST_F(Mine, AnInterruptedSearchKeepsItsBestAndSaysHowToGoOn) {
  const pid_t process = start(small("mined.json") + Words{"--minutes", "5"});
  while (!exists("mined.json.programs")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  ::kill(process, SIGINT);
  const Outcome outcome = finish(process);
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_NE(outcome.err.find("--resume goes on from mined.json.programs"), std::string::npos)
      << outcome.err;
  EXPECT_TRUE(exists("mined.json"));
}

TEST_F(Mine, StoppedBeforeAnythingWasScoredItSaysSo) {
  const pid_t process =
      start({"discover", "--recipe", "mine", "--no-store", "--minutes", "5", "--out", "mined.json"});
  while (!exists("mined.json.programs")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // reference and rivals take seconds
  ::kill(process, SIGINT);
  const Outcome outcome = finish(process);
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_NE(outcome.err.find("before anything was scored; --resume goes on from mined.json.programs"),
            std::string::npos)
      << outcome.err;
  EXPECT_FALSE(exists("mined.json"));
}

TEST_F(Mine, FinalistsThatWereTrainedAreNotTrainedAgain) {
  const Words search = small("mined.json") + Words{"--generations", "1"};
  const Json whole = run_json(search);
  const auto trainings = [&] {
    SQLite::Database database(path("mined.json.programs"));
    return database.execAndGet("SELECT count(*) FROM trials").getInt();
  };
  const int n_kept = trainings();
  {
    SQLite::Database database(path("mined.json.programs"), SQLite::OPEN_READWRITE);
    EXPECT_GT(database.exec("DELETE FROM trials WHERE trial > 1000 AND trial % 2 = 0"), 0)
        << "as if killed among them";
  }
  Json resumed = run_json(search + Words{"--resume"});
  EXPECT_EQ(trainings(), n_kept);
  EXPECT_EQ(resumed["finalists"], whole["finalists"]);
}

TEST_F(Mine, ADatabaseOfAnotherVersionIsRefusedWithAWord) {
  const Words search = small("mined.json") + Words{"--generations", "1"};
  static_cast<void>(run_json(search));
  const auto refused = [&](const std::string& statement, const std::string& word) {
    {
      SQLite::Database database(path("mined.json.programs"), SQLite::OPEN_READWRITE);
      database.exec(statement);
    }
    expect_refused(search + Words{"--resume"}, {"mined.json.programs", word});
  };
  // Trainings of an older program came out otherwise; a schema of a newer one cannot be read.
  refused("UPDATE state SET value = replace(value, '\"trainings\":2', '\"trainings\":1')",
          "other data, options or seed");
  refused("PRAGMA user_version = 99", "newer");
}

TEST_F(Mine, ADatabaseIsNeitherOverwrittenNorTakenForThatOfAnotherSearch) {
  const Words search = small("mined.json") + Words{"--generations", "1"};
  static_cast<void>(run_json(search));
  const std::string kept = read_file(path("mined.json"));
  Outcome refused = run(search);
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.error_lines(), 1U) << refused.err;
  EXPECT_NE(refused.err.find("--resume goes on with it"), std::string::npos) << refused.err;
  refused = run(search + Words{"--resume", "--seed", "9"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("other data, options or seed"), std::string::npos) << refused.err;
  write("text.db", "no database");
  refused = run(search + Words{"--database", "text.db"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("text.db"), std::string::npos) << refused.err;
  EXPECT_EQ(read_file(path("mined.json")), kept);
}

TEST_F(Mine, AShiftKeepsOnePartOfAColumnsRangeFromTraining) {
  const Json found = run_json(quick("mined.json") + Words{"--data", "law.csv", "--target", "y", "--shift",
                                                          "column=x0", "--generations", "2"});
  EXPECT_EQ(found["loss"], "ratio");
  const Json& trials = found["finalists"][0]["trials"];
  EXPECT_EQ(trials["trainings"], 12) << "of one table so many seeds, that there is an interval";
  EXPECT_LT(trials["low"], trials["high"]);
  const Words train = {"train", "--neuron", "mined.json", "--data", "law.csv", "--epochs", "2", "--out",
                       "model.json", "--no-store"};
  EXPECT_EQ(run_json(train + Words{"--shift", "column=x0,side=low"})["evaluated_on"], "test");
  for (const auto& [shift, word] : std::vector<std::pair<std::string, std::string>>{
           {"column=x9", "x9"}, {"x0", "column=NAME"}, {"column=x0,side=up", "side"}}) {
    const Outcome refused = run(train + Words{"--shift", shift});
    EXPECT_EQ(refused.status, 2);
    EXPECT_EQ(refused.error_lines(), 1U) << refused.err;
    EXPECT_NE(refused.err.find("--shift"), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find(word), std::string::npos) << refused.err;
  }
}

TEST_F(Mine, LearnableConstantsAreTrainedInTheSearchToo) {
  const auto errors = [this](const std::string& learnable) {
    std::map<std::string, double> result;
    const std::string out = learnable + ".json";
    static_cast<void>(run_json(small(out) + Words{"--learnable", learnable, "--generations", "1"}));
    for (const search::evolution::Program& program :
         search::evolution::ProgramDatabase(path(out + ".programs")).programs()) {
      result[formula::to_infix(program.proposal.formula)] = program.score.error;
    }
    return result;
  };
  const std::map<std::string, double> fixed = errors("none");
  const std::map<std::string, double> learnt = errors("layer");
  EXPECT_EQ(fixed.at("gelu(x)"), learnt.at("gelu(x)")) << "it has no constants";
  EXPECT_NE(fixed.at("0.1*sin(x) + gelu(x)"), learnt.at("0.1*sin(x) + gelu(x)"));
}

TEST_F(Mine, OptionsThatDoNotBelongAreRefusedByName) {
  const auto refusal = [&](const Words& words, const std::string& option) {
    const Outcome refused = run(Words{"discover", "--no-store"} + words);
    EXPECT_EQ(refused.status, 2) << refused.err;
    EXPECT_EQ(refused.error_lines(), 1U) << refused.err;
    EXPECT_NE(refused.err.find(option), std::string::npos) << refused.err;
  };
  refusal({"--recipe", "vsr"}, "--data");
  refusal({"--recipe", "mine", "--role", "dendrite"}, "--role");
  refusal({"--recipe", "mine", "--strategy", "luck"}, "--strategy");
  refusal({"--recipe", "mine", "--objective", "beauty"}, "--objective");
  refusal({"--recipe", "mine", "--population", "9"}, "--population");
  refusal({"--recipe", "mine", "--worlds", "polynomial,flat"}, "flat");
  refusal({"--recipe", "mine", "--worlds", "lorenz,lorenz"}, "lorenz");
  refusal({"--recipe", "mine", "--islands", "0"}, "--islands");
  refusal({"--recipe", "mine", "--keep", "0"}, "--keep");
  refusal({"--recipe", "mine", "--reference", "rulu"}, "--reference");
  refusal({"--recipe", "mine", "--checkpoint", "c"}, "--checkpoint");
  refusal({"--recipe", "mine", "--shift", "column=x3"}, "--shift");
  refusal({"--recipe", "mine", "--target", "y"}, "--target");
  refusal({"--recipe", "mine", "--data", "law.csv", "--worlds", "lorenz"}, "--worlds");
  refusal({"--recipe", "mine", "--trial-rates", "-1"}, "--trial-rates");
  refusal({"--recipe", "mine", "--trial-batch", "0"}, "--trial-batch");
  refusal({"--recipe", "mine", "--trial-epochs", "0"}, "--trial-epochs");
  refusal({"--recipe", "mine", "--trial-seconds", "inf"}, "--trial-seconds");
  refusal({"--recipe", "vsr", "--data", "law.csv", "--islands", "3"}, "--islands");
  refusal({"--recipe", "vsr", "--data", "law.csv", "--database", "d"}, "--database");
  refusal({"--recipe", "vsr", "--data", "law.csv", "--objective", "network", "--split", "1,0,1"},
          "--split");
  refusal({"--recipe", "mine", "--role", "aggregation", "--objective", "fit"}, "--data");
}

TEST_F(Mine, TrainingsThatTakeTooLongHaveFailed) {
  const Outcome refused = run(small("mined.json") + Words{"--trial-seconds", "1e-6"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("takes longer than --trial-seconds"), std::string::npos)
      << "the reference itself: " << refused.err;
  EXPECT_FALSE(exists("mined.json"));
}

/// Every strategy with every objective and role finds a neuron that can be trained.
TEST_F(Mine, EveryStrategyObjectiveAndRoleWorkTogether) {
  for (const std::string strategy : {"genetic", "tensor", "evolution"}) {
    for (const std::string objective : {"fit", "network"}) {
      for (const std::string role : {"aggregation", "activation", "neuron"}) {
        const std::string what = strategy + " " + objective + " " + role;
        Words words = {"discover", "--recipe", strategy == "evolution" ? "mine" : "vsr", "--no-store",
                       "--data", "law.csv", "--strategy", strategy, "--objective", objective, "--role",
                       role, "--out", what + ".json"};
        if (strategy == "genetic") words = words + Words{"--population", "12", "--tournament", "3"};
        if (strategy == "evolution") words = words + Words{"--islands", "2", "--proposals", "4"};
        if (strategy == "tensor") {
          words = words + Words{"--restarts", "1", "--epochs", "10", "--max-order", "2"};
        } else {
          words = words + Words{"--generations", "3"};
        }
        if (objective == "network") {
          words = words + Words{"--trial-epochs", "3", "--hidden", "4", "--finalists", "2"};
        }
        const Json found = run_json(words);
        ASSERT_TRUE(found.contains("formula")) << what;
        EXPECT_EQ(found["loss"], objective == "network" ? "ratio" : "squared_error") << what;
        EXPECT_EQ(found.contains("activation"), role != "aggregation" || objective == "network") << what;
        EXPECT_TRUE(found["score"].is_number()) << what;
        const Json neuron = Json::parse(read_file(path(what + ".json")));
        EXPECT_EQ(neuron["provenance"]["role"], role);
        const Json trained = run_json({"train", "--neuron", what + ".json", "--data", "law.csv",
                                       "--epochs", "2", "--out", "model.json", "--no-store"});
        EXPECT_EQ(trained["evaluated_on"], "test") << what;
      }
    }
  }
}

}  // namespace
}  // namespace neuronsmith::cli::testing
