#include "neuronsmith/neuron/baselines.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/neuron/library.hpp"
#include "neuronsmith/neuron/lookup.hpp"

namespace neuronsmith::neuron {
namespace {

using Function = std::function<double(double)>;

std::vector<float> grid() {
  std::vector<float> x;
  for (int i = -1200; i <= 1200; ++i) x.push_back(static_cast<float>(i) / 300.0F + 1e-4F);
  for (const float far : {50.0F, 1e4F, 1e18F}) x.insert(x.end(), {far, -far});
  return x;
}

/// Every phi of `aggregation` is expected[t].
void expect_basis(const Aggregation& aggregation, const std::vector<Function>& expected) {
  ASSERT_EQ(aggregation.terms.size(), expected.size());
  const std::vector<float> x = grid();
  std::vector<float> y(x.size());
  for (std::size_t t = 0; t < expected.size(); ++t) {
    ASSERT_TRUE(aggregation.terms[t].is_pure());
    const formula::Formula& phi = aggregation.terms[t].factors[0];
    formula::ElementwiseFunction(phi).evaluate(x, y);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double value = expected[t](x[i]);
      ASSERT_NEAR(y[i], value, 3e-6 * (1.0 + std::abs(value))) << to_infix(phi) << " at " << x[i];
    }
  }
}

double silu(double x) { return x / (1.0 + std::exp(-x)); }

/// The recursion of Cox and de Boor: the i-th spline of order `p` on `knots`.
double spline(const std::vector<double>& knots, std::size_t i, std::size_t p, double x) {
  if (p == 0) return knots[i] <= x && x < knots[i + 1] ? 1.0 : 0.0;
  const double rising = (x - knots[i]) / (knots[i + p] - knots[i]);
  const double falling = (knots[i + p + 1] - x) / (knots[i + p + 1] - knots[i + 1]);
  return rising * spline(knots, i, p - 1, x) + falling * spline(knots, i + 1, p - 1, x);
}

std::vector<Function> splines(const SplineGrid& grid) {
  const double width = (grid.high - grid.low) / static_cast<double>(grid.intervals);
  std::vector<double> knots;
  for (std::size_t k = 0; k <= grid.intervals + 2 * grid.order; ++k) {
    knots.push_back(grid.low + (static_cast<double>(k) - static_cast<double>(grid.order)) * width);
  }
  std::vector<Function> expected{silu};
  for (std::size_t i = 0; i < grid.intervals + grid.order; ++i) {
    expected.emplace_back([=](double x) { return spline(knots, i, grid.order, x); });
  }
  return expected;
}

TEST(Baselines, SplinesAreThoseOfCoxAndDeBoor) {
  const Aggregation published = kan_aggregation();
  EXPECT_EQ(published.terms.size(), 9u);
  expect_basis(published, splines({}));
  for (const std::size_t order : {1u, 2u, 4u, 5u}) {
    SCOPED_TRACE(order);
    const SplineGrid grid{.intervals = 4, .order = order, .low = -2.0, .high = 1.0};
    expect_basis(kan_aggregation(grid), splines(grid));
  }
}

TEST(Baselines, SplinesSumToOneWithinTheGridAndToZeroBeyondItsExtension) {
  const Aggregation aggregation = kan_aggregation();
  const std::vector<float> x = {-2.3F, -1.0F, -0.77F, 0.0F, 0.2F, 0.999F, 1.0F, 2.3F};
  std::vector<float> sum(x.size(), 0.0F);
  std::vector<float> y(x.size());
  for (std::size_t t = 1; t < aggregation.terms.size(); ++t) {
    formula::ElementwiseFunction(aggregation.terms[t].factors[0]).evaluate(x, y);
    for (std::size_t i = 0; i < x.size(); ++i) sum[i] += y[i];
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(sum[i], std::abs(x[i]) <= 1.0F ? 1.0 : 0.0, 1e-6) << x[i];
  }
}

TEST(Baselines, ChebyshevPolynomialsAreCosinesOfMultiplesOfAnAngle) {
  for (const std::size_t degree : {4u, 9u}) {
    std::vector<Function> expected;
    for (std::size_t k = 1; k <= degree; ++k) {
      expected.emplace_back(
          [k](double x) { return std::cos(static_cast<double>(k) * std::acos(std::tanh(x))); });
    }
    const Aggregation aggregation = chebykan_aggregation(degree);
    // float32 holds 1 - tanh x to 6e-8, and T_k has slope k^2 at 1.
    if (degree == 4) expect_basis(aggregation, expected);
    EXPECT_EQ(aggregation.terms.size(), degree);
  }
}

TEST(Baselines, FourierFunctionsAndRadialFunctions) {
  std::vector<Function> waves;
  for (int k = 1; k <= 5; ++k) {
    waves.emplace_back([k](double x) { return std::cos(k * x); });
    waves.emplace_back([k](double x) { return std::sin(k * x); });
  }
  const Aggregation fourier = fourierkan_aggregation();
  ASSERT_EQ(fourier.terms.size(), waves.size());
  const std::vector<float> x = {-3.0F, -1.2F, -0.3F, 0.0F, 0.7F, 2.9F};
  std::vector<float> y(x.size());
  for (std::size_t t = 0; t < waves.size(); ++t) {
    formula::ElementwiseFunction(fourier.terms[t].factors[0]).evaluate(x, y);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(y[i], waves[t](x[i]), 1e-6);
  }

  std::vector<Function> bells{silu};
  for (int i = 0; i < 8; ++i) {
    const double centre = -2.0 + i * 4.0 / 7.0;
    bells.emplace_back([centre](double v) {
      const double distance = (v - centre) / (4.0 / 7.0);
      return std::exp(-distance * distance);
    });
  }
  expect_basis(fastkan_aggregation(), bells);
}

TEST(Baselines, GridsOutOfRangeAreRefused) {
  EXPECT_THROW(static_cast<void>(kan_aggregation({.intervals = 0})), InternalError);
  EXPECT_THROW(static_cast<void>(kan_aggregation({.order = 0})), InternalError);
  EXPECT_THROW(static_cast<void>(kan_aggregation({.low = 1.0, .high = 1.0})), InternalError);
  EXPECT_THROW(static_cast<void>(chebykan_aggregation(0)), InternalError);
  EXPECT_THROW(static_cast<void>(fourierkan_aggregation(0)), InternalError);
  EXPECT_THROW(static_cast<void>(fastkan_aggregation({.centres = 1})), InternalError);
}

TEST(Baselines, AreNeuronsByNameThatSurviveAFile) {
  for (const Baseline& baseline : library_baselines()) {
    const std::string name(baseline.name);
    const Neuron neuron = resolve_neuron(name);
    EXPECT_EQ(neuron.name, name);
    EXPECT_EQ(to_infix(neuron.activation.value().formula), "x");
    EXPECT_FALSE(has_own_activation(neuron));
    EXPECT_FALSE(baseline.source.empty() || baseline.notes.empty());
    const Neuron again = neuron_from_json(to_json(neuron), "test");
    EXPECT_EQ(to_json(again), to_json(neuron));
    for (std::size_t t = 0; t < neuron.aggregation.terms.size(); ++t) {
      EXPECT_EQ(again.aggregation.terms[t].factors, neuron.aggregation.terms[t].factors);
    }
    EXPECT_TRUE(is_shipped(name));
    EXPECT_THROW(static_cast<void>(resolve_activation(name)), ConfigError);
  }
}

TEST(Baselines, TheFormulaIsTheSumOfTheTerms) {
  const Neuron neuron = resolve_neuron("chebykan");
  const auto terms = std::get<Aggregation>(to_aggregation(neuron.formula)).terms;
  // Expanded, T_1 ... T_4 are powers of tanh(x).
  EXPECT_EQ(terms.size(), 4u);
  EXPECT_EQ(resolve_neuron("fourierkan").formula.shape(), formula::Shape::Vector);
  EXPECT_EQ(
      std::get<Aggregation>(to_aggregation(resolve_neuron("fourierkan").formula)).terms.size(),
      10u);
}

TEST(OwnActivation, IsAbsentWhereTheIdentityFollowsAnAggregation) {
  EXPECT_TRUE(has_own_activation(resolve_neuron("relu")));
  EXPECT_TRUE(has_own_activation(resolve_neuron("identity")));
  EXPECT_FALSE(has_own_activation(resolve_neuron("linear")));
  Neuron cubic = make_neuron(formula::parse_or_throw("x^3", formula::Shape::Vector, "t"), "t");
  cubic.activation = resolve_activation("identity");
  EXPECT_FALSE(has_own_activation(cubic));
  cubic.activation = resolve_activation("tanh");
  EXPECT_TRUE(has_own_activation(cubic));
}

}  // namespace
}  // namespace neuronsmith::neuron
