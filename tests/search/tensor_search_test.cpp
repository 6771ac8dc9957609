#include "neuronsmith/search/tensor/tensor_search.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/tensor/proof.hpp"
#include "search/tensor_samples.hpp"

namespace neuronsmith::search::tensor {
namespace {

using Law = std::function<double(std::span<const double>)>;

constexpr TensorTerm kPure2{Stream::Pure, 2};
constexpr TensorTerm kProduct2{Stream::Product, 2, 1};

FitRows halves(std::size_t n) {
  FitRows rows;
  for (std::uint32_t i = 0; i < n; ++i) (i % 2 == 0 ? rows.fit : rows.holdout).push_back(i);
  return rows;
}

TEST(StructureFitter, SolvesPureTermsExactly) {
  const Sample data = draw_sample(400, 4, 1, [](std::span<const double> x) {
    return 7.0 - 2.0 * power_sum(x, 1) + 0.5 * power_sum(x, 3);
  });
  const TensorRows rows = data.rows();
  const StructureFitter fitter(rows, halves(400), 64, 1);
  const StructureFit none = fitter.constant();
  EXPECT_NEAR((none.loss + none.holdout_loss()) / 2.0, 1.0, 0.05);
  const StructureFit fit =
      fitter.with(fitter.with(fitter.constant(), {Stream::Pure, 1}), {Stream::Pure, 3});
  EXPECT_LT(fit.loss, 1e-11);
  EXPECT_LT(fit.holdout_loss(), 1e-11);
  const neuron::Aggregation aggregation = to_aggregation(fit, rows);
  EXPECT_NEAR(aggregation.terms[0].coefficient, -2.0, 1e-4);
  EXPECT_NEAR(aggregation.terms[1].coefficient, 0.5, 1e-4);
  EXPECT_NEAR(aggregation.bias, 7.0, 1e-4);
}

// What is left is a ten-thousandth of the variance, and is still fitted.
TEST(StructureFitter, FitsASmallProductBesideALargePower) {
  const Sample data = draw_sample(1500, 6, 2, [](std::span<const double> x) {
    return 5.0 * power_sum(x, 3) + 0.5 * interaction(x, 2);
  });
  const TensorRows rows = data.rows();
  const StructureFitter fitter(rows, halves(1500), 64, 1);
  const StructureFit large = fitter.with(fitter.constant(), {Stream::Pure, 3});
  const StructureFit both = fitter.with(large, kProduct2);
  EXPECT_GT(large.loss, 1e-5);
  EXPECT_LT(both.loss, 0.02 * large.loss);
  EXPECT_TRUE(is_worse(large, both));
  EXPECT_FALSE(is_worse(both, large));
  const StructureFit back = fitter.without(both, 1);
  EXPECT_NEAR(back.loss, large.loss, 0.01 * large.loss);
}

TEST(StructureFitter, FitsClassesByTheirLogLoss) {
  Sample data =
      draw_sample(1200, 4, 3, [](std::span<const double> x) { return interaction(x, 2); });
  for (const float y : data.target) data.classes.push_back(y > 0.0F ? 1 : 0);
  const TensorRows rows(data.part(), network::Loss::BinaryCrossEntropy, 1, 3);
  const StructureFitter fitter(rows, halves(1200), 64, 1);
  const StructureFit none = fitter.constant();
  const StructureFit linear = fitter.with(none, {Stream::Pure, 1});
  const StructureFit product = fitter.with(none, kProduct2);
  EXPECT_NEAR(none.holdout_loss(), 1.0, 0.05);
  EXPECT_GT(linear.holdout_loss(), 0.9);
  EXPECT_LT(product.holdout_loss(), 0.3);
}

TEST(Proof, IsWorseNeedsMoreThanChance) {
  StructureFit a;
  StructureFit b;
  Random random(1, Purpose::Test);
  for (int i = 0; i < 400; ++i) {
    const double noise = random.normal();
    b.holdout.push_back(1.0);
    a.holdout.push_back(1.0 + 0.02 + noise);  // 0.4 standard errors
  }
  EXPECT_FALSE(is_worse(a, b));
  for (double& loss : a.holdout) loss += 0.3;
  EXPECT_TRUE(is_worse(a, b));
  EXPECT_FALSE(is_worse(b, a));
  a.holdout.assign(400, 1.001);  // beyond chance, but a thousandth
  EXPECT_FALSE(is_worse(a, b));
  a.holdout[0] = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(is_worse(a, b));
}

std::vector<TensorTerm> proven(const Law& law, std::vector<TensorTerm> start) {
  const Sample data = draw_sample(1500, 10, 7, law, 0.01);
  const TensorRows rows = data.rows(3);
  const StructureFitter fitter(rows, halves(1500), 64, 1);
  const ProofOptions options{.candidates = {{Stream::Pure, 1},
                                            kPure2,
                                            {Stream::Pure, 3},
                                            kProduct2,
                                            {Stream::Product, 3, 1}},
                             .max_rank = 2};
  std::vector<TensorTerm> terms;
  const auto fit = prove(fitter, start, options);
  for (const FittedTerm& fitted : fit->terms) terms.push_back(fitted.term);
  return terms;
}

TEST(Proof, DropsAddsAndExchanges) {
  const Law squares = [](std::span<const double> x) { return power_sum(x, 2); };
  EXPECT_EQ(proven(squares, {{Stream::Pure, 1}, kPure2, kProduct2}), std::vector{kPure2});
  EXPECT_EQ(proven(squares, {kProduct2}), std::vector{kPure2});
  EXPECT_EQ(proven(squares, {}), std::vector{kPure2});
  const Law product = [](std::span<const double> x) { return interaction(x, 2); };
  EXPECT_EQ(proven(product, {kPure2}), std::vector{kProduct2});
}

// Two products of one order: (w.x)(v.x) + (w'.x)(v'.x) of general weights need rank 2.
TEST(Proof, FindsTheRank) {
  const Law law = [](std::span<const double> x) {
    return interaction(x, 2) + (x[0] - 0.4 * x[3] + x[7]) * (x[1] + x[4] - x[8]);
  };
  EXPECT_EQ(proven(law, {}), (std::vector{kProduct2, kProduct2}));
}

TensorDiscovery searched(const Sample& data,
                         const TensorOptions& options,
                         std::size_t n_threads,
                         const DriverOptions& driver = {}) {
  const Executor executor(n_threads);
  return run_tensor_search(data.rows(options.max_order), options, 11, executor, driver);
}

Sample mixed() {
  return draw_sample(
      1200,
      10,
      5,
      [](std::span<const double> x) { return 2.0 * power_sum(x, 2) + 3.0 * interaction(x, 3); },
      0.01);
}

TEST(TensorSearch, FindsPowersAndProductsWhateverTheThreads) {
  const Sample data = mixed();
  const TensorOptions options{.epochs = 60, .restarts = 3};
  const TensorDiscovery one = searched(data, options, 1);
  const TensorDiscovery two = searched(data, options, 2);
  const neuron::Aggregation aggregation = to_aggregation(one.fit, data.rows());
  EXPECT_EQ(neuron::orders_of(aggregation), (neuron::OrderSet{{2}, {3}}));
  EXPECT_NEAR(aggregation.terms[0].coefficient, 2.0, 0.02);
  EXPECT_FALSE(one.is_fallback);
  EXPECT_EQ(one.restarts.size(), 3U);
  EXPECT_EQ(one.fit.loss, two.fit.loss);
  for (std::size_t r = 0; r < 3; ++r) {
    EXPECT_EQ(one.restarts[r].terms, two.restarts[r].terms);
    EXPECT_EQ(one.restarts[r].holdout_loss, two.restarts[r].holdout_loss);
  }
}

TEST(TensorSearch, FindsOrdersWithTheFirstVersionsTerms) {
  const Sample data = draw_sample(
      1200,
      6,
      5,
      [](std::span<const double> x) { return power_sum(x, 1) + 3.0 * interaction(x, 3); },
      0.01);
  for (const TensorEngine engine : {TensorEngine::Cp, TensorEngine::Tucker}) {
    const TensorOptions options{
        .engine = engine, .max_order = 3, .rank = 2, .epochs = 60, .restarts = 3};
    const TensorDiscovery found = searched(data, options, 2);
    EXPECT_EQ(neuron::orders_of(to_aggregation(found.terms)), (neuron::OrderSet{{1}, {3}}))
        << name(engine);
  }
}

TEST(TensorSearch, FallsBackToTheOrdinaryNeuronOnNoise) {
  const Sample data = draw_sample(
      400, 5, 5, [](std::span<const double>) { return 0.0; }, 1.0);
  const TensorDiscovery found = searched(data, {.epochs = 20, .restarts = 3}, 2);
  EXPECT_TRUE(found.is_fallback);
  EXPECT_EQ(found.terms, (std::vector<TensorTerm>{{Stream::Pure, 1}}));
  EXPECT_GT(found.fit.loss, 0.9);
}

/// A file that is gone afterwards.
struct TemporaryFile {
  std::string path =
      (std::filesystem::temp_directory_path() / ("tensor_" + std::to_string(::getpid()))).string();
  ~TemporaryFile() { std::filesystem::remove(path); }
};

TEST(TensorSearch, GoesOnFromItsCheckpoint) {
  const Sample data = mixed();
  const TensorOptions options{.epochs = 30, .restarts = 3};
  const TensorDiscovery whole = searched(data, options, 2);
  const TemporaryFile file;
  DriverOptions driver{.checkpoint = file.path, .fingerprint = {{"law", 1}}, .resume = true};
  driver.budget.minutes = 1e-9;  // one restart, then no time is left
  EXPECT_EQ(searched(data, options, 1, driver).restarts.size(), 1U);
  driver.budget.minutes.reset();
  const TensorDiscovery resumed = searched(data, options, 2, driver);
  EXPECT_EQ(resumed.fit.loss, whole.fit.loss);
  EXPECT_EQ(resumed.terms, whole.terms);
  driver.fingerprint = {{"law", 2}};
  EXPECT_THROW(searched(data, options, 1, driver), ConfigError);
  std::ofstream(file.path)
      << R"({"format": "neuronsmith-checkpoint", "version": 1, "fingerprint": {"law": 2},
    "seconds": 1.0, "restarts": [{"index": 0, "loss": 1.0, "holdout_loss": 1.0, "terms": [[0, 99, 1]]}]})";
  EXPECT_THROW(searched(data, options, 1, driver), ParseError);
}

TEST(TensorSearch, StoppedBeforeTheFirstRestartHasNothing) {
  const Sample data = mixed();
  std::stop_source source;
  source.request_stop();
  const Executor executor(1);
  EXPECT_THROW(static_cast<void>(run_tensor_search(
                   data.rows(), {}, 1, executor, {}, nullptr, source.get_token())),
               DataError);
}

TEST(TensorOptions, AreChecked) {
  const auto message = [](const TensorOptions& options) -> std::string {
    try {
      options.validate();
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message({}), "");
  EXPECT_EQ(message({.max_order = 0}), "--max-order: 0 is not between 1 and 8");
  EXPECT_EQ(message({.max_order = 9}), "--max-order: 9 is not between 1 and 8");
  EXPECT_EQ(message({.rank = 0}), "--rank: 0 is not between 1 and 256");
  EXPECT_EQ(message({.restarts = 0}), "--restarts: 0 is not between 1 and 1000");
  EXPECT_NE(message({.warm_up = 0.8}).find("--ramp"), std::string::npos);
  EXPECT_NE(message({.engine = TensorEngine::Tucker, .rank = 32}).find("--rank 32"),
            std::string::npos);
  EXPECT_THROW(static_cast<void>(parse_tensor_engine("x")), ConfigError);
}

TEST(TensorOptions, MemoryGrowsWithRankAndInputs) {
  const double small = memory_needed({}, 1000, 10, 1);
  EXPECT_GT(memory_needed({.rank = 256}, 1000, 10, 1), small);
  // Orders 2 to 5 of rank 8 take 112 columns an input and the powers 5, in four copies of 4 bytes.
  EXPECT_GT(memory_needed({}, 1000, 1'000'000, 1), 117.0 * 16.0 * 1e6);
}

}  // namespace
}  // namespace neuronsmith::search::tensor
