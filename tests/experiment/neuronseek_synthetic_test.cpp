#include "neuronsmith/experiment/reproduce/neuronseek_synthetic.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::experiment {
namespace {

OrderLaw law(const char* name) { return find_order_law(name).value(); }

NeuronSeekSyntheticOptions options() {
  return {.laws = {law("pure-0"), law("interact-0")},
          .dimensions = {3, 2},
          .seeds = {1, 2},
          .rows = 200,
          .test_rows = 50,
          .methods = {"vsr", "scalar-gp"},
          .stability = 3,
          .stability_laws = {law("pure-1")}};
}

std::string without_times(const NeuronSeekSyntheticStudy& study) {
  Json json = to_json(study);
  json.erase("seconds");
  for (Json& row : json["outcomes"]) row.erase("search_seconds");
  for (Json& row : json["summary"]) row.erase("median_search_seconds");
  return json.dump();
}

TEST(NeuronSeekSynthetic, HasEverySearchOnceInOrder) {
  const NeuronSeekSyntheticStudy study = reproduce_neuronseek_synthetic(options(), Executor(2));
  ASSERT_EQ(study.outcomes.size(), 2u * 2u * 2u * 2u);
  EXPECT_EQ(study.outcomes[0].dimension, 3u);
  EXPECT_EQ(study.outcomes[1].method, "scalar-gp");
  EXPECT_EQ(study.outcomes[2].seed, 2u);
  EXPECT_EQ(name(study.outcomes[4].law), "interact-0");
  EXPECT_EQ(study.outcomes[8].dimension, 2u);
  for (const RecoveryOutcome& outcome : study.outcomes) {
    EXPECT_EQ(outcome.verdict,
              recovery::verdict_of(outcome.found, recovery::true_orders(outcome.law)));
    if (outcome.method != "vsr") continue;
    // Sums of powers: the one law is found, the other cannot be.
    const bool is_pure = outcome.law.mode == OrderMode::Pure;
    EXPECT_EQ(outcome.verdict, is_pure ? recovery::Verdict::Perfect : recovery::Verdict::Missing);
    ASSERT_TRUE(outcome.test_error);
    EXPECT_EQ(*outcome.test_error < 0.1, is_pure);
  }
}

TEST(NeuronSeekSynthetic, SummariesCountTheVerdicts) {
  const NeuronSeekSyntheticStudy study = reproduce_neuronseek_synthetic(options(), Executor(2));
  ASSERT_EQ(study.summaries.size(), 4u);
  EXPECT_EQ(study.summaries[0].method, "vsr");
  EXPECT_EQ(study.summaries[0].perfect, (std::vector<std::size_t>{1, 1}));
  EXPECT_EQ(study.summaries[0].missing, (std::vector<std::size_t>{1, 1}));
  ASSERT_EQ(study.stability.size(), 2u);
  std::size_t searches = 0;
  for (const auto& [structure, count] : study.stability[0].structures) searches += count;
  EXPECT_EQ(searches, 3u);
  ASSERT_EQ(study.shares.size(), 4u);
  EXPECT_NEAR(study.shares[0].terms[0], 1.0, 0.01);
}

TEST(NeuronSeekSynthetic, IsTheSameWhateverTheThreads) {
  EXPECT_EQ(without_times(reproduce_neuronseek_synthetic(options(), Executor(1))),
            without_times(reproduce_neuronseek_synthetic(options(), Executor(2))));
}

TEST(NeuronSeekSynthetic, AStopLeavesWhatIsFinished) {
  std::stop_source source;
  source.request_stop();
  const NeuronSeekSyntheticStudy study =
      reproduce_neuronseek_synthetic(options(), Executor(2), nullptr, source.get_token());
  EXPECT_TRUE(study.interrupted);
  EXPECT_TRUE(study.outcomes.empty());
  EXPECT_TRUE(study.stability.empty());
  EXPECT_NE(results_markdown(study).find("0 of 0"), std::string::npos);
}

TEST(NeuronSeekSynthetic, TablesHaveEveryProblemAndSayWhatIsUnknown) {
  const NeuronSeekSyntheticStudy study = reproduce_neuronseek_synthetic(options(), Executor(2));
  const std::string csv = results_csv(study);
  EXPECT_EQ(csv.substr(0, csv.find('\n')),
            "problem,inputs,seed,method,orders,found,verdict,test_error,seconds");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 17);
  EXPECT_NE(csv.find("pure-0,3,1,vsr,S2,S2,perfect,"), std::string::npos) << csv;
  const std::string markdown = results_markdown(study);
  for (const char* part : {"| pure-0 | ±U(1, 3) S2 | S2 | 2 of 2;",
                           "### 2 inputs",
                           "not known to us",
                           "| 3 | vsr | 1, 1 | 2 of 4 | 0 | 2 |",
                           "### Stability"}) {
    EXPECT_NE(markdown.find(part), std::string::npos) << part << " not in\n" << markdown;
  }
}

TEST(NeuronSeekSynthetic, MistakesNameTheOption) {
  const auto message = [](void (*change)(NeuronSeekSyntheticOptions&)) -> std::string {
    NeuronSeekSyntheticOptions wrong = options();
    change(wrong);
    try {
      wrong.validate();
    } catch (const ConfigError& error) {
      return error.what();
    }
    return {};
  };
  using Options = NeuronSeekSyntheticOptions;
  EXPECT_EQ(message([](Options&) {}), "");
  EXPECT_EQ(message([](Options& o) { o.methods = {"magic"}; }).find("--methods: no method"), 0u);
  EXPECT_EQ(message([](Options& o) { o.methods = {}; }).find("--methods"), 0u);
  EXPECT_EQ(message([](Options& o) { o.methods = {"vsr", "vsr"}; }).find("--methods"), 0u);
  EXPECT_EQ(message([](Options& o) { o.dimensions = {1}; }).find("--dimensions"), 0u);
  EXPECT_EQ(message([](Options& o) { o.dimensions = {1001}; }).find("--dimensions: 2 to 1000"), 0u);
  EXPECT_EQ(message([](Options& o) { o.seeds = {3, 3}; }).find("--seeds"), 0u);
  EXPECT_EQ(message([](Options& o) { o.laws = {}; }).find("--modes, --variants"), 0u);
  EXPECT_EQ(message([](Options& o) { o.seconds = 0.0; }).find("--seconds"), 0u);
  EXPECT_EQ(message([](Options& o) { o.rows = 1; }).find("--rows"), 0u);
  EXPECT_EQ(message([](Options& o) { o.noise = -1.0; }).find("--noise"), 0u);
  EXPECT_EQ(message([](Options& o) { o.stability_laws = {}; }).find("--stability-problems"), 0u);
  EXPECT_EQ(message([](Options& o) { o.stability = 2000; }).find("--repeats, --stability"), 0u);
}

}  // namespace
}  // namespace neuronsmith::experiment
