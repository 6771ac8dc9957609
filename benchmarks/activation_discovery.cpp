// How long the published discovery of an activation takes: recipe activation-gp on 10,000 rows of
// HIGGS, one thread, a search of 5 generations of 500 formulas from each of several seeds.
// NEURONSMITH_DATA names the folder of higgs.csv.gz; without it there is nothing to measure.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "neuronsmith/experiment/discover.hpp"

namespace neuronsmith::benchmarks {
namespace {

constexpr std::uint64_t kSeeds = 5;

std::string higgs_file() {
  const char* const folder = std::getenv("NEURONSMITH_DATA");
  return folder == nullptr ? "" : std::string(folder) + "/higgs.csv.gz";
}

const experiment::PreparedData& higgs() {
  static const experiment::PreparedData data = experiment::prepare({
      .data = higgs_file(),
      .target = "class",
      .rows = 10'000,
      .scaling = Scaling::Standard,
      .clip = false,
      .split = {.validation = 0.0, .test = 0.0},
  });
  return data;
}

/// From the first formula proposed to the neuron, reading and scaling left out.
void discover(benchmark::State& state) {
  const Executor executor(1);
  experiment::DiscoverOptions options{.recipe = search::find_recipe("activation-gp"), .driver = {}};
  options.driver.budget.generations = options.recipe.generations;
  static_cast<void>(higgs());
  double error = 0.0;
  for (auto _ : state) {
    error = 0.0;
    for (options.seed = 1; options.seed <= kSeeds; ++options.seed) {
      error += experiment::discover(higgs(), options, executor).score.error / kSeeds;
    }
  }
  state.counters["error"] = error;
  state.counters["searches"] =
      benchmark::Counter(static_cast<double>(kSeeds) * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
}

const bool kRegistered = [] {
  if (!std::filesystem::exists(higgs_file())) return false;
  benchmark::RegisterBenchmark("discover/activation_gp", discover)->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace neuronsmith::benchmarks
