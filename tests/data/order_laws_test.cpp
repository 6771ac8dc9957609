#include "neuronsmith/data/synthetic/order_laws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "tests/data/files.hpp"

namespace neuronsmith {
namespace {

using testing::message_of;

OrderLaw law(const char* name) { return find_order_law(name).value(); }

/// A row of a table and a law, from which the published laws are written out by hand.
struct Row {
  Row(const Table& table, const DrawnOrderLaw& drawn, std::size_t row) : law(drawn) {
    for (std::size_t j = 0; j + 1 < table.columns.size(); ++j) {
      x.push_back(static_cast<double>(table.columns[j].numbers[row]));
    }
  }

  [[nodiscard]] double c(std::size_t term) const { return law.coefficients[term]; }
  [[nodiscard]] double S(int k) const {
    double sum = 0.0;
    for (const double value : x) sum += std::pow(value, k);
    return sum;
  }
  /// The product of the k projections of a term.
  [[nodiscard]] double I(int k, std::size_t term) const {
    EXPECT_EQ(law.projections[term].size(), static_cast<std::size_t>(k) * x.size());
    double product = 1.0;
    for (std::size_t m = 0; m < static_cast<std::size_t>(k); ++m) {
      double sum = 0.0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        sum += law.projections[term][m * x.size() + i] * x[i];
      }
      product *= sum;
    }
    return product;
  }

  const DrawnOrderLaw& law;
  std::vector<double> x;
};

double published(const Row& row) {
  const std::string name = neuronsmith::name(row.law.law);
  if (name == "pure-0") return row.c(0) * row.S(2);
  if (name == "pure-1") return row.c(0) * row.S(3);
  if (name == "pure-2") return 10.0 * row.S(1) + 0.5 * row.S(2);
  if (name == "pure-3") return 5.0 * row.S(2) + 0.5 * row.S(4);
  if (name == "pure-4") return row.c(0) * row.S(5);
  if (name == "interact-0") return row.c(0) * row.I(2, 0);
  if (name == "interact-1") return row.c(0) * row.I(2, 0) + row.c(1) * row.I(3, 1);
  if (name == "interact-2") return 8.0 * row.I(2, 0) + 0.5 * row.I(3, 1);
  if (name == "interact-3") return row.c(0) * row.I(2, 0) + row.c(1) * row.I(4, 1);
  if (name == "interact-4") return row.c(0) * row.I(4, 0);
  if (name == "hybrid-0") return row.c(0) * row.S(2) + row.c(1) * row.I(2, 1);
  if (name == "hybrid-1") return row.c(0) * row.S(1) + row.c(1) * row.I(2, 1);
  if (name == "hybrid-2") return 5.0 * row.S(3) + 0.5 * row.I(2, 1);
  if (name == "hybrid-3") return 0.5 * row.S(2) + 5.0 * row.I(3, 1);
  if (name == "hybrid-4") return row.c(0) * row.S(2) + row.c(1) * row.I(3, 1);
  return NAN;
}

/// The law's values on the rows of a table.
std::vector<double> values(const Table& table, const DrawnOrderLaw& drawn) {
  std::vector<double> y;
  for (std::size_t i = 0; i < table.n_rows; ++i) y.push_back(published(Row(table, drawn, i)));
  return y;
}

class OrderLawNamed : public ::testing::TestWithParam<OrderLaw> {};

TEST_P(OrderLawNamed, TargetIsTheStandardisedLawAtTheInputsOfTheTable) {
  for (const std::size_t features : {std::size_t{1}, std::size_t{7}}) {
    const OrderLawTables made = synthesize(
        {.law = GetParam(), .noise = 0.0, .rows = 40, .test_rows = 9, .features = features});
    ASSERT_EQ(made.data.columns.size(), features + 1);
    const std::vector<double> y = values(made.data, made.law);
    double mean = 0.0;
    for (const double value : y) mean += value / 40.0;
    double variance = 0.0;
    for (const double value : y) variance += (value - mean) * (value - mean) / 40.0;
    EXPECT_NEAR(made.mean, mean, 1e-12 * std::sqrt(variance));
    EXPECT_NEAR(made.deviation, std::sqrt(variance), 1e-12 * std::sqrt(variance));
    const auto expect_standardised = [&](const Table& table) {
      const std::vector<double> clean = values(table, made.law);
      for (std::size_t i = 0; i < table.n_rows; ++i) {
        const auto expected = static_cast<float>((clean[i] - made.mean) / made.deviation);
        EXPECT_FLOAT_EQ(table.columns.back().numbers[i], expected);
      }
    };
    expect_standardised(made.data);
    expect_standardised(made.test);
  }
}

TEST_P(OrderLawNamed, CoefficientsLieInTheirRangesWithBothSigns) {
  const auto terms = terms_of(GetParam());
  std::vector<int> negative(terms.size());
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const DrawnOrderLaw drawn = draw({.law = GetParam(), .seed = seed});
    ASSERT_EQ(drawn.coefficients.size(), terms.size());
    for (std::size_t t = 0; t < terms.size(); ++t) {
      EXPECT_GE(std::abs(drawn.coefficients[t]), terms[t].low);
      EXPECT_LE(std::abs(drawn.coefficients[t]), terms[t].high);
      negative[t] += drawn.coefficients[t] < 0.0;
    }
  }
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const bool is_fixed = terms[t].low == terms[t].high;
    EXPECT_TRUE(is_fixed ? negative[t] == 0 : negative[t] > 5 && negative[t] < 35) << t;
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         OrderLawNamed,
                         ::testing::ValuesIn(order_laws()),
                         [](const auto& info) {
                           std::string text = name(info.param);
                           text[text.find('-')] = '_';
                           return text;
                         });

TEST(OrderLaws, AreFifteenWithNames) {
  EXPECT_EQ(order_laws().size(), 15u);
  EXPECT_EQ(name(order_laws()[8]), "interact-3");
  EXPECT_EQ(law("interact-3"), order_laws()[8]);
  EXPECT_FALSE(find_order_law("interact-5"));
  EXPECT_FALSE(find_order_law("interact"));
  EXPECT_FALSE(find_order_law("3"));
  EXPECT_EQ(draw({.law = law("interact-2")}).text(), "8*I2 + 0.5*I3");
  EXPECT_EQ(draw({.law = law("hybrid-2")}).text(), "5*S3 + 0.5*I2");
}

TEST(OrderLaws, InputsAndProjectionsAreNormal) {
  constexpr std::size_t kFeatures = 50;
  const OrderLawTables made =
      synthesize({.law = law("interact-4"), .rows = 4000, .features = kFeatures});
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t j = 0; j < kFeatures; ++j) {
    for (const float x : made.data.columns[j].numbers) {
      sum += static_cast<double>(x);
      squares += static_cast<double>(x) * static_cast<double>(x);
    }
  }
  EXPECT_NEAR(sum / (4000 * kFeatures), 0.0, 0.01);
  EXPECT_NEAR(squares / (4000 * kFeatures), 1.0, 0.02);
  double weights = 0.0;
  for (const double w : made.law.projections[0]) weights += w * w;
  EXPECT_NEAR(weights / 4.0, 1.0, 0.3);  // 4 projections of 50 weights of variance 1/50
}

TEST(OrderLaws, NoiseHasItsDeviationBeforeTheTargetIsStandardised) {
  const OrderLawOptions options{.law = law("hybrid-1"), .noise = 0.5, .rows = 20'000};
  const OrderLawTables made = synthesize(options);
  const std::vector<double> clean = values(made.data, made.law);
  double squares = 0.0;
  double mean = 0.0;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const auto y = static_cast<double>(made.data.columns.back().numbers[i]);
    const double noise = y * made.deviation + made.mean - clean[i];
    squares += noise * noise;
    mean += noise;
  }
  EXPECT_NEAR(std::sqrt(squares / 20'000), 0.5, 0.01);
  EXPECT_NEAR(mean / 20'000, 0.0, 0.02);
  double sum = 0.0;
  double y_squares = 0.0;
  for (const float y : made.data.columns.back().numbers) {
    sum += static_cast<double>(y);
    y_squares += static_cast<double>(y) * static_cast<double>(y);
  }
  EXPECT_NEAR(sum / 20'000, 0.0, 1e-6);
  EXPECT_NEAR(y_squares / 20'000, 1.0, 1e-6);
}

TEST(OrderLaws, DependOnSeedAndLawAndRowsOnlyAdd) {
  const auto hash = [](const OrderLawOptions& options) { return synthesize(options).data.hash(); };
  const OrderLawOptions options{.law = law("interact-1"), .rows = 50, .seed = 4};
  EXPECT_EQ(hash(options), hash(options));
  OrderLawOptions other = options;
  other.seed = 5;
  EXPECT_NE(hash(options), hash(other));
  EXPECT_NE(draw(options).projections, draw(other).projections);
  OrderLawOptions longer = options;
  longer.rows = 80;
  longer.test_rows = 20;
  const OrderLawTables made = synthesize(longer);
  const auto first = std::span(made.data.columns[3].numbers).first(50);
  const OrderLawTables shorter = synthesize(options);
  EXPECT_TRUE(std::ranges::equal(first, shorter.data.columns[3].numbers));
  EXPECT_EQ(made.law.projections, shorter.law.projections);
  EXPECT_NE(made.data.columns[3].numbers[0], made.test.columns[3].numbers[0]);
}

TEST(OrderLaws, NameTheOption) {
  EXPECT_EQ(message_of<ConfigError>([] { OrderLawOptions{.noise = -1.0}.validate(); }),
            "--noise: a number of at least 0 is wanted, not -1");
  EXPECT_EQ(message_of<ConfigError>([] { OrderLawOptions{.rows = 1}.validate(); }),
            "--rows: at least 2 are wanted to standardise y, not 1");
  EXPECT_THROW(OrderLawOptions{.rows = 0}.validate(), ConfigError);
  EXPECT_THROW(OrderLawOptions{.features = 0}.validate(), ConfigError);
  EXPECT_THROW(OrderLawOptions{.noise = NAN}.validate(), ConfigError);
}

}  // namespace
}  // namespace neuronsmith
