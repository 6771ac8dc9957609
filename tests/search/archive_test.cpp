#include "neuronsmith/search/archive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <set>

#include "neuronsmith/core/random.hpp"

namespace neuronsmith::search {
namespace {

Candidate candidate(double error, double complexity, double criterion) {
  return {formula::Formula::literal(error), {error, complexity, criterion}};
}

TEST(Archive, FrontHoldsExactlyTheUndominated) {
  Random random(4, Purpose::Test);
  Archive archive;
  std::vector<Candidate> all;
  for (int i = 0; i < 500; ++i) {
    all.push_back(candidate(random.uniform(), static_cast<double>(random.below(20)), 0.0));
    archive.add(all.back());
  }
  std::size_t undominated = 0;
  for (const Candidate& a : all) {
    bool dominated = false;
    for (const Candidate& b : all) {
      dominated |= b.score.error <= a.score.error && b.score.complexity <= a.score.complexity &&
                   (b.score.error < a.score.error || b.score.complexity < a.score.complexity);
    }
    if (!dominated) ++undominated;
  }
  EXPECT_EQ(archive.front().size(), undominated);
  for (std::size_t i = 1; i < archive.front().size(); ++i) {
    EXPECT_GT(archive.front()[i].score.complexity, archive.front()[i - 1].score.complexity);
    EXPECT_LT(archive.front()[i].score.error, archive.front()[i - 1].score.error);
  }
}

TEST(Archive, OfNetworksTheFrontIsAlsoOverLossWithinTheDistributionAndCost) {
  Random random(6, Purpose::Test);
  Archive archive;
  std::vector<Candidate> all;
  const auto few = [&] { return static_cast<double>(random.below(30)); };
  for (int i = 0; i < 300; ++i) {
    all.push_back(candidate(few(), few(), 0.0));
    all.back().score.trials = TrialSummary{.test = few(), .cost = few()};
    archive.add(all.back());
  }
  const auto values = [](const Candidate& c) {
    return std::array{
        c.score.error, c.score.complexity, c.score.trials->test, c.score.trials->cost};
  };
  std::set<std::array<double, 4>> undominated;
  for (const Candidate& a : all) {
    const bool dominated = std::ranges::any_of(all, [&](const Candidate& b) {
      const auto x = values(a);
      const auto y = values(b);
      return x != y && std::ranges::equal(y, x, std::less_equal());
    });
    if (!dominated) undominated.insert(values(a));
  }
  std::set<std::array<double, 4>> front;
  for (const Candidate& c : archive.front()) front.insert(values(c));
  EXPECT_EQ(front, undominated);
  EXPECT_EQ(archive.front().size(), undominated.size()) << "none twice";
  EXPECT_GT(front.size(), 3U);
}

TEST(Archive, CandidatesAreReadAsTheyWereWrittenInfinitiesToo) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Candidate one{formula::Formula::input(formula::Shape::Scalar), {0.5, 2.0, kInfinity}};
  one.score.trials =
      TrialSummary{.low = 0.0, .high = kInfinity, .test = kInfinity, .cost = 3, .trainings = 2};
  const Candidate read = candidate_from_json(Json::parse(to_json(one).dump()), "text");
  EXPECT_EQ(read.formula, one.formula);
  EXPECT_EQ(read.score, one.score);
}

TEST(Archive, BestByCriterionNeedNotStandOnTheFront) {
  Archive archive;
  archive.add(candidate(0.1, 5, 10.0));
  archive.add(candidate(0.2, 6, 3.0));
  EXPECT_EQ(archive.front().size(), 1u);
  EXPECT_EQ(archive.best()->score.error, 0.2);
}

TEST(Archive, OfEqualCriteriaTheLeastErrorIsBest) {
  Archive archive;
  archive.add(candidate(0.2, 5, 3.0));
  archive.add(candidate(0.1, 5, 3.0));
  EXPECT_EQ(archive.best()->score.error, 0.1);
  EXPECT_FALSE(archive.add(candidate(0.1, 5, 3.0)));
}

TEST(Archive, WantsTellsWhatAddReturns) {
  Random random(5, Purpose::Test);
  Archive archive;
  for (int i = 0; i < 300; ++i) {
    const Candidate next = candidate(random.uniform(),
                                     static_cast<double>(random.below(9)),
                                     static_cast<double>(random.below(9)));
    const bool wanted = archive.wants(next.score);
    EXPECT_EQ(archive.add(next), wanted);
  }
}

TEST(Archive, InvalidCandidatesAreIgnored) {
  Archive archive;
  EXPECT_FALSE(archive.add({formula::Formula::literal(1), {}}));
  EXPECT_FALSE(archive.best());
}

}  // namespace
}  // namespace neuronsmith::search
