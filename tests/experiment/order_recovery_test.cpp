#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/experiment/reproduce/order_methods.hpp"
#include "neuronsmith/experiment/reproduce/order_problem.hpp"
#include "neuronsmith/experiment/reproduce/order_refit.hpp"
#include "neuronsmith/experiment/reproduce/scalar_programming.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/search/recipe.hpp"

namespace neuronsmith::experiment::recovery {
namespace {

using neuron::OrderSet;

OrderLaw law(const char* name) { return find_order_law(name).value(); }

std::optional<OrderSet> scalar_orders(const std::string& text) {
  return orders_of_scalar(formula::parse_or_throw(text, formula::Shape::Scalar, "test"));
}

PreparedData data_of(const char* name, std::size_t features, std::size_t rows = 1000) {
  return prepared(synthesize(
      {.law = law(name), .rows = rows, .test_rows = 300, .features = features, .seed = 3}));
}

TEST(TrueOrders, AreThoseOfThePublishedTable) {
  EXPECT_EQ(true_orders(law("pure-2")), (OrderSet{{1, 2}, {}}));
  EXPECT_EQ(true_orders(law("interact-3")), (OrderSet{{}, {2, 4}}));
  EXPECT_EQ(true_orders(law("hybrid-3")), (OrderSet{{2}, {3}}));
}

TEST(Verdicts, TellEqualFromMoreFromLess) {
  const OrderSet truth{{2}, {3}};
  EXPECT_EQ(verdict_of(truth, truth), Verdict::Perfect);
  EXPECT_EQ(verdict_of(OrderSet{{1, 2}, {3}}, truth), Verdict::Superset);
  EXPECT_EQ(verdict_of(OrderSet{{2}, {2, 3}}, truth), Verdict::Superset);
  EXPECT_EQ(verdict_of(OrderSet{{2}, {}}, truth), Verdict::Missing);
  EXPECT_EQ(verdict_of(OrderSet{{2, 3}, {}}, truth), Verdict::Missing);
  EXPECT_EQ(verdict_of(OrderSet{{3}, {2}}, truth), Verdict::Missing);
  EXPECT_EQ(verdict_of(OrderSet{}, truth), Verdict::Missing);
  EXPECT_EQ(verdict_of(std::nullopt, truth), Verdict::Missing);
}

TEST(Verdicts, AndSetsHaveNames) {
  EXPECT_EQ(name(Verdict::Superset), "superset");
  EXPECT_EQ(text_of(OrderSet{{1, 3}, {2}}), "S1 + S3 + I2");
  EXPECT_EQ(text_of(OrderSet{}), "nothing");
  EXPECT_EQ(text_of(std::nullopt), "no polynomial");
}

TEST(Prepared, KeepsRowsAndTargetAsTheyAre) {
  OrderLawTables tables = synthesize({.law = law("hybrid-0"), .rows = 60, .test_rows = 20});
  const std::vector<float> y = tables.data.columns.back().numbers;
  const std::vector<float> x = tables.data.columns[4].numbers;
  const std::vector<float> test = tables.test.columns.back().numbers;
  const PreparedData data = prepared(std::move(tables));
  EXPECT_EQ(data.n_training, 60u);
  EXPECT_EQ(data.n_validation, 0u);
  ASSERT_EQ(data.n_test, 20u);
  EXPECT_TRUE(std::ranges::equal(data.training().target, y));
  EXPECT_TRUE(std::ranges::equal(data.training().features.column(4), x));
  EXPECT_TRUE(std::ranges::equal(data.test().target, test));
}

TEST(VarianceShares, AreThoseOfTheMomentsOfANormal) {
  const auto shares = [](const char* name, std::size_t features, double noise) {
    return variance_shares(
        synthesize({.law = law(name), .noise = noise, .rows = 20'000, .features = features}),
        noise);
  };
  // Variances over D inputs: of S1 D, of S2 2 D.
  const std::vector<double> pure = shares("pure-2", 20, 0.01);
  ASSERT_EQ(pure.size(), 3u);
  EXPECT_NEAR(pure[0], 100.0 / 100.5, 0.02);
  EXPECT_NEAR(pure[1], 0.5 / 100.5, 0.0005);
  EXPECT_NEAR(pure[2], 1e-4 / (20 * 100.5), 1e-8);
  EXPECT_NEAR(shares("hybrid-1", 5, 3.0)[2], 9.0, 9.0);
}

TEST(ScalarOrders, ReadTheExpandedPolynomial) {
  EXPECT_EQ(scalar_orders("x0*x0 + 3*x1"), (OrderSet{{1, 2}, {}}));
  EXPECT_EQ(scalar_orders("(x0 + x1)*(x0 - x1)"), (OrderSet{{2}, {}}));
  EXPECT_EQ(scalar_orders("(x0 + x1)*(x2 - x1) + 7"), (OrderSet{{2}, {2}}));
  EXPECT_EQ(scalar_orders("x0*x0*x3"), (OrderSet{{}, {3}}));
  EXPECT_EQ(scalar_orders("5"), OrderSet{});
  EXPECT_FALSE(scalar_orders("sin(x0)"));
}

TEST(ScalarOrders, LeaveOutWhatIsNegligible) {
  EXPECT_EQ(scalar_orders("x0 + 0.000099*x1*x2"), (OrderSet{{1}, {}}));
  EXPECT_EQ(scalar_orders("x0 + 0.000101*x1*x2"), (OrderSet{{1}, {2}}));
  // The deviation of x^4 is sqrt(96).
  EXPECT_EQ(scalar_orders("x0 + 0.00001*x1^4"), (OrderSet{{1}, {}}));
  EXPECT_EQ(scalar_orders("x0 + 0.00002*x1^4"), (OrderSet{{1, 4}, {}}));
}

TEST(ScalarOrders, DeviationsAreThoseOfANormal) {
  EXPECT_DOUBLE_EQ(deviation_under_normal({}), 0.0);
  EXPECT_DOUBLE_EQ(deviation_under_normal({7}), 1.0);
  EXPECT_DOUBLE_EQ(deviation_under_normal({3, 3}), std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(deviation_under_normal({3, 3, 3}), std::sqrt(15.0));
  EXPECT_DOUBLE_EQ(deviation_under_normal({0, 1}), 1.0);
  EXPECT_DOUBLE_EQ(deviation_under_normal({0, 0, 1, 1}), std::sqrt(9.0 - 1.0));
}

TEST(ScalarProgramming, HasThePublishedSettings) {
  const search::GeneticOptions options = scalar_genetic_options();
  EXPECT_EQ(options.population, 1000u);
  EXPECT_EQ(options.tournament, 20u);
  EXPECT_EQ(options.max_depth, 5);
  EXPECT_EQ(search::function_names(options.functions), "add,sub,mul");
  EXPECT_NO_THROW(options.validate());
}

TEST(OrderMethods, FindWhatIsEasy) {
  const PreparedData data = data_of("pure-0", 2);
  for (const char* method : {"vsr", "scalar-gp"}) {
    const OrderFinding found = find_orders({.method = method}, data, Executor(1), {});
    EXPECT_EQ(text_of(found.orders), "S2") << method << ": " << found.formula;
    EXPECT_FALSE(found.formula.empty());
  }
  const auto methods = order_methods();
  EXPECT_TRUE(std::ranges::count(methods, "vsr") && std::ranges::count(methods, "scalar-gp"));
  EXPECT_FALSE(std::ranges::count(methods, "activation-gp"));
}

TEST(OrderMethods, DoNotDependOnTheThreads) {
  const PreparedData data = data_of("interact-1", 4, 300);
  for (const char* method : {"vsr", "scalar-gp"}) {
    const auto formula = [&](std::uint64_t seed, std::size_t threads) {
      return find_orders({.method = method, .seed = seed}, data, Executor(threads), {}).formula;
    };
    EXPECT_EQ(formula(1, 1), formula(1, 3)) << method;
  }
}

TEST(OrderMethods, ASearchWithoutTimeFindsNothingOrLittle) {
  const PreparedData data = data_of("hybrid-4", 5, 100);
  for (const char* method : {"vsr", "scalar-gp"}) {
    const OrderFinding found =
        find_orders({.method = method, .seconds = 1e-9}, data, Executor(1), {});
    EXPECT_EQ(found.orders.has_value(), !found.formula.empty()) << method;
    EXPECT_LT(found.seconds, 5.0) << method;
  }
}

TEST(OrderMethods, AnInterruptedSearchIsAnAnswer) {
  std::stop_source source;
  source.request_stop();
  const PreparedData data = data_of("hybrid-4", 5, 100);
  for (const char* method : {"vsr", "scalar-gp"}) {
    EXPECT_NO_THROW((void)find_orders({.method = method}, data, Executor(1), source.get_token()))
        << method;
  }
}

TEST(Refit, HasTheOrdersAsTerms) {
  const neuron::Aggregation aggregation = aggregation_of({{1, 3}, {2}});
  ASSERT_EQ(aggregation.terms.size(), 3u);
  EXPECT_EQ(aggregation.terms[2].factors.size(), 2u);
  EXPECT_EQ(aggregation.terms[2].rank, kRefitRank);
  EXPECT_EQ(neuron::orders_of(aggregation), (OrderSet{{1, 3}, {2}}));
}

class RefitOf : public ::testing::TestWithParam<const char*> {};

TEST_P(RefitOf, TheTrueOrdersExplainWhatFewerDoNot) {
  const PreparedData data = data_of(GetParam(), 6);
  const OrderSet truth = true_orders(law(GetParam()));
  const auto error = refitted_test_error(truth, data, 1, {});
  ASSERT_TRUE(error);
  EXPECT_LT(*error, 0.01);
  EXPECT_EQ(error, refitted_test_error(truth, data, 1, {}));
  const auto none = refitted_test_error({}, data, 1, {});
  ASSERT_TRUE(none);
  EXPECT_NEAR(*none, 1.0, 0.05);
}

INSTANTIATE_TEST_SUITE_P(Some, RefitOf, ::testing::Values("pure-1", "interact-0", "hybrid-4"));

}  // namespace
}  // namespace neuronsmith::experiment::recovery
