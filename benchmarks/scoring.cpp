// How many candidate formulas a second one core scores from Gram matrices, whatever the number of
// rows: the formulas that a genetic search proposes on California housing. NEURONSMITH_DATA names
// the folder of california_housing.csv.gz; without it there is nothing to measure.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/search/driver.hpp"
#include "neuronsmith/search/fit_objective.hpp"
#include "neuronsmith/search/genetic/genetic_search.hpp"
#include "neuronsmith/search/recipe.hpp"

namespace neuronsmith::benchmarks {
namespace {

constexpr std::uint64_t kGenerations = 20;

std::string housing_file() {
  const char* const folder = std::getenv("NEURONSMITH_DATA");
  return folder == nullptr ? "" : std::string(folder) + "/california_housing.csv.gz";
}

/// The rows of a table, over and over again until there are enough.
class RepeatedRows {
 public:
  RepeatedRows(const network::Part& part, std::size_t n_rows)
      : features_(n_rows, part.features.n_features), target_(n_rows) {
    for (std::size_t j = 0; j < part.features.n_features; ++j) {
      repeat(part.features.column(j), features_.column(j));
    }
    repeat(part.target, target_);
  }

  [[nodiscard]] search::FitData data() const { return {features_.view(), {target_}}; }

 private:
  static void repeat(std::span<const float> from, std::span<float> to) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i % from.size()];
  }

  FeatureMatrix features_;
  std::vector<float> target_;
};

const experiment::PreparedData& housing() {
  static const experiment::PreparedData data = [] {
    experiment::DataOptions options;
    options.data = housing_file();
    options.clip = false;
    return experiment::prepare(options);
  }();
  return data;
}

search::GeneticSearch make_search() {
  return {search::find_recipe("vsr").genetic, formula::Shape::Vector, 1};
}

/// Everything that a search proposes in its first generations.
std::vector<formula::Formula> proposals(const search::FitObjective& objective) {
  search::GeneticSearch search = make_search();
  std::vector<formula::Formula> all;
  for (std::uint64_t g = 0; g < kGenerations; ++g) {
    std::vector<formula::Formula> formulas = search.ask();
    std::vector<search::Score> scores;
    for (const formula::Formula& f : formulas) scores.push_back(objective.score_one(f));
    all.insert(all.end(), formulas.begin(), formulas.end());
    search.tell(std::move(formulas), scores);
  }
  return all;
}

void score(benchmark::State& state, search::Coefficients coefficients) {
  const RepeatedRows rows(housing().training(), static_cast<std::size_t>(state.range(0)));
  search::FitOptions options = search::find_recipe("vsr").fit;
  options.coefficients = coefficients;
  const Stopwatch clock;
  const search::FitObjective objective(rows.data(), options);
  state.counters["setup_seconds"] = clock.seconds();
  const std::vector<formula::Formula> formulas = proposals(objective);
  for (auto _ : state) {
    for (const formula::Formula& f : formulas) {
      benchmark::DoNotOptimize(objective.score_one(f));
    }
  }
  state.counters["candidates"] = benchmark::Counter(
      static_cast<double>(formulas.size()) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate);
}

/// Proposing, looking up, scoring, the front: all that a search does.
void search_whole(benchmark::State& state) {
  const RepeatedRows rows(housing().training(), static_cast<std::size_t>(state.range(0)));
  const search::FitObjective objective(rows.data(), search::find_recipe("vsr").fit);
  const Executor executor(1);
  search::DriverOptions options;
  options.budget.generations = kGenerations;
  double candidates = 0.0;
  for (auto _ : state) {
    search::GeneticSearch search = make_search();
    candidates +=
        static_cast<double>(search::run_search(search, objective, executor, options).candidates);
  }
  state.counters["candidates"] = benchmark::Counter(candidates, benchmark::Counter::kIsRate);
}

void add_row_counts(benchmark::internal::Benchmark* b) {
  b->Arg(2'000)->Arg(20'000)->Arg(2'000'000)->Unit(benchmark::kMillisecond);
}

const bool kRegistered = [] {
  if (!std::filesystem::exists(housing_file())) return false;
  using search::Coefficients;
  add_row_counts(benchmark::RegisterBenchmark("score/fitted", score, Coefficients::Fitted));
  add_row_counts(benchmark::RegisterBenchmark("score/as_written", score, Coefficients::AsWritten));
  benchmark::RegisterBenchmark("search", search_whole)->Arg(20'000)->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace neuronsmith::benchmarks
