#include "neuronsmith/experiment/comparison.hpp"

#include <gtest/gtest.h>

namespace neuronsmith::experiment {
namespace {

Metrics regression(double r2) {
  return {{"r2", r2}, {"rmse", 1.0 - r2}, {"mse", 1.0 - r2}, {"mae", 1.0 - r2}};
}

/// A row by its r2 in each repeat; an absent one is a failure.
ComparisonRow row(const std::string& neuron, const std::vector<std::optional<double>>& values) {
  ComparisonRow result{.neuron = neuron};
  for (const auto& value : values) {
    RepeatResult repeat{.structure = neuron};
    if (value) repeat.metrics = regression(*value);
    result.results.push_back(repeat);
  }
  return result;
}

Comparison judged(std::vector<ComparisonRow> rows, const std::string& metric = "r2") {
  Comparison comparison{
      .metric = metric, .reference = rows[0].neuron, .n_training = 70, .n_test = 20};
  comparison.chance.assign(rows[0].results.size(), regression(-0.01));
  comparison.rows = std::move(rows);
  judge(comparison);
  return comparison;
}

TEST(Judge, CountsWinsAgainstTheReferenceAndTheReferencesAgainstAll) {
  const Comparison c = judged({row("a", {0.5, 0.6, 0.7, 0.8}),
                               row("b", {0.6, 0.5, 0.7, 0.1}),
                               row("c", {0.1, 0.1, 0.1, 0.9})});
  EXPECT_EQ(c.rows[0].wins, 1u);  // the second repeat
  EXPECT_EQ(c.rows[1].wins, 1u);  // a tie is no win
  EXPECT_EQ(c.rows[2].wins, 1u);
}

TEST(Judge, AnErrorIsBetterWhenItIsSmaller) {
  const auto rows = std::vector{row("a", {0.5, 0.6, 0.7}), row("b", {0.6, 0.8, 0.9})};
  const Comparison by_r2 = judged(rows, "r2");
  const Comparison by_rmse = judged(rows, "rmse");
  EXPECT_EQ(by_r2.rows[1].wins, 3u);
  EXPECT_EQ(by_rmse.rows[1].wins, 3u);
  EXPECT_GT(by_rmse.rows[1].against->advantage, 0.0);
  EXPECT_NEAR(by_rmse.rows[1].against->t.p_value, by_r2.rows[1].against->t.p_value, 1e-12);
  EXPECT_NEAR(by_rmse.rows[1].summary.mean, 1.0 - by_r2.rows[1].summary.mean, 1e-12);
}

TEST(Judge, AFailedRunIsAsBadAsTheWorstOfAllAndAsChance) {
  const Comparison c = judged({row("a", {0.5, 0.6, std::nullopt}), row("b", {0.4, -0.3, 0.9})});
  EXPECT_DOUBLE_EQ(c.rows[0].values[2], -0.3);
  const Comparison good = judged({row("a", {0.5, 0.6, std::nullopt}), row("b", {0.4, 0.3, 0.9})});
  EXPECT_DOUBLE_EQ(good.rows[0].values[2], -0.01);
  EXPECT_DOUBLE_EQ(value_of(good.rows[0].means, "rmse"), (0.5 + 0.4 + 1.01) / 3.0);
  EXPECT_EQ(to_json(good)["rows"][0]["failed"], 1);
  EXPECT_EQ(to_json(good)["rows"][0]["per_repeat"][2]["failed"], true);
}

TEST(Judge, AdjustsForTheNumberOfRows) {
  const Comparison two = judged({row("a", {0.5, 0.6, 0.7}), row("b", {0.61, 0.72, 0.80})});
  const Comparison three =
      judged({row("a", {0.5, 0.6, 0.7}), row("b", {0.61, 0.72, 0.80}), row("c", {0.4, 0.65, 0.7})});
  EXPECT_DOUBLE_EQ(two.rows[1].against->t_holm, two.rows[1].against->t.p_value);
  EXPECT_DOUBLE_EQ(three.rows[1].against->t_holm, 2.0 * three.rows[1].against->t.p_value);
  EXPECT_EQ(to_json(three)["rows"][1]["p_value"], three.rows[1].against->t_holm);
  EXPECT_TRUE(to_json(three)["rows"][0]["p_value"].is_null());
}

TEST(CountStructures, TheMostFrequentComesFirst) {
  ComparisonRow r = row("x", {0.1, 0.2, 0.3, 0.4});
  r.results[1].structure = r.results[3].structure = r.results[2].structure = "x^2";
  r.results[3].structure = "x^3";
  const auto counts = count_structures(r);
  ASSERT_EQ(counts.size(), 3u);
  EXPECT_EQ(counts[0].structure, "x^2");
  EXPECT_EQ(counts[0].repeats, 2u);
}

}  // namespace
}  // namespace neuronsmith::experiment
