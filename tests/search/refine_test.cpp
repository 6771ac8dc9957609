#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/fit_objective.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;
using formula::Op;

constexpr std::size_t kRows = 500;
constexpr std::size_t kFeatures = 3;

FeatureMatrix normal_rows(std::uint64_t seed) {
  FeatureMatrix features(kRows, kFeatures);
  Random random(seed, Purpose::Test);
  for (std::size_t j = 0; j < kFeatures; ++j) {
    for (float& value : features.column(j)) value = static_cast<float>(random.normal());
  }
  return features;
}

/// One value a row from its coordinates.
template <typename Law>
std::vector<float> targets(const FeatureMatrix& features, const Law& law) {
  std::vector<float> y;
  for (std::size_t i = 0; i < features.n_rows(); ++i) {
    y.push_back(static_cast<float>(
        law(features.column(0)[i], features.column(1)[i], features.column(2)[i])));
  }
  return y;
}

Formula vector_formula(const std::string& text) {
  return formula::parse_or_throw(text, formula::Shape::Vector, "test");
}

double error_of(const std::string& text,
                const FeatureMatrix& features,
                const std::vector<float>& target,
                int iterations) {
  const FitObjective objective({features.view(), {target}}, {.refine = iterations});
  return objective.score_one(vector_formula(text)).error;
}

TEST(Refine, ALiteralInsideAFunctionIsFound) {
  const FeatureMatrix features = normal_rows(1);
  const auto y = targets(features, [](double a, double b, double c) {
    return 4.0 * (std::sin(2.3 * a) + std::sin(2.3 * b) + std::sin(2.3 * c)) - 1.0;
  });
  EXPECT_GT(error_of("sin(2*x)", features, y, 0), 0.05);
  EXPECT_LT(error_of("sin(2*x)", features, y, 30), 1e-6);

  const FitObjective objective({features.view(), {y}}, {.refine = 30});
  const Formula fitted = objective.fitted(vector_formula("sin(2*x)"));
  double inside = 0.0;
  for (std::size_t i = 0; i + 1 < fitted.size(); ++i) {
    if (fitted.nodes()[i].op == Op::Literal && std::abs(fitted.nodes()[i].value - 2.3) < 0.01) {
      inside = fitted.nodes()[i].value;
    }
  }
  EXPECT_NEAR(inside, 2.3, 1e-3);
}

TEST(Refine, WeightVectorsAreFoundAlsoWithoutBeingAskedFor) {
  const FeatureMatrix features = normal_rows(2);
  const auto y = targets(features, [](double a, double b, double c) {
    const double projection = 0.5 * a - 1.5 * b + c;
    return projection * projection + 3.0;
  });
  EXPECT_LT(error_of("dot(w0, x)*dot(w0, x)", features, y, 0), 1e-4);
  EXPECT_LT(error_of("dot(w0, x)*dot(w1, x)", features, y, 60), 1e-4);
}

TEST(Refine, NeverMakesAScoreWorseAndLeavesPolynomialsAlone) {
  const FeatureMatrix features = normal_rows(3);
  const auto y =
      targets(features, [](double a, double b, double c) { return a * a + b + 0.3 * c; });
  for (const char* text :
       {"tanh(3*x)", "exp(-0.5*x^2)", "x^2 + sin(1.2*x + 0.4)", "relu(x - 0.7)"}) {
    EXPECT_LE(error_of(text, features, y, 20), error_of(text, features, y, 0) * (1.0 + 1e-9))
        << text;
  }
  EXPECT_EQ(error_of("x^2 + x", features, y, 20), error_of("x^2 + x", features, y, 0));
}

TEST(Refine, AStartThatIsNotFiniteStaysInvalid) {
  const FeatureMatrix features = normal_rows(4);
  const auto y = targets(features, [](double a, double, double) { return a; });
  EXPECT_FALSE(std::isfinite(error_of("log(x - 50)", features, y, 20)));
}

TEST(Refine, ASearchWithWeightLeavesFindsAnInteraction) {
  const FeatureMatrix features = normal_rows(6);
  const auto y =
      targets(features, [](double a, double b, double c) { return (a - b) * (0.5 * b + c); });
  const FitObjective objective({features.view(), {y}}, {});
  const GeneticOptions options{.population = 60,
                               .tournament = 5,
                               .init_depth_low = 1,
                               .init_depth_high = 3,
                               .leaf_input = 0.5,
                               .weights = 2,
                               .functions = {Op::Add, Op::Mul, Op::Dot}};
  GeneticSearch strategy(options, formula::Shape::Vector, 1);
  const Discovery found =
      run_search(strategy, objective, Executor(2), {.budget = {.generations = 12}});
  ASSERT_TRUE(found.archive.best());
  EXPECT_LT(found.archive.best()->score.error, 1e-3);
  EXPECT_TRUE(found.archive.best()->formula.uses(Op::Weight));
}

TEST(Refine, EveryTargetCounts) {
  const FeatureMatrix features = normal_rows(5);
  const auto one = targets(features, [](double a, double b, double c) {
    return std::cos(1.7 * a) + std::cos(1.7 * b) + std::cos(1.7 * c);
  });
  std::vector<float> other;
  for (const float value : one) other.push_back(-2.0F * value + 1.0F);
  const FitObjective objective({features.view(), {one, other}}, {.refine = 30});
  EXPECT_LT(objective.score_one(vector_formula("cos(1.4*x)")).error, 1e-6);
}

}  // namespace
}  // namespace neuronsmith::search
