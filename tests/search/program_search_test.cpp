#include "neuronsmith/search/evolution/program_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/evolution/program_database.hpp"
#include "neuronsmith/search/evolution/shape_cell.hpp"
#include "neuronsmith/search/recipe.hpp"
#include "search/evolution_samples.hpp"
#include "support/files.hpp"

namespace neuronsmith::search::evolution {
namespace {

using formula::Formula;
using formula::Op;
using testing::Distance;
using testing::grammar;
using testing::scalar;

class Evolution : public ::testing::Test {
 protected:
  static constexpr EvolutionOptions kOptions{
      .islands = 3, .proposals = 8, .migration_generations = 4};

  [[nodiscard]] static Discovery run(ProgramSearch& search,
                                     std::uint64_t generations,
                                     ProgramDatabase* database = nullptr,
                                     std::size_t threads = 1) {
    DriverOptions driver{
        .budget = {.generations = generations}, .resume = database != nullptr, .store = database};
    return run_search(search, Distance(), Executor(threads), driver);
  }
  [[nodiscard]] static std::vector<std::string> texts(const ProgramSearch& search) {
    std::vector<std::string> result;
    for (const Candidate& c : search.standing()) result.push_back(formula::to_infix(c.formula));
    return result;
  }

  neuronsmith::testing::TemporaryFolder folder_;
};

TEST_F(Evolution, ComesNearerToALawThanAsManyFormulasDrawnAtRandom) {
  constexpr std::uint64_t kGenerations = 100;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, seed);
    const double evolved = run(search, kGenerations).archive.best()->score.error;
    const GeneticOptions options = grammar();
    const RandomFormula fresh(options, formula::Shape::Scalar);
    Random random(seed, Purpose::Test);
    std::vector<Formula> drawn;
    while (drawn.size() < kGenerations * kOptions.islands * kOptions.proposals) {
      drawn.push_back(fresh.half_and_half(random));
    }
    const auto scores = Distance().score(drawn, Executor(1));
    const double best = std::ranges::min(scores, {}, &Score::error).error;
    EXPECT_LT(evolved, 0.8 * best) << seed;
  }
}

TEST_F(Evolution, ProposesNothingTwiceAndNothingWithoutX) {
  ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, 4);
  std::set<std::uint64_t> seen;
  for (int generation = 0; generation < 20; ++generation) {
    const std::vector<Formula> asked = search.ask();
    for (const Formula& f : asked) {
      EXPECT_TRUE(seen.insert(f.hash()).second) << formula::to_infix(f);
      EXPECT_TRUE(f.uses(Op::Input));
      EXPECT_LE(f.size(), 14U);
      EXPECT_LE(f.depth(), grammar().max_depth);
    }
    search.tell(asked, Distance().score(asked, Executor(1)));
  }
}

TEST_F(Evolution, TheSameSeedGivesTheSameElitesWhateverTheThreads) {
  ProgramSearch one(kOptions, grammar(), formula::Shape::Scalar, 7);
  ProgramSearch two(kOptions, grammar(), formula::Shape::Scalar, 7);
  ProgramSearch other(kOptions, grammar(), formula::Shape::Scalar, 8);
  static_cast<void>(run(one, 12, nullptr, 1));
  static_cast<void>(run(two, 12, nullptr, 3));
  static_cast<void>(run(other, 12));
  EXPECT_EQ(texts(one), texts(two));
  EXPECT_NE(texts(one), texts(other));
}

TEST_F(Evolution, GoesOnFromTheDatabaseAsIfNothingHadBeen) {
  ProgramSearch whole(kOptions, grammar(), formula::Shape::Scalar, 5);
  const Discovery expected = run(whole, 13);
  for (const std::uint64_t first : {1U, 4U, 7U}) {
    const std::string path = folder_.path(std::to_string(first) + ".db");
    {
      ProgramDatabase database(path);
      ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, 5, &database);
      static_cast<void>(run(search, first, &database));
      static_cast<void>(search.ask());  // a generation that was asked for and never told
    }
    ProgramDatabase database(path);
    ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, 5, &database);
    const Discovery resumed = run(search, 13, &database);
    EXPECT_EQ(texts(search), texts(whole)) << first;
    EXPECT_EQ(resumed.candidates, expected.candidates);
    EXPECT_EQ(resumed.archive.best()->score, expected.archive.best()->score);
    EXPECT_EQ(database.programs().size(), expected.candidates);
  }
}

TEST_F(Evolution, SearchesWithIslandsOfTheirOwnShareADatabase) {
  const neuronsmith::testing::TemporaryFolder folder;
  const auto texts_of = [](bool shared, ProgramDatabase& database, std::uint64_t generations) {
    ProgramSearch first(kOptions, grammar(), formula::Shape::Scalar, 5, &database);
    ProgramSearch second(kOptions, grammar(), formula::Shape::Scalar, 6, &database, 3);
    if (database.has_state()) {
      const Json state = database.read_state();
      first.load(state["first"], "test");
      if (shared) second.load(state["second"], "test");
    }
    for (std::uint64_t g = 0; g < generations; ++g) {
      for (ProgramSearch* search : {&first, &second}) {
        if (!shared && search == &second) continue;
        std::vector<Formula> asked = search->ask();
        const std::vector<Score> scores = Distance().score(asked, Executor(1));
        search->tell(std::move(asked), scores);
        database.write_state({{"first", first.save()}, {"second", second.save()}});
      }
    }
    return std::pair(texts(first), texts(second));
  };
  ProgramDatabase together(folder.path("together.db"));
  ProgramDatabase alone(folder.path("alone.db"));
  ProgramDatabase torn(folder.path("torn.db"));
  const auto both = texts_of(true, together, 6);
  EXPECT_EQ(both.first, texts_of(false, alone, 6).first) << "the other does not disturb it";
  EXPECT_NE(both.first, both.second);
  static_cast<void>(texts_of(true, torn, 3));
  EXPECT_EQ(texts_of(true, torn, 3), both) << "gone on with";
}

TEST_F(Evolution, SeedsAreAskedForOnceAndLeadTheFirstGeneration) {
  ProgramSearch search({.islands = 2, .proposals = 1}, grammar(), formula::Shape::Scalar, 5);
  search.begin_with({scalar("tanh(x)"), scalar("tanh(x)")});
  const std::vector<Formula> first = search.ask();
  ASSERT_EQ(first.size(), 3U) << "the seed once, and one formula an island";
  EXPECT_EQ(formula::to_infix(first[0]), "tanh(x)");
}

/// Proposes the formulas of its list in turn, so many at once, and keeps what it was asked.
class Script final : public Proposer {
 public:
  explicit Script(std::vector<std::string> texts, std::size_t at_once = 1)
      : texts_(std::move(texts)), at_once_(at_once) {}

  [[nodiscard]] Proposed propose(const ProposalRequest& request, std::stop_token) override {
    requests.push_back(request);
    Proposed proposed{.formulas = {}, .log = {{request.generation, "refusal", "a test"}}};
    for (std::size_t i = 0; i < at_once_ && !texts_.empty(); ++i) {
      proposed.formulas.push_back(scalar(texts_[next_++ % texts_.size()]));
    }
    return proposed;
  }

  std::vector<ProposalRequest> requests;

 private:
  std::vector<std::string> texts_;
  std::size_t at_once_;
  std::size_t next_ = 0;
};

TEST_F(Evolution, AProposerWithoutAnswersChangesNothing) {
  ProgramSearch alone(kOptions, grammar(), formula::Shape::Scalar, 7);
  ProgramSearch advised(kOptions, grammar(), formula::Shape::Scalar, 7);
  Script silent({});
  advised.propose_with(silent, 1.0);
  for (int generation = 0; generation < 8; ++generation) {
    const std::vector<Formula> asked = alone.ask();
    ASSERT_EQ(advised.ask(), asked) << generation;
    const std::vector<Score> scores = Distance().score(asked, Executor(1));
    alone.tell(asked, scores);
    advised.tell(asked, scores);
  }
  EXPECT_EQ(silent.requests.size(), 7U) << "all but the first generation, which has no programs";
}

TEST_F(Evolution, AProposersFormulasAreAtMostItsShareOfTheIslandInTurn) {
  ProgramDatabase database(folder_.path("a.db"));
  ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, 7, &database);
  Script script({"sin(2.3*x) + 0.6*x",
                 "2",
                 "tanh(tanh(tanh(x)))",
                 "sin(x) + sin(2*x) + sin(3*x) + sin(4*x) + sin(5*x)",
                 "sin(2.3*x) + 0.6*x",
                 "tanh(sin(x)) + x",
                 "sin(sin(sin(x)))",
                 "x*tanh(x*2)",
                 "x*sin(x*2)"},
                9);
  search.propose_with(script, 0.5);
  const Discovery found = run(search, 5, &database);
  EXPECT_LT(found.archive.best()->score.error, 0.01) << "the law itself was proposed";
  std::map<std::uint32_t, std::size_t> n_model;
  for (const Program& program : database.programs()) {
    if (program.proposal.origin != Origin::Model) continue;
    ++n_model[program.generation];
    EXPECT_EQ(program.proposal.island, program.generation % 3) << "whose turn it was";
    ASSERT_FALSE(program.proposal.parents.empty());
    EXPECT_EQ(program.proposal.parents.front(),
              script.requests[program.generation - 1].programs.front().id);
  }
  EXPECT_EQ(n_model, (std::map<std::uint32_t, std::size_t>{{1, 4}, {2, 2}}))
      << "half of eight, then what was left over; all are known afterwards";
  EXPECT_EQ(database.count_programs(Origin::Model), 6U);
  ASSERT_EQ(script.requests.size(), 4U);
  for (const ProposalRequest& request : script.requests) {
    EXPECT_EQ(request.wanted, 4U);
    ASSERT_FALSE(request.programs.empty());
    EXPECT_LE(request.programs.size(), 8U);
    std::set<std::size_t> cells;
    for (const Program& program : request.programs) {
      EXPECT_TRUE(cells.insert(cell_of(program.proposal.formula).index()).second);
      EXPECT_GE(program.score.criterion, request.programs.front().score.criterion);
    }
  }
  std::string log;
  for (const LogEntry& entry : database.log()) log += entry.text + "\n";
  for (const char* text : {"a test\n",
                           "not a function of the input: 2\n",
                           "too large: ",
                           "known already: ",
                           "2 more than the 4 wanted\n"}) {
    EXPECT_NE(log.find(text), std::string::npos) << text << " not in\n" << log;
  }
  EXPECT_EQ(database.count_log("refusal"), database.log().size());
  EXPECT_EQ(database.count_log("failure"), 0U);
}

TEST_F(Evolution, ConstantsStayFiniteAndCanBeReadAgain) {
  const std::string path = folder_.path("a.db");
  {
    ProgramDatabase database(path);
    ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, 7, &database);
    search.begin_with({scalar("x + sin(1e-307*x)"), scalar("sin(x) + tanh(1e-309*x)")});
    static_cast<void>(run(search, 12, &database));
  }
  ProgramDatabase database(path);
  std::size_t n_tiny = 0;
  for (const Program& program : database.programs()) {
    for (const formula::Node& node : program.proposal.formula.nodes()) {
      if (node.op != Op::Literal) continue;
      EXPECT_TRUE(std::isfinite(node.value));
      n_tiny += std::abs(node.value) < 1e-300 ? 1 : 0;
    }
  }
  EXPECT_GT(n_tiny, 2U) << "descendants of the seeds";
}

/// Their weights a and b, told by two values of x, give the value at others.
TEST_F(Evolution, BlendsAreWeightedMeansOfTheirParents) {
  EvolutionOptions options = kOptions;
  options.blend = 1.0;
  ProgramDatabase database(folder_.path("a.db"));
  ProgramSearch search(options, grammar(), formula::Shape::Scalar, 3, &database);
  search.begin_with({scalar("sin(x)"), scalar("x^2"), scalar("exp(x)")});
  static_cast<void>(run(search, 4, &database));
  const std::vector<float> x = {-1.0F, 0.3F, 1.2F, 2.0F};
  const auto values_of = [&](const Formula& formula) {
    std::vector<float> y(x.size());
    formula::ElementwiseFunction(formula).evaluate(x, y);
    return y;
  };
  std::map<std::int64_t, Formula> formulas;
  for (const Program& program : database.programs()) {
    formulas.emplace(program.id, program.proposal.formula);
  }
  std::size_t n_told = 0;
  for (const Program& program : database.programs()) {
    if (program.generation == 0) continue;
    ASSERT_EQ(program.proposal.parents.size(), 2U);
    const auto child = values_of(program.proposal.formula);
    const auto f = values_of(formulas.at(program.proposal.parents[0]));
    const auto g = values_of(formulas.at(program.proposal.parents[1]));
    const double determinant = f[0] * g[1] - f[1] * g[0];
    if (!std::isfinite(determinant) || std::abs(determinant) < 0.1) continue;
    const double a = (child[0] * g[1] - child[1] * g[0]) / determinant;
    const double b = (f[0] * child[1] - f[1] * child[0]) / determinant;
    EXPECT_NEAR(a + b, 1.0, 0.02) << formula::to_infix(program.proposal.formula);
    EXPECT_GE(std::min(a, b), -0.01);
    for (const std::size_t i : {2U, 3U}) {
      EXPECT_NEAR(child[i], a * f[i] + b * g[i], 0.01 * (1.0 + std::abs(f[i]) + std::abs(g[i])))
          << formula::to_infix(program.proposal.formula);
    }
    ++n_told;
  }
  EXPECT_GE(n_told, 20U);
}

TEST_F(Evolution, AGenerationUnderWayIsNotAskedForAgain) {
  const std::string path = folder_.path("a.db");
  std::vector<Formula> asked;
  {
    ProgramDatabase database(path);
    ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, 7, &database);
    Script script({"tanh(sin(x)) + x"});
    search.propose_with(script, 0.5);
    static_cast<void>(run(search, 2, &database));
    asked = search.ask();
    EXPECT_EQ(script.requests.size(), 2U);
  }
  ProgramDatabase database(path);
  ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, 7, &database);
  search.load(database.read_state()["strategy"], "test");
  Script script({"sin(sin(sin(x)))"});
  search.propose_with(script, 0.5);
  EXPECT_EQ(search.ask(), asked);
  EXPECT_TRUE(script.requests.empty());
}

TEST_F(Evolution, ADatabaseOfAnotherSearchIsRefused) {
  ProgramDatabase database(folder_.path("a.db"));
  ProgramSearch search(kOptions, grammar(), formula::Shape::Scalar, 5, &database);
  static_cast<void>(run(search, 2, &database));
  DriverOptions driver{.budget = {.generations = 3},
                       .fingerprint = {{"seed", 6}},
                       .resume = true,
                       .store = &database};
  ProgramSearch other(kOptions, grammar(), formula::Shape::Scalar, 6, &database);
  EXPECT_THROW(static_cast<void>(run_search(other, Distance(), Executor(1), driver)), ConfigError);
}

TEST_F(Evolution, OptionsOutOfRangeAreRefusedByName) {
  const auto refused = [](EvolutionOptions options) {
    try {
      options.validate();
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refused({.islands = 0}).find("--islands"), std::string::npos);
  EXPECT_NE(refused({.proposals = 0}).find("--proposals"), std::string::npos);
  EXPECT_NE(refused({.elite = 0.7, .explore = 0.7}).find("--elite-parents"), std::string::npos);
  EXPECT_NE(refused({.blend = -0.1}).find("--blend"), std::string::npos);
  EXPECT_NE(refused({.migration_share = 1.5}).find("--migration-share"), std::string::npos);
}

TEST(ProgramDatabase, KeepsWhatItWasGiven) {
  const neuronsmith::testing::TemporaryFolder folder;
  const std::string path = folder.path("programs.db");
  Program program{.id = 0,
                  .generation = 3,
                  .proposal = {.formula = scalar("1.25*tanh(x) + 0.1*x^2"),
                               .island = 2,
                               .origin = Origin::Crossover,
                               .parents = {-4, 17}},
                  .score = {0.5, 9.0, 0.75, TrialSummary{0.3, 0.8, 0.9, 17.5, 12}}};
  Program unscored = program;
  unscored.score = {};
  constexpr std::uint64_t kKey = 0xFFFFFFFFFFFFFFF0;
  {
    ProgramDatabase database(path);
    EXPECT_FALSE(database.has_state());
    database.put_proposals(3, {program.proposal});
    database.write_state({{"generation", 3}});
    EXPECT_EQ(database.proposals(3).size(), 1U) << "kept, as none of them was scored";
    database.put_trial(kKey, 5, {.test = 0.25, .beyond = HUGE_VAL});
    database.add(program);
    database.add(unscored);
    EXPECT_EQ(program.id, 1);
    EXPECT_EQ(unscored.id, 2) << "numbered in the order of scoring";
    EXPECT_TRUE(database.programs().empty()) << "not before the state is written";
    EXPECT_EQ(database.proposals(3).size(), 1U);
    EXPECT_TRUE(database.proposals(2).empty());
    database.write_state({{"generation", 4}});
    database.log({.generation = 4, .kind = "refusal", .text = "open('/etc/passwd')"});
  }
  const ProgramDatabase database(path);
  EXPECT_EQ(database.read_state(), Json({{"generation", 4}}));
  EXPECT_TRUE(database.proposals(3).empty()) << "forgotten with the generation";
  const std::vector<Program> programs = database.programs();
  ASSERT_EQ(programs.size(), 2U);
  EXPECT_EQ(programs[0].proposal.formula, program.proposal.formula);
  EXPECT_EQ(programs[0].proposal.parents, program.proposal.parents);
  EXPECT_EQ(programs[0].proposal.origin, Origin::Crossover);
  EXPECT_EQ(programs[0].score, program.score);
  EXPECT_FALSE(programs[1].score.is_valid());
  EXPECT_EQ(database.find_trial(kKey, 5), (network::TrialLosses{0.25, HUGE_VAL}));
  EXPECT_FALSE(database.find_trial(kKey, 6));
  EXPECT_EQ(database.log().front().text, "open('/etc/passwd')");
}

TEST(ShapeCell, TellsShapesApart) {
  const auto cell = [](const char* text) { return cell_of(scalar(text)); };
  EXPECT_EQ(cell("tanh(x)").growth, Growth::Bounded);
  EXPECT_EQ(cell("sign(x)*log(1 + abs(x))").growth, Growth::Sublinear);
  EXPECT_EQ(cell("relu(x)").growth, Growth::Linear);
  EXPECT_EQ(cell("0 - relu(0-x)").growth, Growth::Linear);
  EXPECT_EQ(cell("x^2").growth, Growth::Steeper);
  EXPECT_EQ(cell("exp(exp(exp(x)))").growth, Growth::Steeper);
  EXPECT_EQ(cell("x").turns, 0U);
  EXPECT_EQ(cell("abs(x)").turns, 1U);
  EXPECT_EQ(cell("x*sigmoid(x)").turns, 1U);
  EXPECT_EQ(cell("sin(x)").turns, 2U);  // 4 turns
  EXPECT_EQ(cell("sin(3*x)").turns, 3U);
  EXPECT_EQ(cell("x").complexity, 0U);
  EXPECT_EQ(cell("tanh(x)*tanh(x + 1)").complexity, 1U);
  const Formula vector =
      formula::parse_or_throw("sum(x^2) + dot(w0, x)", formula::Shape::Vector, "test");
  EXPECT_EQ(cell_of(vector).growth, Growth::Steeper);
  EXPECT_EQ(cell("x0*x3 - sin(x1)").growth, Growth::Steeper) << "x stands in every column";
  std::set<std::size_t> cells;
  for (const char* text : {"x", "x^2", "abs(x)", "sin(x)", "tanh(x)", "x*tanh(x) + sin(3*x)"}) {
    const std::size_t index = cell(text).index();
    EXPECT_LT(index, ShapeCell::kCells);
    EXPECT_TRUE(cells.insert(index).second) << text;
  }
}

}  // namespace
}  // namespace neuronsmith::search::evolution
