#include "neuronsmith/formula/evaluate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "neuronsmith/core/error.hpp"
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

constexpr std::array<std::size_t, 10> kRowCounts = {0, 1, 7, 16, 17, 511, 512, 513, 1030, 1300};
constexpr float kCanary = 12345.0F;

/// Rows for a formula of whatever kind; features lie unaligned, one after the other.
class Data {
 public:
  Data(std::size_t n_rows, std::size_t n_features, Random& random)
      : n_rows_(n_rows), n_features_(n_features), values_(1 + n_rows * n_features) {
    for (float& value : values_) value = uniform(random);
    for (int i = 0; i < 3; ++i) parameters_.push_back(uniform(random));
    for (std::size_t i = 0; i < 2 * n_features; ++i) weights_.push_back(uniform(random));
  }

  [[nodiscard]] Inputs inputs() const { return {view(), parameters_, weights_}; }
  [[nodiscard]] FeatureView view() const {
    return {values_.data() + 1, n_rows_, n_features_, n_rows_};
  }

  [[nodiscard]] Sample sample(std::size_t row) const {
    Sample sample{.x = {},
                  .parameters = {parameters_.begin(), parameters_.end()},
                  .weights = {weights_.begin(), weights_.end()}};
    for (std::size_t j = 0; j < n_features_; ++j) sample.x.push_back(view().column(j)[row]);
    return sample;
  }

 private:
  static float uniform(Random& random) { return static_cast<float>(random.uniform(-2.0, 2.0)); }

  std::size_t n_rows_;
  std::size_t n_features_;
  std::vector<float> values_;
  std::vector<float> parameters_;
  std::vector<float> weights_;
};

/// Evaluates into the middle of a larger array, and sees that nothing around is touched.
std::vector<float> evaluated(const Formula& formula, const Inputs& inputs) {
  const std::size_t n_rows = inputs.features.n_rows;
  std::vector<float> out(n_rows + 20, kCanary);
  Evaluator(formula).evaluate(inputs, std::span(out).subspan(3, n_rows));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool is_ours = i < 3 || i >= n_rows + 3;
    EXPECT_TRUE(!is_ours || out[i] == kCanary);
  }
  return {out.begin() + 3, out.begin() + 3 + static_cast<std::ptrdiff_t>(n_rows)};
}

struct Tally {
  std::size_t compared = 0;
  std::size_t rejected = 0;
};

/// Compares the rows that float32 can be trusted with.
Tally compare(const Formula& formula, const Data& data, std::span<const float> out) {
  Tally tally;
  for (std::size_t row = 0; row < out.size(); ++row) {
    const Sample sample = data.sample(row);
    const auto [value, error] = Oracle(formula, sample).value();
    if (!std::isfinite(error) || error > 1e-2 * std::abs(value) + 1e-4) continue;
    ++tally.compared;
    if (!(std::abs(out[row] - value) <= 2.0 * error)) ++tally.rejected;
  }
  return tally;
}

Formula parsed(std::string_view text, Shape shape) { return parse_or_throw(text, shape, "test"); }

std::vector<float> values_of(std::string_view text, Shape shape, std::size_t n_rows = 40) {
  Random random(3, Purpose::Test);
  const Data data(n_rows, shape == Shape::Vector ? 5 : 1, random);
  return evaluated(parsed(text, shape), data.inputs());
}

TEST(Evaluator, EveryRowOfTheTable) {
  Random random(11, Purpose::Test);
  for (const OperatorInfo& row : operators()) {
    if (row.kind != OpKind::Elementwise) continue;
    const Formula x = Formula::input(Shape::Scalar);
    const std::vector<Formula> arguments = {x, Formula::parameter(1), Formula::parameter(0)};
    const auto own = std::span(arguments).first(static_cast<std::size_t>(row.arity));
    const Formula formula =
        row.op == Op::PowInt ? Formula::power(x, 3) : Formula::apply(row.op, own);
    const Data data(100, 1, random);
    const std::vector<float> out = evaluated(formula, data.inputs());
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Sample sample = data.sample(i);
      const auto expected = static_cast<float>(row.value(
          {sample.x[0], row.op == Op::PowInt ? 3.0 : sample.parameters[1], sample.parameters[0]}));
      EXPECT_LE(static_cast<double>(testing::ulp_distance(out[i], expected)), row.max_ulp)
          << row.name << " at " << sample.x[0];
    }
  }
}

void check_random_formulas(const Grammar& grammar, std::uint32_t stream, std::uint32_t n) {
  std::size_t compared = 0;
  std::size_t rows = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    Random random(21, Purpose::Test, stream, i);
    const Formula formula = testing::random_formula(grammar, 2 + static_cast<int>(i % 4), random);
    const std::size_t n_features =
        grammar.input_shape == Shape::Vector || grammar.columns ? 3 + i % 5 : 1;
    const Data data(kRowCounts[i % 5], n_features, random);
    const Tally tally = compare(formula, data, evaluated(formula, data.inputs()));
    ASSERT_EQ(tally.rejected, 0U) << "formula " << i << ": " << to_infix(formula);
    compared += tally.compared;
    rows += data.view().n_rows;
  }
  EXPECT_GT(static_cast<double>(compared), 0.5 * static_cast<double>(rows));
}

TEST(Evaluator, RandomScalarFormulas) { check_random_formulas({.parameters = true}, 1, 1500); }

TEST(Evaluator, RandomFormulasOfColumns) {
  check_random_formulas({.parameters = true, .columns = true}, 2, 700);
}

TEST(Evaluator, RandomVectorFormulas) {
  const Grammar grammar{
      .input_shape = Shape::Vector, .reductions = true, .parameters = true, .columns = true};
  check_random_formulas(grammar, 3, 1500);
}

TEST(Evaluator, EveryTarget) {
  testing::for_each_target([](const char* target) {
    SCOPED_TRACE(target);
    check_random_formulas({.input_shape = Shape::Vector, .reductions = true}, 4, 150);
  });
}

TEST(Evaluator, EveryRowCount) {
  const Formula formula = parsed("x0*dot(w0, x) + sum(x*sin(p0*x)) - exp(x1)/3", Shape::Vector);
  for (const std::size_t n_rows : kRowCounts) {
    Random random(5, Purpose::Test);
    const Data data(n_rows, 4, random);
    const Tally tally = compare(formula, data, evaluated(formula, data.inputs()));
    EXPECT_GE(10 * tally.compared, 9 * n_rows) << n_rows;
    EXPECT_EQ(tally.rejected, 0U) << n_rows;
  }
}

TEST(Evaluator, TheCheckerRejectsAnotherFormula) {
  Random random(6, Purpose::Test);
  const Data data(50, 3, random);
  const std::vector<float> out =
      evaluated(parsed("sum(x^2) + 1e-5*x0", Shape::Vector), data.inputs());
  EXPECT_GT(compare(parsed("sum(x^2)", Shape::Vector), data, out).rejected, 10U);
}

TEST(Evaluator, ValuesDoNotDependOnHowRowsAreCut) {
  const Formula formula = parsed("sum(tanh(w0*x)) + dot(x, x)*sin(x0)", Shape::Vector);
  Random random(7, Purpose::Test);
  const Data data(1300, 6, random);
  const Evaluator evaluator(formula);
  const Inputs inputs = data.inputs();
  std::vector<float> whole(1300);
  evaluator.evaluate(inputs, whole);
  std::vector<float> cut(1300);
  for (std::size_t first = 0; first < 1300; first += 97) {
    const std::size_t count = std::min<std::size_t>(97, 1300 - first);
    evaluator.evaluate({inputs.features.rows(first, count), inputs.parameters, inputs.weights},
                       std::span(cut).subspan(first, count));
  }
  EXPECT_EQ(cut, whole);
}

TEST(Evaluator, LeavesAtTheRoot) {
  Random random(8, Purpose::Test);
  const Data data(600, 4, random);
  const auto expect = [&](const Formula& formula, const auto& expected) {
    const std::vector<float> out = evaluated(formula, data.inputs());
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_FLOAT_EQ(out[i], expected(i));
  };
  const Inputs inputs = data.inputs();
  const auto column = [&](std::size_t j) { return data.view().column(j); };
  expect(Formula::input(Shape::Scalar), [&](std::size_t i) { return column(0)[i]; });
  expect(Formula::column(2), [&](std::size_t i) { return column(2)[i]; });
  expect(Formula::literal(2.5), [](std::size_t) { return 2.5F; });
  expect(Formula::parameter(1), [&](std::size_t) { return inputs.parameters[1]; });
  expect(Formula::input(Shape::Vector),
         [&](std::size_t i) { return column(0)[i] + column(1)[i] + column(2)[i] + column(3)[i]; });
  expect(Formula::weight(1), [&](std::size_t) {
    const auto w = inputs.weights.subspan(4, 4);
    return w[0] + w[1] + w[2] + w[3];
  });
}

TEST(Evaluator, ConstantsFillTheOutput) {
  EXPECT_EQ(values_of("2*3 - 1", Shape::Scalar), std::vector<float>(40, 5.0F));
  EXPECT_EQ(values_of("sqrt(0 - 1)", Shape::Scalar).size(), 40U);
  EXPECT_TRUE(std::isnan(values_of("sqrt(0 - 1)", Shape::Scalar)[39]));
  const std::vector<float> uniform = values_of("sin(p0)*cos(p1 + 1)", Shape::Scalar, 513);
  EXPECT_EQ(uniform, std::vector<float>(513, uniform[0]));
}

TEST(Evaluator, FormulaWithoutFeatures) {
  const Inputs inputs{{nullptr, 0, 0, 21}, {}, {}};
  EXPECT_EQ(evaluated(parsed("1 + 2", Shape::Scalar), inputs), std::vector<float>(21, 3.0F));
  EXPECT_EQ(evaluated(parsed("sum(x)", Shape::Vector), inputs), std::vector<float>(21, 0.0F));
}

TEST(Evaluator, AScalarIsSummedOncePerCoordinate) {
  EXPECT_EQ(values_of("sum(1)", Shape::Vector), std::vector<float>(40, 5.0F));
  EXPECT_EQ(values_of("dot(2, 3)", Shape::Vector), std::vector<float>(40, 30.0F));
  const std::vector<float> plain = values_of("x", Shape::Vector);
  const std::vector<float> shifted = values_of("x + 3", Shape::Vector);
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(shifted[i], plain[i] + 15.0F, 1e-5);
}

TEST(Evaluator, ReductionsNest) {
  const std::vector<float> outer = values_of("sum(x*sum(x^2) + sum(x))", Shape::Vector);
  const std::vector<float> sum = values_of("sum(x)", Shape::Vector);
  const std::vector<float> squares = values_of("dot(x, x)", Shape::Vector);
  for (std::size_t i = 0; i < outer.size(); ++i) {
    EXPECT_NEAR(outer[i], sum[i] * squares[i] + 5.0F * sum[i], 1e-4);
  }
}

TEST(Evaluator, PowersOfZeroAndOne) {
  std::vector<float> x = {std::numeric_limits<float>::quiet_NaN(), 2.0F};
  const Inputs inputs{{x.data(), 2, 1, 2}, {}, {}};
  const Formula input = Formula::input(Shape::Scalar);
  EXPECT_EQ(evaluated(Formula::power(input, 0), inputs), std::vector<float>(2, 1.0F));
  EXPECT_EQ(evaluated(Formula::power(input, 1), inputs)[1], 2.0F);
  EXPECT_TRUE(std::isnan(evaluated(Formula::power(input, 1), inputs)[0]));
}

TEST(Evaluator, RefusesTooFewInputs) {
  std::vector<float> values(8);
  std::vector<float> out(4);
  const auto evaluate = [&](std::string_view text, std::size_t n_features, std::size_t n_numbers) {
    const auto numbers = std::span<const float>(values).first(n_numbers);
    const Inputs inputs{{values.data(), 4, n_features, 4}, numbers, numbers};
    Evaluator(parsed(text, Shape::Vector)).evaluate(inputs, out);
  };
  EXPECT_NO_THROW(evaluate("x1 + p1 + dot(w0, x)", 2, 2));
  EXPECT_THROW(evaluate("x2", 2, 0), InternalError);
  EXPECT_THROW(evaluate("p1", 2, 1), InternalError);
  EXPECT_THROW(evaluate("dot(w1, x)", 2, 3), InternalError);
  out.resize(5);
  EXPECT_THROW(evaluate("x1", 2, 0), InternalError);
  EXPECT_THROW(Evaluator{Formula()}, InternalError);
}

std::uint32_t slots_of(std::string_view text, Shape shape) {
  const internal::Code code = internal::lower(parsed(text, shape));
  return internal::plan_value(code, internal::kernels()).n_slots;
}

TEST(Evaluator, ReusesTiles) {
  EXPECT_EQ(slots_of("exp(sin(cos(x)))", Shape::Scalar), 1U);
  EXPECT_EQ(slots_of("x + x*(x - x*(x + x*(x - 2*x)))", Shape::Scalar), 1U);
  EXPECT_EQ(slots_of("((x+1)*(x+2) + (x+3)*(x+4)) * ((x+5)*(x+6) + (x+7)*(x+8))", Shape::Scalar),
            4U);
  EXPECT_EQ(slots_of("dot(w0, x) + dot(w1, x) + sum(x^2)", Shape::Vector), 3U);
}

TEST(Evaluator, FoldsLiterals) {
  const internal::Code code = internal::lower(parsed("x + sin(2)*3^2 - 1/4", Shape::Scalar));
  EXPECT_EQ(code.operations.size(), 2U);
}

TEST(ElementwiseFunction, AcceptsFunctionsOfScalarXOnly) {
  EXPECT_NO_THROW(ElementwiseFunction(parsed("0.5*x*(1 + erf(0.7071*x))", Shape::Scalar)));
  EXPECT_NO_THROW(ElementwiseFunction(parsed("3", Shape::Scalar)));
  EXPECT_THROW(ElementwiseFunction(parsed("x0 + 1", Shape::Scalar)), InternalError);
  EXPECT_THROW(ElementwiseFunction(parsed("p0*x", Shape::Scalar)), InternalError);
  EXPECT_THROW(ElementwiseFunction(parsed("sum(x)", Shape::Vector)), InternalError);
  EXPECT_THROW(ElementwiseFunction(parsed("zscore(x) + x", Shape::Scalar)), InternalError);
  EXPECT_THROW(ElementwiseFunction(parsed("x - mean(x)", Shape::Scalar)), InternalError);
}

TEST(ElementwiseFunction, MayWriteOverItsArgument) {
  Random random(9, Purpose::Test);
  for (const char* text : {"x", "tanh(x)", "x*sigmoid(x)", "x^2*(x + exp(x)) - x", "7"}) {
    const ElementwiseFunction function(parsed(text, Shape::Scalar));
    for (const std::size_t n : kRowCounts) {
      std::vector<float> x(n);
      for (float& value : x) value = static_cast<float>(random.normal());
      std::vector<float> y(n);
      function.evaluate(x, y);
      function.evaluate(x, x);
      EXPECT_EQ(x, y) << text << " " << n;
    }
  }
}

TEST(Evaluator, AZScoreByItselfHasMeanZeroAndDeviationOne) {
  const std::vector<float> x = {-2.0F, 0.0F, 0.5F, 3.0F};
  const Inputs inputs{.features = {x.data(), 4, 1, 4}, .parameters = {}, .weights = {}};
  std::vector<float> with(4), without(4), slope(4), expected(4);
  Evaluator(parsed("exp(-zscore(x)^2/2)*sin(2*x)", Shape::Scalar))
      .evaluate_with_slope(inputs, with, slope);
  Evaluator(parsed("exp(-x^2/2)*sin(2*x)", Shape::Scalar))
      .evaluate_with_slope(inputs, without, expected);
  EXPECT_EQ(with, without);
  EXPECT_EQ(slope, expected);
}

TEST(Evaluator, MeanAndDeviationByThemselvesAreZeroAndOne) {
  const std::vector<float> x = {-2.0F, 0.5F};
  const Inputs inputs{.features = {x.data(), 2, 1, 2}, .parameters = {}, .weights = {}};
  std::vector<float> y(2), slope(2);
  Evaluator(parsed("(x - mean(x))*(1 + std(x))", Shape::Scalar))
      .evaluate_with_slope(inputs, y, slope);
  EXPECT_EQ(y, (std::vector<float>{-4.0F, 1.0F}));
  EXPECT_EQ(slope, (std::vector<float>{2.0F, 2.0F}));
}

TEST(ElementwiseFunction, IsSharedBetweenThreads) {
  const ElementwiseFunction function(parsed("x*tanh(softplus(x))", Shape::Scalar));
  std::vector<float> x(3000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.002F * static_cast<float>(i) - 3.0F;
  const std::vector<float> dy(x.size(), 1.0F);
  std::array<std::vector<float>, 4> y;
  std::array<std::vector<float>, 4> dx;
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        y[t].resize(x.size());
        dx[t].resize(x.size());
        function.evaluate(x, y[t]);
        function.differentiate(x, dy, dx[t]);
      });
    }
  }
  for (std::size_t t = 1; t < 4; ++t) {
    EXPECT_EQ(y[t], y[0]);
    EXPECT_EQ(dx[t], dx[0]);
  }
}

}  // namespace
}  // namespace neuronsmith::formula
