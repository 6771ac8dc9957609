#include <gtest/gtest.h>

#include <limits>

#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"
#include "neuronsmith/search/recipe.hpp"
#include "tests/search/samples.hpp"

namespace neuronsmith::search {
namespace {

using formula::Shape;

constexpr std::uint64_t kSeeds = testing::kSanitized ? 1 : 5;
constexpr int kLaws = testing::kSanitized ? 2 : kLawCount;
constexpr int kRandomLaws = testing::kSanitized ? 2 : 60;
/// What the command line leaves for the search of 600 rows.
constexpr std::size_t kRowsOfSearch = 480;
constexpr double kMostSeconds = testing::kSanitized ? 60.0 : 2.0;

/// Exponents as bits: the key of a fitted polynomial.
std::uint64_t exponents_of(int law_number) {
  std::uint64_t exponents = 0;
  for (const PowerSum& sum : law(law_number)) exponents |= std::uint64_t{1} << sum.exponent;
  return exponents;
}

/// Searches 80 generations by the default recipe.
std::uint64_t searched(const FitObjective& objective, std::uint64_t seed) {
  const Recipe recipe = find_recipe("vsr");
  GeneticSearch strategy(recipe.genetic, Shape::Vector, seed);
  DriverOptions options;
  options.budget.generations = recipe.generations;
  const Discovery found = run_search(strategy, objective, Executor(2), options);
  EXPECT_LT(found.seconds, kMostSeconds);
  return objective.key(found.archive.best()->formula);
}

/// The best by the same criterion of all 127 sets of exponents 1 to 7; of equal criteria (errors
/// below the rounding of y) the least error.
std::uint64_t exhaustive(const FitObjective& objective) {
  Score best;
  std::uint64_t exponents = 0;
  for (std::uint32_t set = 2; set < 256; set += 2) {
    const Score score = objective.score_one(testing::power_sum(set));
    if (std::pair(score.criterion, score.error) >= std::pair(best.criterion, best.error)) continue;
    best = score;
    exponents = set;
  }
  return exponents;
}

struct Tally {
  int runs = 0;
  int exact = 0;          ///< the search found the law's exponents
  int as_exhaustive = 0;  ///< the search found what the exhaustive search finds
};

Tally recover_laws(double noise, double range, std::size_t n_rows) {
  Tally tally;
  for (int number = 1; number <= kLaws; ++number) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const testing::Sample sample = testing::law_sample({.law = number,
                                                          .noise = noise,
                                                          .range = range,
                                                          .rows = 600,
                                                          .features = 10,
                                                          .seed = seed},
                                                         n_rows);
      const FitObjective objective(sample.data(), find_recipe("vsr").fit);
      const std::uint64_t found = searched(objective, seed);
      ++tally.runs;
      tally.exact += found == exponents_of(number) ? 1 : 0;
      tally.as_exhaustive += found == exhaustive(objective) ? 1 : 0;
    }
  }
  return tally;
}

void expect_exact(double noise, double range, std::size_t n_rows) {
  const Tally tally = recover_laws(noise, range, n_rows);
  EXPECT_EQ(tally.exact, tally.runs);
  EXPECT_EQ(tally.as_exhaustive, tally.runs);
}

/// At least 98 %.
void expect_as_exhaustive(const Tally& tally) {
  EXPECT_GE(100 * tally.as_exhaustive, 98 * tally.runs)
      << tally.as_exhaustive << " of " << tally.runs;
}

TEST(LawRecovery, ExactWithoutNoiseOnThePublishedRange) { expect_exact(0.0, 50.0, 600); }
TEST(LawRecovery, ExactWithoutNoiseOnTheRowsOfTheCommandLine) {
  expect_exact(0.0, 50.0, kRowsOfSearch);
}
TEST(LawRecovery, ExactWithoutNoise) { expect_exact(0.0, 1.5, kRowsOfSearch); }
TEST(LawRecovery, ExactAtLowNoise) { expect_exact(0.05, 1.5, 600); }
TEST(LawRecovery, AsExhaustiveAtMediumNoise) {
  expect_as_exhaustive(recover_laws(0.15, 1.5, kRowsOfSearch));
}
TEST(LawRecovery, AsExhaustiveAtHighNoise) {
  expect_as_exhaustive(recover_laws(0.30, 1.5, kRowsOfSearch));
}

/// 2 to 4 of the exponents 1 to 7, coefficients 1 to 6.
testing::Sample random_law(double noise, double range, Random& random) {
  std::array<double, 8> coefficients{};
  const std::size_t n_terms = 2 + random.below(3);
  for (std::size_t i = 0; i < n_terms; ++i) {  // an exponent drawn twice is one term
    coefficients[1 + random.below(7)] = 1.0 + static_cast<double>(random.below(6));
  }
  testing::Sample sample(kRowsOfSearch, 10);
  std::vector<double> y(kRowsOfSearch);
  double squares = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t j = 0; j < 10; ++j) {
      float& x = sample.x.column(j)[i];
      x = static_cast<float>(random.uniform(-range, range));
      for (std::size_t k = 1; k < 8; ++k) {
        y[i] += coefficients[k] * std::pow(static_cast<double>(x), static_cast<double>(k));
      }
    }
    squares += y[i] * y[i] / static_cast<double>(y.size());
  }
  sample.set_target(
      0, [&](std::size_t i) { return y[i] + noise * std::sqrt(squares) * random.normal(); });
  return sample;
}

void expect_random_laws_as_exhaustive(double noise, double range, std::uint32_t stream) {
  Random random(1, Purpose::Test, stream);
  Tally tally;
  for (int i = 0; i < kRandomLaws; ++i) {
    const testing::Sample sample = random_law(noise, range, random);
    const FitObjective objective(sample.data(), find_recipe("vsr").fit);
    ++tally.runs;
    tally.as_exhaustive +=
        searched(objective, static_cast<std::uint64_t>(i)) == exhaustive(objective) ? 1 : 0;
  }
  expect_as_exhaustive(tally);
}

TEST(LawRecovery, RandomLawsWithoutNoise) { expect_random_laws_as_exhaustive(0.0, 1.5, 1); }
TEST(LawRecovery, RandomLawsAtLowNoise) { expect_random_laws_as_exhaustive(0.05, 1.5, 2); }
TEST(LawRecovery, RandomLawsWithoutNoiseOnAWideRange) {
  expect_random_laws_as_exhaustive(0.0, 50.0, 3);
}
TEST(LawRecovery, RandomLawsAtLowNoiseOnAWideRange) {
  expect_random_laws_as_exhaustive(0.05, 50.0, 4);
}

}  // namespace
}  // namespace neuronsmith::search
