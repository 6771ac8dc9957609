#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/search/tensor/gated_search.hpp"
#include "neuronsmith/search/tensor/gates.hpp"
#include "search/tensor_samples.hpp"

namespace neuronsmith::search::tensor {
namespace {

TEST(Gates, AreOpenAsOftenAsTheyClaim) {
  for (const double log_alpha : {-3.0, -0.5, 0.0, 2.0}) {
    int open = 0;
    constexpr int kDraws = 20000;
    for (int i = 0; i < kDraws; ++i) {
      if (hard_concrete(log_alpha, (i + 0.5) / kDraws).value > 0.0F) ++open;
    }
    EXPECT_NEAR(static_cast<double>(open) / kDraws, open_probability(log_alpha), 1e-3);
  }
}

TEST(Gates, SlopesAreFiniteDifferences) {
  const HardConcreteGates gates;
  for (const double log_alpha : {-1.0, 0.3, 1.5}) {
    for (const double u : {0.3, 0.5, 0.6}) {
      const double h = 1e-3;
      const double difference = static_cast<double>(hard_concrete(log_alpha + h, u).value) -
                                static_cast<double>(hard_concrete(log_alpha - h, u).value);
      EXPECT_NEAR(
          static_cast<double>(hard_concrete(log_alpha, u).slope), difference / (2 * h), 1e-3);
    }
    const double h = 1e-4;
    EXPECT_NEAR(gates.price_slope(static_cast<float>(log_alpha)),
                (open_probability(log_alpha + h) - open_probability(log_alpha - h)) / (2 * h),
                1e-5);
  }
  EXPECT_EQ(hard_concrete(5.0, 0.9).value, 1.0F);
  EXPECT_EQ(hard_concrete(5.0, 0.9).slope, 0.0F);
  EXPECT_EQ(hard_concrete(-5.0, 0.1).value, 0.0F);
}

TEST(Gates, StartAsPublished) {
  Random random(1, Purpose::Test);
  const float start = HardConcreteGates().start(random);
  EXPECT_NEAR(start, 2.197, 1e-3);
  EXPECT_NEAR(open_probability(static_cast<double>(start)), 0.978, 1e-3);
}

TEST(Gates, OfCoefficientsCompareWithTheMean) {
  const std::vector<float> coefficients = {-3.0F, 1.0F, 2.0F};
  const std::vector<double> openness = CoefficientGates().openness(coefficients);
  EXPECT_DOUBLE_EQ(openness[0], 1.5);
  EXPECT_DOUBLE_EQ(openness[1], 0.5);
  EXPECT_EQ(CoefficientGates().price_slope(-3.0F), -1.0);
}

std::vector<TensorTerm> kept(const Sample& data, const TensorOptions& options, std::uint64_t seed) {
  return run_gated_search(data.rows(options.max_order), options, seed)->kept;
}

bool has(const std::vector<TensorTerm>& terms, Stream stream, int order) {
  return std::ranges::any_of(
      terms, [&](const TensorTerm& t) { return t.stream == stream && t.order == order; });
}

// Of an odd law gates keep odd terms only, and so the other way round; whatever the target's scale.
TEST(GatedSearch, ClosesGatesOfTheOtherParity) {
  for (const double scale : {1e-3, 1.0, 1e4}) {
    const Sample data = draw_sample(1000, 6, 3, [&](std::span<const double> x) {
      return scale * (interaction(x, 3) + power_sum(x, 1));
    });
    TensorOptions options{.max_order = 4, .rank = 4};
    const auto terms = kept(data, options, 1);
    EXPECT_TRUE(has(terms, Stream::Pure, 1));
    EXPECT_TRUE(has(terms, Stream::Product, 3));
    EXPECT_FALSE(has(terms, Stream::Product, 2));
    EXPECT_FALSE(has(terms, Stream::Product, 4));
  }
}

TEST(GatedSearch, IsAFunctionOfItsSeed) {
  const Sample data =
      draw_sample(300, 4, 3, [](std::span<const double> x) { return interaction(x, 2); });
  const TensorRows rows = data.rows();
  const TensorOptions options{.epochs = 20};
  const auto once = run_gated_search(rows, options, 5);
  const auto again = run_gated_search(rows, options, 5);
  const auto other = run_gated_search(rows, options, 6);
  EXPECT_EQ(once->openness, again->openness);
  EXPECT_EQ(once->loss, again->loss);
  EXPECT_NE(once->loss, other->loss);
}

TEST(GatedSearch, StopsWhenAsked) {
  const Sample data =
      draw_sample(300, 4, 3, [](std::span<const double> x) { return interaction(x, 2); });
  std::stop_source source;
  int epochs = 0;
  const auto outcome = run_gated_search(
      data.rows(),
      {},
      5,
      [&] {
        if (++epochs == 3) source.request_stop();
      },
      source.get_token());
  EXPECT_FALSE(outcome.has_value());
  EXPECT_EQ(epochs, 3);
}

// As published an order-1 product is one of the terms, and both streams claim what is linear.
TEST(GatedSearch, PublishedModelCannotTellLinearTermsApart) {
  const Sample data = draw_sample(
      1000, 6, 3, [](std::span<const double> x) { return power_sum(x, 1); }, 0.01);
  const TensorOptions published{.max_order = 3, .as_published = true};
  const auto terms = kept(data, published, 1);
  EXPECT_TRUE(has(terms, Stream::Pure, 1));
  EXPECT_TRUE(has(terms, Stream::Product, 1));
}

TEST(GatedSearch, FirstVersionsFitByCoefficients) {
  const Sample data = draw_sample(
      1500, 5, 3, [](std::span<const double> x) { return 3.0 * power_sum(x, 1); }, 0.01);
  for (const TensorEngine engine : {TensorEngine::Cp, TensorEngine::Tucker}) {
    const TensorOptions options{
        .engine = engine, .max_order = 3, .rank = 3, .epochs = 100, .as_published = true};
    const auto outcome = run_gated_search(data.rows(3), options, 2);
    EXPECT_LT(outcome->loss, 0.5) << name(engine);
    EXPECT_LT(outcome->kept.size(), 3U) << name(engine);  // never all: not all are above their mean
  }
}

}  // namespace
}  // namespace neuronsmith::search::tensor
