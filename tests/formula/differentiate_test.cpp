// Derivatives against central difference quotients of the float64 oracle.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/internal/plan.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "tests/formula/oracle.hpp"
#include "tests/formula/random_formulas.hpp"

namespace neuronsmith::formula {
namespace {

using testing::Grammar;
using testing::Oracle;
using testing::Sample;

constexpr std::size_t kParameters = 3;
constexpr std::size_t kWeights = 2;

/// Rows, numbers and adjoints for a formula of whatever kind.
struct Case {
  std::size_t n_rows;
  std::size_t n_features;
  std::vector<float> features;
  std::vector<float> parameters;
  std::vector<float> weights;
  std::vector<float> adjoint;

  Case(std::size_t rows, std::size_t columns, Random& random)
      : n_rows(rows),
        n_features(columns),
        features(drawn(rows * columns, random)),
        parameters(drawn(kParameters, random)),
        weights(drawn(kWeights * columns, random)),
        adjoint(drawn(rows, random)) {}

  static std::vector<float> drawn(std::size_t n, Random& random) {
    std::vector<float> values(n);
    for (float& value : values) value = static_cast<float>(random.uniform(-2.0, 2.0));
    return values;
  }

  [[nodiscard]] Inputs inputs() const {
    return {{features.data(), n_rows, n_features, n_rows}, parameters, weights};
  }

  [[nodiscard]] Sample sample(std::size_t row) const {
    Sample sample{.x = {},
                  .parameters = {parameters.begin(), parameters.end()},
                  .weights = {weights.begin(), weights.end()}};
    for (std::size_t j = 0; j < n_features; ++j) {
      sample.x.push_back(static_cast<double>(features[j * n_rows + row]));
    }
    return sample;
  }
};

/// What differentiate() adds to zeros.
struct Result {
  std::vector<float> x;
  std::vector<double> parameters;
  std::vector<double> weights;
};

Result differentiated(const Formula& formula, const Case& c) {
  Result result{{}, std::vector<double>(kParameters), std::vector<double>(c.weights.size())};
  // Scalar x is the first feature, so where x0 is a column of the formula the oracle moves both.
  const bool has_x = formula.input_shape() == Shape::Scalar && !formula.uses(Op::Column);
  if (has_x) result.x.resize(c.n_rows);
  Evaluator(formula).differentiate(
      c.inputs(), c.adjoint, {result.x, result.parameters, result.weights});
  return result;
}

struct Quotient {
  double value = 0.0;
  double scale = 0.0;  ///< sum of the magnitudes of the rows' contributions
};

/// (f(v + h) - f(v - h)) / 2h of one row; empty where the formula is no smooth function there that
/// float32 can follow.
std::optional<double> row_quotient(const Formula& formula,
                                   const Sample& sample,
                                   const std::function<double&(Sample&)>& variable) {
  const auto at = [&](double h) {
    Sample moved = sample;
    variable(moved) += h;
    return Oracle(formula, moved).value();
  };
  const auto quotient = [&](double h) { return (at(h).value - at(-h).value) / (2.0 * h); };
  const auto [value, error] = at(0.0);
  if (!(error < 2e-5 * std::max(1.0, std::abs(value))) || std::abs(value) > 1e3) return {};
  const double fine = quotient(1e-5);
  const double coarse = quotient(4e-5);
  if (!(std::abs(fine - coarse) <= 1e-5 * std::max(1.0, std::abs(fine)))) return {};
  // One-sided quotients that differ tell of a kink.
  const double right = (at(1e-5).value - value) / 1e-5;
  if (!(std::abs(right - fine) <= 1e-2 * std::max(1.0, std::abs(fine)))) return {};
  if (std::abs(fine) > 1e3) return {};
  return fine;
}

std::optional<Quotient> quotient(const Formula& formula,
                                 const Case& c,
                                 const std::function<double&(Sample&)>& variable) {
  Quotient total;
  for (std::size_t row = 0; row < c.n_rows; ++row) {
    const auto of_row = row_quotient(formula, c.sample(row), variable);
    if (!of_row) return {};
    total.value += static_cast<double>(c.adjoint[row]) * *of_row;
    total.scale += std::abs(static_cast<double>(c.adjoint[row]) * *of_row);
  }
  return total;
}

struct Tally {
  std::size_t compared = 0;
  std::size_t rejected = 0;
};

constexpr double kTolerance = 1e-3;  // intermediate derivatives may cancel in float32

void compare(Tally& tally,
             const Formula& formula,
             double derivative,
             const std::optional<Quotient>& expected) {
  if (!expected) return;
  // sqrt(0 * p) is 0 for all p, but the sweep multiplies the infinite slope of sqrt by 0.
  if (std::isnan(derivative) && formula.uses(Op::Sqrt)) return;
  ++tally.compared;
  const double bound = kTolerance * std::max(1.0, expected->scale);
  if (!(std::abs(derivative - expected->value) <= bound)) ++tally.rejected;
}

Tally check(const Formula& formula, const Case& c, const Result& result) {
  Tally tally;
  for (std::size_t row = 0; row < result.x.size(); ++row) {
    const auto of_row =
        row_quotient(formula, c.sample(row), [](Sample& s) -> double& { return s.x[0]; });
    if (!of_row) continue;
    const double value = static_cast<double>(c.adjoint[row]) * *of_row;
    compare(tally, formula, static_cast<double>(result.x[row]), Quotient{value, std::abs(value)});
  }
  for (std::size_t k = 0; k < kParameters; ++k) {
    const auto variable = [k](Sample& s) -> double& { return s.parameters[k]; };
    compare(tally, formula, result.parameters[k], quotient(formula, c, variable));
  }
  for (std::size_t k = 0; k < c.weights.size() && formula.uses(Op::Weight); ++k) {
    const auto variable = [k](Sample& s) -> double& { return s.weights[k]; };
    compare(tally, formula, result.weights[k], quotient(formula, c, variable));
  }
  return tally;
}

Formula parsed(std::string_view text, Shape shape) { return parse_or_throw(text, shape, "test"); }

Tally check(const Formula& formula, std::size_t n_rows, std::size_t n_features, Random& random) {
  const Case c(n_rows, n_features, random);
  return check(formula, c, differentiated(formula, c));
}

TEST(Differentiate, EveryRowOfTheTable) {
  const Formula x = Formula::input(Shape::Scalar);
  const Formula p = Formula::parameter(0);
  const Formula shifted = Formula::apply(Op::Add, Formula::apply(Op::Mul, p, x), p);
  Random random(1, Purpose::Test);
  for (const OperatorInfo& row : operators()) {
    if (row.kind != OpKind::Elementwise) continue;
    std::vector<Formula> formulas;
    if (row.op == Op::PowInt) {
      for (const int k : {-8, -2, 2, 3, 7}) formulas.push_back(Formula::power(shifted, k));
    } else if (row.arity == 1) {
      formulas = {Formula::apply(row.op, x), Formula::apply(row.op, shifted)};
    } else if (row.arity == 3) {
      formulas = {Formula::apply(row.op, x, p, shifted),
                  Formula::apply(row.op, Formula::apply(Op::Less, x, p), shifted, x),
                  Formula::apply(row.op, Formula::apply(Op::Less, shifted, x), p, x)};
    } else {
      formulas = {Formula::apply(row.op, x, p),
                  Formula::apply(row.op, p, x),
                  Formula::apply(row.op, Formula::apply(Op::Exp, x), shifted)};
    }
    for (const Formula& formula : formulas) {
      std::size_t compared = 0;
      for (int trial = 0; trial < 20; ++trial) {
        const Tally tally = check(formula, 1 + static_cast<std::size_t>(trial) % 3, 1, random);
        EXPECT_EQ(tally.rejected, 0U) << to_infix(formula);
        compared += tally.compared;
      }
      EXPECT_GT(compared, 20U) << to_infix(formula);
    }
  }
}

void check_random_formulas(const Grammar& grammar, std::uint32_t stream, std::uint32_t n) {
  std::size_t compared = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    Random random(31, Purpose::Test, stream, i);
    const Formula formula = testing::random_formula(grammar, 1 + static_cast<int>(i % 4), random);
    const bool is_wide = grammar.input_shape == Shape::Vector || grammar.columns;
    const Tally tally = check(formula, 1 + i % 3, is_wide ? 3 + i % 2 : 1, random);
    ASSERT_EQ(tally.rejected, 0U) << "formula " << i << ": " << to_infix(formula);
    compared += tally.compared;
  }
  EXPECT_GT(compared, n);
}

TEST(Differentiate, RandomScalarFormulas) { check_random_formulas({.parameters = true}, 1, 1500); }

TEST(Differentiate, RandomFormulasOfColumns) {
  check_random_formulas({.parameters = true, .columns = true}, 2, 500);
}

TEST(Differentiate, RandomVectorFormulas) {
  const Grammar grammar{
      .input_shape = Shape::Vector, .reductions = true, .parameters = true, .columns = true};
  check_random_formulas(grammar, 3, 1500);
}

TEST(Differentiate, EveryTarget) {
  testing::for_each_target([](const char* target) {
    SCOPED_TRACE(target);
    const Grammar grammar{.input_shape = Shape::Vector, .reductions = true, .parameters = true};
    check_random_formulas(grammar, 4, 150);
  });
}

TEST(Differentiate, TheCheckerRejectsWrongDerivatives) {
  Random random(2, Purpose::Test);
  const Formula formula = parsed("p0*sin(x) + x^2", Shape::Scalar);
  const Case c(6, 1, random);
  Result result = differentiated(formula, c);
  EXPECT_EQ(check(formula, c, result).rejected, 0U);
  EXPECT_EQ(check(formula, c, result).compared, 9U);
  Result wrong = result;
  wrong.x[2] *= 1.01F;
  wrong.x[3] = NAN;
  EXPECT_EQ(check(formula, c, wrong).rejected, 2U);
  wrong = result;
  wrong.parameters[0] += 0.05;
  EXPECT_EQ(check(formula, c, wrong).rejected, 1U);
  EXPECT_GT(check(parsed("p0*cos(x) + x^2", Shape::Scalar), c, result).rejected, 3U);
}

TEST(Differentiate, BodiesWithHoistedScalars) {
  Random random(3, Purpose::Test);
  for (const char* text : {"sum(tanh(w0*x + p0*sum(w1*x)))",
                           "dot(w0, x)*dot(w1, x) + p0",
                           "sum(exp(p0*p1)*x) + sum(w0*w1)",
                           "dot(sin(w0*x)*x0, cos(w1*x) + dot(w0, x))",
                           "sum(p0) + dot(p1, w0) + sum(w1)",
                           "x*w0 + p2*dot(x, x)"}) {
    const Tally tally = check(parsed(text, Shape::Vector), 3, 4, random);
    EXPECT_EQ(tally.rejected, 0U) << text;
    EXPECT_EQ(tally.compared, kParameters + kWeights * 4) << text;
  }
}

TEST(Differentiate, EveryRowCountAndCut) {
  const Formula formula = parsed("x*sigmoid(p0*x) + log(x^2 + 1)*p1 - p2", Shape::Scalar);
  Random random(4, Purpose::Test);
  const Evaluator evaluator(formula);
  for (const std::size_t n : {0, 1, 7, 16, 17, 511, 512, 513, 1300}) {
    const Case c(n, 1, random);
    const Result whole = differentiated(formula, c);
    Result cut{std::vector<float>(n), std::vector<double>(kParameters), {}};
    for (std::size_t first = 0; first < n; first += 101) {
      const std::size_t count = std::min<std::size_t>(101, n - first);
      const Inputs inputs = c.inputs();
      evaluator.differentiate({inputs.features.rows(first, count), inputs.parameters, {}},
                              std::span(c.adjoint).subspan(first, count),
                              {std::span(cut.x).subspan(first, count), cut.parameters, {}});
    }
    EXPECT_EQ(cut.x, whole.x) << n;
    for (std::size_t k = 0; k < kParameters; ++k) {
      EXPECT_NEAR(cut.parameters[k], whole.parameters[k], 1e-11 * (1.0 + static_cast<double>(n)));
    }
  }
}

TEST(Differentiate, AddsToWhatIsThere) {
  Random random(5, Purpose::Test);
  const Formula formula = parsed("p0*x + dot(w0, x)", Shape::Vector);
  const Case c(20, 3, random);
  const Result once = differentiated(formula, c);
  std::vector<double> parameters = once.parameters;
  std::vector<double> weights = once.weights;
  Evaluator(formula).differentiate(c.inputs(), c.adjoint, {{}, parameters, weights});
  for (std::size_t k = 0; k < kParameters; ++k) EXPECT_EQ(parameters[k], 2.0 * once.parameters[k]);
  for (std::size_t k = 0; k < weights.size(); ++k) EXPECT_EQ(weights[k], 2.0 * once.weights[k]);
  const ElementwiseFunction identity(parsed("x", Shape::Scalar));
  std::vector<float> dx(20, 1.0F);
  identity.differentiate(c.adjoint, c.adjoint, dx);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(dx[i], 1.0F + c.adjoint[i]);
}

/// NaN and infinity of what was not chosen reach neither value nor derivative.
TEST(Differentiate, WhatWhereDidNotChooseHasNoSay) {
  struct Known {
    const char* text;
    float x;
    float value;
    float slope;
  };
  for (const Known& known :
       {Known{"where(x < 0.5, x, log(x - 0.5))", 0.25F, 0.25F, 1.0F},
        Known{"where(x < 0.5, x, log(x - 0.5))", -2.0F, -2.0F, 1.0F},
        Known{"where(x <= 0.5, x, log(x - 0.5))", 0.5F, 0.5F, 1.0F},
        Known{"where(x <= 0.5, x, sqrt(x - 0.5))", 0.5F, 0.5F, 1.0F},
        Known{"where(abs(x) < 1e-3, 1, sin(x)/x)", 0.0F, 1.0F, 0.0F},
        Known{"where(0 < x, 2*x*x^-1, x^2)", 0.0F, 0.0F, 0.0F},
        Known{"where(x < 1, x, exp(exp(99*x))*x)", 0.75F, 0.75F, 1.0F},
        Known{"where(x < 1, x, softplus(x)/(x - x))", 0.5F, 0.5F, 1.0F},
        Known{"3*where(x < 1, where(x < 0, log(x), 2*x), x/0)", 0.0F, 0.0F, 6.0F},
        Known{"sqrt(x) < 1", 0.0F, 1.0F, 0.0F},
        Known{"where(sqrt(x), x/0, x)", 0.0F, 0.0F, 1.0F},
        Known{"where(x, x, 1/x)", 0.0F, HUGE_VALF, NAN}}) {
    SCOPED_TRACE(known.text);
    const Formula formula = parsed(known.text, Shape::Scalar);
    const ElementwiseFunction function(formula);
    for (const std::size_t n : {1U, 16U, 600U}) {
      const std::vector<float> x(n, known.x);
      std::vector<float> value(n);
      std::vector<float> slope(n);
      std::vector<float> gradient(n);
      function.evaluate_with_slope(x, value, slope);
      function.differentiate(x, std::vector<float>(n, 2.0F), gradient);
      EXPECT_EQ(value[n - 1], known.value);
      if (std::isnan(known.slope)) {
        EXPECT_FALSE(std::isfinite(slope[n - 1])) << "the branch chosen may be infinite";
        continue;
      }
      EXPECT_EQ(slope[n - 1], known.slope);
      EXPECT_EQ(gradient[n - 1], 2.0F * known.slope);
    }
  }
}

/// Nor derivatives by parameters and weight vectors, which are summed over rows and coordinates.
TEST(Differentiate, WhatWhereDidNotChooseAddsNothingToParameters) {
  const std::vector<float> x = {-1.0F, 0.0F, 4.0F};
  const std::vector<float> parameter = {0.5F};
  std::vector<double> gradient(1);
  Evaluator(parsed("where(x > 0, p0*sqrt(x)*log(x), p0*x)", Shape::Scalar))
      .differentiate(
          {{x.data(), 3, 1, 3}, parameter, {}}, std::vector<float>(3, 1.0F), {{}, gradient, {}});
  EXPECT_NEAR(gradient[0], -1.0 + 2.0 * std::log(4.0), 1e-6);

  // Two coordinates: rows (-1, 2), (0, 0), (4, 1).
  const std::vector<float> wide = {-1.0F, 0.0F, 4.0F, 2.0F, 0.0F, 1.0F};
  const std::vector<float> weights = {1.0F, 1.0F};
  std::vector<double> by_weight(2);
  Evaluator(parsed("where(x0 > 0, sum(w0*x/x0), sum(w0*log(w0)*x))", Shape::Vector))
      .differentiate(
          {{wide.data(), 3, 2, 3}, {}, weights}, std::vector<float>(3, 1.0F), {{}, {}, by_weight});
  EXPECT_NEAR(by_weight[0], -1.0 + 0.0 + 1.0, 1e-6);
  EXPECT_NEAR(by_weight[1], 2.0 + 0.0 + 0.25, 1e-6);
}

/// Values bit by bit as from evaluate(), slopes as from differentiate() with adjoints of 1.
void check_slope(const Formula& formula, std::size_t n_rows) {
  Random random(7, Purpose::Test);
  const Case c(n_rows, 1, random);
  const ElementwiseFunction function(formula);
  std::vector<float> expected(n_rows);
  std::vector<float> expected_slope(n_rows);
  function.evaluate(c.features, expected);
  function.differentiate(c.features, std::vector<float>(n_rows, 1.0F), expected_slope);
  std::vector<float> value(n_rows, 9.0F);
  std::vector<float> slope(n_rows, 9.0F);
  function.evaluate_with_slope(c.features, value, slope);
  EXPECT_EQ(value, expected) << to_infix(formula) << ", " << n_rows << " rows";
  for (std::size_t i = 0; i < n_rows; ++i) {
    const float tolerance = 1e-5F * std::max(1.0F, std::abs(expected_slope[i]));
    ASSERT_NEAR(slope[i], expected_slope[i], tolerance)
        << to_infix(formula) << " at " << c.features[i];
  }
}

TEST(Differentiate, ValueWithSlope) {
  for (const char* text : {"x",
                           "2",
                           "-x",
                           "x*x",
                           "3*x",
                           "x + x",
                           "x - 2*x",
                           "erf(x)",
                           "softplus(x)",
                           "gelu(x)",
                           "gelu(x)*gelu(-x)",
                           "erf(x)*erf(x)",
                           "softplus(erf(2*x)) - x",
                           "x*tanh(softplus(x))",
                           "0.5*x*(1 + erf(x/sqrt(2)))",
                           "tanh(1.5*x)*exp(-0.2*x^2) + 0.1*x",
                           "(x + 1)*sin(x)*sin(x)",
                           "exp(1)",
                           "x < 0.5",
                           "where(x < 0, 0.1*x, gelu(x))",
                           "where(sqrt(x + 3) < 1, x*x, x*sin(x))*x",
                           "relu(x)/(1 + x^2)"}) {
    for (const std::size_t n_rows : {1, 16, 20, 512, 517, 1000, 1024}) {
      check_slope(parsed(text, Shape::Scalar), n_rows);
    }
  }
}

TEST(Differentiate, EveryChoiceOfDerivatives) {
  const Formula formula = parsed("p0*x*exp(p1*x)", Shape::Scalar);
  Random random(6, Purpose::Test);
  const Case c(33, 1, random);
  const Result all = differentiated(formula, c);
  const Evaluator evaluator(formula);
  Result some{std::vector<float>(33), std::vector<double>(kParameters), {}};
  evaluator.differentiate(c.inputs(), c.adjoint, {some.x, {}, {}});
  evaluator.differentiate(c.inputs(), c.adjoint, {{}, some.parameters, {}});
  evaluator.differentiate(c.inputs(), c.adjoint, {});
  EXPECT_EQ(some.x, all.x);
  EXPECT_EQ(some.parameters, all.parameters);
}

TEST(Differentiate, SkipsWhatNobodyAskedFor) {
  const auto n_instructions = [](std::string_view text, internal::Wanted wanted) {
    const internal::Code code = internal::lower(parsed(text, Shape::Scalar));
    return internal::plan_gradient(code, internal::kernels(), wanted).instructions.size();
  };
  EXPECT_EQ(n_instructions("sin(x)*exp(x)", {.parameters = true}), 0U);
  EXPECT_EQ(n_instructions("exp(tanh(x)) + p0", {.parameters = true}), 1U);
  EXPECT_EQ(n_instructions("softplus(x)", {.x = true}), 2U);  // never the value itself
  EXPECT_EQ(n_instructions("3*x", {.x = true}), 1U);
}

TEST(Differentiate, RefusesSpansOfTheWrongSize) {
  Random random(7, Purpose::Test);
  const Case c(4, 2, random);
  const Evaluator scalar(parsed("p1*x", Shape::Scalar));
  const Evaluator vector(parsed("dot(w1, x)", Shape::Vector));
  std::vector<float> x(4);
  std::vector<double> numbers(8);
  const std::span<const float> three = std::span(c.adjoint).first(3);
  EXPECT_THROW(scalar.differentiate(c.inputs(), three, {x, {}, {}}), InternalError);
  const auto three_x = std::span(x).first(3);
  EXPECT_THROW(scalar.differentiate(c.inputs(), c.adjoint, {three_x, {}, {}}), InternalError);
  const auto one = std::span(numbers).first(1);
  EXPECT_THROW(scalar.differentiate(c.inputs(), c.adjoint, {{}, one, {}}), InternalError);
  EXPECT_THROW(vector.differentiate(c.inputs(), c.adjoint, {x, {}, {}}), InternalError);
  EXPECT_THROW(vector.differentiate(c.inputs(), c.adjoint, {{}, {}, one}), InternalError);
}

}  // namespace
}  // namespace neuronsmith::formula
