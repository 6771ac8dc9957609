#include "neuronsmith/formula/normal_form.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "tests/formula/random_formulas.hpp"

namespace neuronsmith::formula {
namespace {

Formula parsed(std::string_view text, Shape shape = Shape::Vector) {
  return parse_or_throw(text, shape, "test");
}

std::string simplified(std::string_view text, Shape shape = Shape::Vector) {
  return to_infix(simplify(parsed(text, shape)));
}

std::string reduced(std::string_view text) { return to_infix(to_formula(reduce(parsed(text)))); }

/// One sample: x and the leaves have fixed values; vectors are lists.
struct Sample {
  std::vector<double> x;
  std::vector<std::vector<double>> weights;
  std::vector<double> parameters;
};

using Value = std::vector<double>;

bool all_finite(const Value& value) {
  for (const double v : value) {
    if (!std::isfinite(v) || std::abs(v) > 1e100) return false;
  }
  return true;
}

/// The plainest evaluator that there can be, in float64. Empty where any part is not finite.
Value oracle(const Formula& f, const Sample& sample) {
  std::vector<Value> stack;
  const std::size_t d = sample.x.size();
  for (const Node& node : f.nodes()) {
    const OperatorInfo& row = info(node.op);
    const auto index = static_cast<std::size_t>(node.index);
    if (node.op == Op::Literal) stack.push_back({node.value});
    if (node.op == Op::Input) stack.push_back(sample.x);
    if (node.op == Op::Weight) stack.push_back(sample.weights[index]);
    if (node.op == Op::Parameter) stack.push_back({sample.parameters[index]});
    if (row.arity == 0) continue;
    std::vector<Value> arguments(stack.end() - row.arity, stack.end());
    stack.resize(stack.size() - arguments.size() + 1);
    if (row.arity == 1) arguments.push_back({static_cast<double>(node.index)});
    const Value& b = arguments[1];
    Value& a = stack.back() = arguments[0];
    if (row.kind == OpKind::Reduction) {
      double sum = 0.0;
      for (std::size_t j = 0; j < d; ++j) {
        const double left = a.size() == 1 ? a[0] : a[j];
        const double right = node.op == Op::Sum ? 1.0 : (b.size() == 1 ? b[0] : b[j]);
        sum += left * right;
      }
      a = {sum};
      if (!all_finite(a)) return {};
      continue;
    }
    const auto size_of = [](const Value& value) { return value.size(); };
    Value out(std::ranges::max(arguments, {}, size_of).size());
    for (std::size_t j = 0; j < out.size(); ++j) {
      Arguments values{};
      std::ranges::transform(arguments, values.begin(), [j](const Value& argument) {
        return argument.size() == 1 ? argument[0] : argument[j];
      });
      out[j] = row.value(values);
    }
    a = out;
    if (!all_finite(a)) return {};
  }
  return stack.back();
}

Sample random_sample(std::size_t d, Random& random) {
  Sample sample;
  for (std::size_t j = 0; j < d; ++j) sample.x.push_back(random.uniform(-1.5, 1.5));
  for (int k = 0; k < 2; ++k) {
    sample.weights.emplace_back();
    for (std::size_t j = 0; j < d; ++j) sample.weights.back().push_back(random.uniform(-1.0, 1.0));
  }
  for (int k = 0; k < 3; ++k) sample.parameters.push_back(random.uniform(-1.0, 1.0));
  return sample;
}

TEST(NormalForm, SimplificationKeepsTheValue) {
  int compared = 0;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    Random random(5, Purpose::Test, i);
    const bool vector = i % 2 == 0;
    const testing::Grammar grammar{.input_shape = vector ? Shape::Vector : Shape::Scalar,
                                   .reductions = vector,
                                   .parameters = true};
    const Formula formula = testing::random_formula(grammar, 4, random);
    const Formula simple = simplify(formula);
    const Sample sample = random_sample(vector ? 3 : 1, random);
    const Value before = oracle(formula, sample);
    if (before.empty()) continue;
    const Value after = oracle(simple, sample);
    ASSERT_FALSE(after.empty()) << to_infix(formula) << " -> " << to_infix(simple);
    ++compared;
    for (std::size_t j = 0; j < before.size(); ++j) {
      const double got = after.size() == 1 ? after[0] : after[j];
      const double scale = std::max(1.0, std::abs(before[j]));
      ASSERT_NEAR(got, before[j], 1e-6 * scale)
          << "case " << i << ": " << to_infix(formula) << " -> " << to_infix(simple);
    }
  }
  EXPECT_GT(compared, 1500);
}

TEST(NormalForm, AProtectedQuotientOfEqualsIsOne) {
  EXPECT_EQ(simplified("pdiv(sin(x) + x, x + sin(x))", Shape::Scalar), "1");
  EXPECT_EQ(simplified("pdiv(x, 2*x)", Shape::Scalar), "pdiv(x, 2*x)");
}

TEST(NormalForm, SimplifyIsIdempotent) {
  for (std::uint32_t i = 0; i < 2000; ++i) {
    Random random(6, Purpose::Test, i);
    const testing::Grammar grammar{.input_shape = Shape::Vector, .reductions = true};
    const Formula once = simplify(testing::random_formula(grammar, 4, random));
    const Formula twice = simplify(once);
    ASSERT_EQ(once.size(), twice.size()) << to_infix(once) << " -> " << to_infix(twice);
  }
}

TEST(NormalForm, CollectsAndOrders) {
  EXPECT_EQ(simplified("x*x + 3*x*x - 2 + x"), "4*x^2 + x - 2");
  EXPECT_EQ(simplified("(x + 1)^2"), "x^2 + 2*x + 1");
  EXPECT_EQ(simplified("x - x"), "0");
  EXPECT_EQ(simplified("2*3 + sin(0)"), "6");
  EXPECT_EQ(simplified("sin(x)*x*sin(x)"), simplified("x*sin(x)^2"));
  EXPECT_EQ(simplified("max(x, 2)"), simplified("max(2, x)"));
  EXPECT_EQ(simplified("x/4"), "0.25*x");
  EXPECT_EQ(simplified("x*x/x"), "x");
}

TEST(NormalForm, NeverFoldsToSomethingThatIsNotANumber) {
  EXPECT_EQ(simplified("log(0 - 1) + x", Shape::Scalar).find("nan"), std::string::npos);
  EXPECT_EQ(simplified("1/0 + x", Shape::Scalar).find("inf"), std::string::npos);
}

TEST(NormalForm, EqualMeaningEqualHash) {
  EXPECT_EQ(canonical_hash(parsed("(x + 1)*(x - 1)")), canonical_hash(parsed("x^2 - 1")));
  EXPECT_EQ(canonical_hash(parsed("dot(w0, x)*2")), canonical_hash(parsed("sum(x*w0) + dot(x, w0)")));
  EXPECT_NE(canonical_hash(parsed("x^2")), canonical_hash(parsed("x^3")));
  EXPECT_NE(canonical_hash(parsed("x")), canonical_hash(parsed("x", Shape::Scalar)));
}

TEST(Reduce, ABareConstantCountsOnceAndVectorsAreSummed) {
  EXPECT_EQ(reduced("x^2 + 3"), "sum(x^2) + 3");
  EXPECT_EQ(reduced("(x + 3)*(x + 1)"), "sum(x^2) + 4*sum(x) + 3");
  EXPECT_EQ(reduced("x*sum(x)"), "sum(x)^2");
  EXPECT_EQ(reduced("sum(x + 3)"), "sum(x) + 3*sum(1)");
  EXPECT_EQ(reduced("dot(w0, x)*dot(w1, x)"), reduced("dot(w1, x)*sum(x*w0)"));
}

TEST(NormalForm, LargeProductsStayProducts) {
  std::string product = "(x + sin(x) + cos(x) + exp(x) + tanh(x))";
  std::string text = product;
  for (int i = 0; i < 12; ++i) text += "*" + product;
  const NormalForm form = normalise(parsed(text));
  EXPECT_LE(form.terms.size(), 512u);
}

TEST(NormalForm, ProductsOfLargeProductsStayProducts) {
  std::string text = "(sin(x0) + x1 + 1)";
  for (int i = 0; i < 8; ++i) {
    text =
        "(" + text + "^4*(x" + std::to_string(i) + " + cos(x" + std::to_string(i + 1) + "))^9 + x)";
  }
  EXPECT_LE(simplify(parsed(text)).size(), 200'000u);
}

TEST(NormalForm, TowersOfPowersHaveADegree) {
  std::string tower = "x";
  for (int i = 0; i < 12; ++i) tower = "(" + tower + ")^64";
  const NormalForm form = normalise(parsed(tower + " + sum(" + tower + ") - x"));
  ASSERT_EQ(form.terms.size(), 3u);
  EXPECT_GE(form.terms[0].degree(), form.terms[1].degree());
  EXPECT_GE(form.terms[1].degree(), form.terms[2].degree());
}

TEST(NormalForm, CoefficientsThatOverflowWhenAddedAreNotAdded) {
  EXPECT_EQ(simplified("1e308*x + 1e308*x").find("inf"), std::string::npos);
  EXPECT_EQ(simplified("sum(1e308*x + 1e308*sum(x)/sum(1))").find("inf"), std::string::npos);
}

TEST(NormalForm, LongSumsAreOrderedAndJoined) {
  std::string text = "0";
  for (int i = 0; i < 4000; ++i) text += " + x" + std::to_string(i % 2000);
  const NormalForm form = normalise(parsed(text));
  ASSERT_EQ(form.terms.size(), 2000u);
  EXPECT_EQ(form.terms[7].coefficient, 2.0);
  EXPECT_EQ(to_infix(to_formula(form.terms[7])), "2*x7");
}

}  // namespace
}  // namespace neuronsmith::formula
