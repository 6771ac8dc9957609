#include "neuronsmith/search/evolution/shared_programs.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/evolution/program_search.hpp"
#include "search/evolution_samples.hpp"
#include "support/files.hpp"
#include "support/thread_ranks.hpp"

namespace neuronsmith::search::evolution {
namespace {

using neuronsmith::testing::TemporaryFolder;
using neuronsmith::testing::ThreadRanks;
using testing::Distance;
using testing::grammar;

class SharedSearch : public ::testing::Test {
 protected:
  static constexpr std::size_t kRanks = 3;
  static constexpr EvolutionOptions kOptions{
      .islands = 2, .proposals = 6, .migration_generations = 2};

  /// What each rank held at the end.
  using Standing = std::vector<std::vector<std::string>>;

  [[nodiscard]] Standing run(const std::string& name, std::uint64_t generations) const {
    Standing standing(kRanks);
    ThreadRanks::run(kRanks, [&](Ranks& ranks) {
      std::unique_ptr<ProgramDatabase> database;
      if (ranks.is_first()) database = std::make_unique<ProgramDatabase>(folder_.path(name));
      SharedPrograms programs(ranks, database.get());
      ProgramSearch search(kOptions,
                           grammar(),
                           formula::Shape::Scalar,
                           5,
                           &programs,
                           static_cast<std::uint32_t>(ranks.rank() * kOptions.islands),
                           &ranks);
      static_cast<void>(run_search(search,
                                   Distance(),
                                   Executor(1),
                                   {.budget = {.generations = generations},
                                    .resume = true,
                                    .store = &programs,
                                    .ranks = &ranks}));
      for (const Candidate& candidate : search.standing()) {
        standing[ranks.rank()].push_back(formula::to_infix(candidate.formula));
      }
    });
    return standing;
  }

  [[nodiscard]] std::vector<std::string> kept(const std::string& name) const {
    std::vector<std::string> lines;
    for (const Program& program : ProgramDatabase(folder_.path(name)).programs()) {
      lines.push_back(to_json(program).dump());
    }
    return lines;
  }

  TemporaryFolder folder_;
};

TEST_F(SharedSearch, TheSameRanksFindTheSameAndAllOfItIsKept) {
  const Standing standing = run("a.db", 7);
  EXPECT_EQ(run("b.db", 7), standing);
  EXPECT_EQ(kept("a.db"), kept("b.db"));
  std::set<std::uint32_t> islands;
  std::set<std::int64_t> ids;
  for (const Program& program : ProgramDatabase(folder_.path("a.db")).programs()) {
    islands.insert(program.proposal.island);
    EXPECT_TRUE(ids.insert(program.id).second);
  }
  EXPECT_EQ(islands.size(), kRanks * kOptions.islands);
  EXPECT_EQ(ids.size(), 7 * kRanks * kOptions.islands * kOptions.proposals);
  EXPECT_NE(standing[0], standing[1]);
}

TEST_F(SharedSearch, GoesOnAsIfNothingHadBeen) {
  const Standing whole = run("whole.db", 9);
  for (const std::uint64_t first : {1U, 4U, 5U}) {
    const std::string name = std::to_string(first) + ".db";
    static_cast<void>(run(name, first));
    EXPECT_EQ(run(name, 9), whole) << first;
    EXPECT_EQ(kept(name), kept("whole.db")) << first;
  }
}

TEST_F(SharedSearch, TheBestTravelToTheNextRank) {
  const Standing standing = run("a.db", 8);
  std::map<std::string, std::int64_t> ids;
  for (const Program& program : ProgramDatabase(folder_.path("a.db")).programs()) {
    ids.emplace(formula::to_infix(program.proposal.formula), program.id);
  }
  for (std::size_t rank = 0; rank < kRanks; ++rank) {
    std::set<std::size_t> homes;
    for (const std::string& text : standing[rank]) {
      homes.insert(static_cast<std::size_t>(ids.at(text) - 1) % kRanks);
    }
    EXPECT_TRUE(homes.contains(rank));
    EXPECT_TRUE(homes.contains((rank + kRanks - 1) % kRanks)) << rank;
  }
}

TEST_F(SharedSearch, AStopOfOneEndsAllAfterTheSameGeneration) {
  std::vector<std::uint64_t> generations(kRanks);
  ThreadRanks::run(kRanks, [&](Ranks& ranks) {
    std::stop_source stop;
    if (ranks.rank() == 1) stop.request_stop();
    ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, 5, nullptr, 0, &ranks);
    generations[ranks.rank()] =
        run_search(search, Distance(), Executor(1), {.ranks = &ranks}, nullptr, stop.get_token())
            .generations;
  });
  EXPECT_EQ(generations, std::vector<std::uint64_t>(kRanks, 0));
}

TEST_F(SharedSearch, ADatabaseOfAnotherNumberOfProcessesIsRefused) {
  static_cast<void>(run("a.db", 2));
  ProgramDatabase database(folder_.path("a.db"));
  ThreadRanks::Meeting meeting(1);
  ThreadRanks alone(meeting, 0);
  try {
    SharedPrograms programs(alone, &database);
    ADD_FAILURE() << "not refused";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("3 processes, not of 1"), std::string::npos)
        << error.what();
  }
  ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, 5, &database);
  const DriverOptions driver{.budget = {.generations = 3}, .resume = true, .store = &database};
  EXPECT_THROW(static_cast<void>(run_search(search, Distance(), Executor(1), driver)), ParseError);
}

}  // namespace
}  // namespace neuronsmith::search::evolution
