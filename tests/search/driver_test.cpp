#include "neuronsmith/search/driver.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"
#include "neuronsmith/search/recipe.hpp"
#include "tests/search/samples.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;
using formula::Op;
using formula::Shape;

/// Proposes literals 0, 1, 2, ... three a generation, each twice.
class Counting final : public Strategy {
 public:
  std::vector<Formula> ask() override {
    std::vector<Formula> formulas;
    for (int i = 0; i < 3; ++i) {
      for (int copy = 0; copy < 2; ++copy)
        formulas.push_back(Formula::literal(3 * generation_ + i));
    }
    return formulas;
  }
  void tell(std::vector<Formula> formulas, std::span<const Score> scores) override {
    EXPECT_EQ(formulas.size(), scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
      EXPECT_EQ(scores[i].error, 1000.0 - formulas[i].root().value);
    }
    ++generation_;
  }
  Json save() const override { return {{"generation", generation_}}; }
  void load(const Json& state, const std::string& source) override {
    generation_ = json_get<int>(state, "generation", source);
  }
  std::vector<Candidate> standing() const override { return {}; }

  int generation_ = 0;
};

/// The greater the literal the better; counts how often each is scored.
class Literal final : public Objective {
 public:
  std::uint64_t key(const Formula& formula) const override {
    return static_cast<std::uint64_t>(formula.root().value);
  }
  std::vector<Score> score(std::span<const Formula> formulas, const Executor&) const override {
    std::vector<Score> scores;
    for (const Formula& formula : formulas) {
      const double value = formula.root().value;
      ++times_scored[value];
      if (value == throw_at) throw DataError("no");
      scores.push_back({1000.0 - value, value, -value});
    }
    return scores;
  }
  Formula fitted(const Formula& formula) const override { return formula; }

  mutable std::map<double, int> times_scored;
  double throw_at = -1.0;
};

DriverOptions limited(const Budget& budget) {
  DriverOptions options;
  options.budget = budget;
  return options;
}

DriverOptions generations(std::uint64_t n) {
  Budget budget;
  budget.generations = n;
  return limited(budget);
}

DriverOptions candidates(std::uint64_t n) {
  Budget budget;
  budget.candidates = n;
  return limited(budget);
}

DriverOptions minutes(double n) {
  Budget budget;
  budget.minutes = n;
  return limited(budget);
}

class Events final : public ProgressSink {
 public:
  void report(const ProgressEvent& event) override { events.push_back(event); }
  std::vector<ProgressEvent> events;
};

TEST(Driver, EqualKeysAreScoredOnce) {
  Counting strategy;
  const Literal objective;
  const Discovery found = run_search(strategy, objective, Executor(1), generations(4));
  EXPECT_EQ(found.candidates, 24u);
  EXPECT_EQ(found.generations, 4u);
  EXPECT_EQ(objective.times_scored.size(), 12u);
  for (const auto& [value, times] : objective.times_scored) EXPECT_EQ(times, 1) << value;
  EXPECT_EQ(found.archive.best()->formula.root().value, 11.0);
  EXPECT_EQ(found.archive.front().size(), 12u);
  ASSERT_EQ(found.trace.size(), 12u);
  EXPECT_EQ(found.trace[0].candidates, 1u);
  EXPECT_EQ(found.trace[1].candidates, 3u);
  EXPECT_EQ(found.trace[11].criterion, -11.0);
  EXPECT_FALSE(found.interrupted);
}

TEST(Driver, EveryLimitEndsTheSearch) {
  const Literal objective;
  Counting by_candidates;
  EXPECT_EQ(run_search(by_candidates, objective, Executor(1), candidates(13)).candidates, 18u);
  Counting by_time;
  const Discovery timed = run_search(by_time, objective, Executor(1), minutes(0.05 / 60.0));
  EXPECT_GE(timed.seconds, 0.05);
  EXPECT_LT(timed.seconds, 2.0);
  Counting none;
  EXPECT_THROW(static_cast<void>(run_search(none, objective, Executor(1), candidates(0))),
               ConfigError);
}

TEST(Driver, AStopKeepsWhatWasFound) {
  /// Asks for a stop from within the second generation.
  class Stopper final : public ProgressSink {
   public:
    void report(const ProgressEvent& event) override {
      if (event.done >= 12) source.request_stop();
    }
    std::stop_source source;
  };
  Counting strategy;
  const Literal objective;
  Stopper stopper;
  const Discovery found = run_search(
      strategy, objective, Executor(1), generations(100), &stopper, stopper.source.get_token());
  EXPECT_TRUE(found.interrupted);
  EXPECT_EQ(found.generations, 2u);
  EXPECT_EQ(found.archive.best()->formula.root().value, 5.0);
}

TEST(Driver, AStopAfterTheLastGenerationIsNoInterruption) {
  class Stopper final : public ProgressSink {
   public:
    void report(const ProgressEvent&) override { source.request_stop(); }
    std::stop_source source;
  };
  Counting strategy;
  Stopper stopper;
  EXPECT_FALSE(
      run_search(
          strategy, Literal(), Executor(1), generations(1), &stopper, stopper.source.get_token())
          .interrupted);
}

TEST(Driver, ProgressKnowsTheBestAndTheEnd) {
  Counting strategy;
  Events events;
  static_cast<void>(run_search(strategy, Literal(), Executor(1), generations(4), &events));
  ASSERT_EQ(events.events.size(), 4u);
  EXPECT_EQ(events.events[1].done, 12u);
  EXPECT_EQ(events.events[1].total, 24u);
  EXPECT_EQ(events.events[1].best, 995.0);
  EXPECT_EQ(events.events[3].seconds_left, 0.0);
}

TEST(Driver, WhatTheObjectiveThrowsReachesTheCaller) {
  Counting strategy;
  Literal objective;
  objective.throw_at = 4.0;
  EXPECT_THROW(static_cast<void>(run_search(strategy, objective, Executor(1), generations(4))),
               DataError);
}

/// A search on a law, with a checkpoint in a folder of its own.
class Resume : public ::testing::Test {
 protected:
  Resume() : sample_(testing::law_sample({.law = 6, .noise = 0.15, .range = 1.5, .rows = 200})) {
    recipe_.genetic.population = 60;
    recipe_.genetic.tournament = 4;
    recipe_.genetic.functions.push_back(Op::Sin);  // other than polynomials too
    recipe_.genetic.constants = ConstantKind::Uniform;
    std::filesystem::create_directories(folder_);
  }
  ~Resume() override { std::filesystem::remove_all(folder_); }
  Resume(const Resume&) = delete;
  Resume& operator=(const Resume&) = delete;

  [[nodiscard]] std::string checkpoint() const { return (folder_ / "search.json").string(); }

  Discovery run(std::uint64_t n_generations,
                bool resume,
                std::size_t threads = 1,
                ProgressSink* progress = nullptr,
                std::stop_token stop = {}) const {
    const FitObjective objective(sample_.data(), recipe_.fit);
    GeneticSearch strategy(recipe_.genetic, Shape::Vector, 3);
    DriverOptions options = generations(n_generations);
    options.checkpoint = checkpoint();
    options.fingerprint = {{"law", 6}, {"gamma", 1.5}};
    options.resume = resume;
    return run_search(strategy, objective, Executor(threads), options, progress, std::move(stop));
  }

  static void expect_same(const Discovery& a, const Discovery& b) {
    EXPECT_EQ(a.candidates, b.candidates);
    EXPECT_EQ(a.generations, b.generations);
    ASSERT_EQ(a.archive.front().size(), b.archive.front().size());
    for (std::size_t i = 0; i < a.archive.front().size(); ++i) {
      EXPECT_EQ(a.archive.front()[i].formula, b.archive.front()[i].formula);
      EXPECT_EQ(a.archive.front()[i].score, b.archive.front()[i].score);
    }
    EXPECT_EQ(a.archive.best()->formula, b.archive.best()->formula);
    EXPECT_EQ(a.archive.best()->score, b.archive.best()->score);
    ASSERT_EQ(a.trace.size(), b.trace.size());
    for (std::size_t i = 0; i < a.trace.size(); ++i) {
      EXPECT_EQ(a.trace[i].candidates, b.trace[i].candidates);
      EXPECT_EQ(a.trace[i].error, b.trace[i].error);
      EXPECT_EQ(a.trace[i].criterion, b.trace[i].criterion);
    }
  }

  std::filesystem::path folder_ = std::filesystem::path(::testing::TempDir()) /
                                  ::testing::UnitTest::GetInstance()->current_test_info()->name();
  testing::Sample sample_;
  Recipe recipe_ = find_recipe("vsr");
};

TEST_F(Resume, EveryPlaceToStopGivesTheResultOfOneRun) {
  const Discovery whole = run(12, false);
  for (std::uint64_t first = 1; first < 12; first += 3) {
    static_cast<void>(run(first, false));
    expect_same(whole, run(12, true));
  }
}

/// Scores are places among what is scored together; the greater the literal the better.
class Places final : public Objective {
 public:
  std::uint64_t key(const Formula& formula) const override {
    return static_cast<std::uint64_t>(formula.root().value);
  }
  std::vector<Score> score(std::span<const Formula> formulas, const Executor&) const override {
    std::vector<Score> scores;
    for (const Formula& f : formulas) {
      const auto better = std::ranges::count_if(
          formulas, [&](const Formula& other) { return other.root().value > f.root().value; });
      const auto place = static_cast<double>(better + 1);
      scores.push_back({place + 0.001 * f.root().value, f.root().value, place});
    }
    return scores;
  }
  bool compares() const override { return true; }
  Formula fitted(const Formula& formula) const override { return formula; }
};

/// Proposes some new literals and some of the generation before; remembers what it was told.
class Repeating final : public Strategy {
 public:
  std::vector<Formula> ask() override {
    std::vector<Formula> formulas;
    for (int i = 0; i < 6; ++i)
      formulas.push_back(Formula::literal((3 * generation_ + 5 * i) % 40));
    return formulas;
  }
  void tell(std::vector<Formula>, std::span<const Score> scores) override {
    for (const Score& score : scores) told_ += score.error;
    ++generation_;
  }
  Json save() const override { return {{"generation", generation_}, {"told", told_}}; }
  void load(const Json& state, const std::string& source) override {
    generation_ = json_get<int>(state, "generation", source);
    told_ = json_get<double>(state, "told", source);
  }
  std::vector<Candidate> standing() const override { return {}; }

  int generation_ = 0;
  double told_ = 0.0;
};

TEST_F(Resume, ScoresOfOtherCompanyAreRemembered) {
  const auto told_after = [&](std::uint64_t n, bool resume) {
    Repeating strategy;
    DriverOptions options = generations(n);
    options.checkpoint = checkpoint();
    options.resume = resume;
    static_cast<void>(run_search(strategy, Places(), Executor(1), options));
    return strategy.told_;
  };
  const double whole = told_after(9, false);
  for (std::uint64_t first = 1; first < 9; ++first) {
    static_cast<void>(told_after(first, false));
    EXPECT_EQ(told_after(9, true), whole) << first;
  }
}

TEST_F(Resume, AStopRequestLosesNothing) {
  class Stopper final : public ProgressSink {
   public:
    void report(const ProgressEvent& event) override {
      if (event.done >= 300) source.request_stop();
    }
    std::stop_source source;
  };
  const Discovery whole = run(12, false);
  Stopper stopper;
  const Discovery part = run(12, false, 1, &stopper, stopper.source.get_token());
  ASSERT_TRUE(part.interrupted);
  ASSERT_EQ(part.generations, 5u);
  expect_same(whole, run(12, true));
}

TEST_F(Resume, ThreadsDoNotChangeTheResult) { expect_same(run(10, false, 1), run(10, false, 4)); }

TEST_F(Resume, AFinishedSearchIsNotGoneOnWith) {
  const Discovery whole = run(5, false);
  expect_same(whole, run(5, true));
}

TEST_F(Resume, WithoutACheckpointItStartsAnew) { expect_same(run(5, true), run(5, false)); }

TEST_F(Resume, ACheckpointOfAnotherSearchIsRefused) {
  static_cast<void>(run(2, false));
  Json json = read_json_file(checkpoint());
  json["fingerprint"]["gamma"] = 1.0;
  write_file_atomically(checkpoint(), json.dump());
  EXPECT_THROW(run(4, true), ConfigError);
  json["format"] = "neuronsmith-neuron";
  write_file_atomically(checkpoint(), json.dump());
  EXPECT_THROW(run(4, true), ParseError);
  write_file_atomically(checkpoint(), "{");
  EXPECT_THROW(run(4, true), ParseError);
}

TEST_F(Resume, AnUnwritableCheckpointIsAnIoError) {
  std::filesystem::create_directory(checkpoint());
  EXPECT_THROW(run(2, false), IoError);
}

/// One generation more from a checkpoint of that text. True when it was accepted.
bool survives(const FitObjective& objective,
              const GeneticOptions& genetic,
              const std::string& path,
              const std::string& text) {
  write_file_atomically(path, text);
  GeneticSearch strategy(genetic, Shape::Vector, 3);
  DriverOptions options = generations(3);
  options.checkpoint = path;
  options.fingerprint = {{"law", 6}, {"gamma", 1.5}};
  options.resume = true;
  try {
    static_cast<void>(run_search(strategy, objective, Executor(1), options));
    return true;
  } catch (const Error&) {  // anything else ends the test
    return false;
  }
}

TEST_F(Resume, HostileCheckpointsAreRefusedOrHarmless) {
  recipe_.genetic.population = 8;
  static_cast<void>(run(2, false));
  const std::string text = read_file(checkpoint());
  const FitObjective objective(sample_.data(), recipe_.fit);
  const Json flat = Json::parse(text).flatten();
  const Json values[] = {nullptr,
                         -1,
                         1e300,
                         1.5,
                         "x",
                         "w0 + x7",
                         "sum(",
                         true,
                         Json::array(),
                         Json::array({1, 2, 3}),
                         Json::object(),
                         {{"x", 1}}};
  int refused = 0;
  for (const auto& item : flat.items()) {
    for (const Json& value : values) {
      // The value itself, and the object or list that holds it.
      Json::json_pointer pointer(item.key());
      for (int up = 0; up < 2 && !pointer.empty(); ++up, pointer.pop_back()) {
        Json changed = Json::parse(text);
        changed[pointer] = value;
        refused += survives(objective, recipe_.genetic, checkpoint(), changed.dump()) ? 0 : 1;
      }
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_F(Resume, AMissingKeyIsRefused) {
  recipe_.genetic.population = 8;
  static_cast<void>(run(2, false));
  const Json whole = read_json_file(checkpoint());
  const FitObjective objective(sample_.data(), recipe_.fit);
  for (const auto& item : whole.items()) {
    Json changed = whole;
    changed.erase(item.key());
    EXPECT_FALSE(survives(objective, recipe_.genetic, checkpoint(), changed.dump())) << item.key();
  }
}

}  // namespace
}  // namespace neuronsmith::search
