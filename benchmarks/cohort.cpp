// How many steps of training a second a cohort of small networks takes: 8-32-32-1, batches of 128,
// Adam, members that differ in their activation, over several problems and seeds; from the
// initialisation of each network to its loss on the test rows, with one thread and with two.
#include "neuronsmith/network/cohort.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <span>
#include <string>

#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::benchmarks {
namespace {

constexpr std::size_t kInputs = 8;
constexpr std::size_t kRows = 1024;
constexpr std::size_t kBatch = 128;
constexpr std::size_t kEpochs = 100;
constexpr std::size_t kProblems = 4;
constexpr std::size_t kMembers = 8;

// peers/cohort.py has the same.
constexpr std::array<const char*, kMembers> kActivations = {"relu(x)",
                                                            "gelu(x)",
                                                            "x*sigmoid(x)",
                                                            "tanh(x)",
                                                            "x*tanh(softplus(x))",
                                                            "cos(x)-cos(cos(x))",
                                                            "tanh(1.5*x)*exp(-0.2*x^2)+0.1*x",
                                                            "gelu(x)+0.1*sin(x)"};

/// A sine of a random combination of the inputs.
struct Rows {
  Rows(std::uint64_t problem, std::uint32_t part) {
    Random weights(problem, Purpose::Synthetic);
    Random random(problem, Purpose::Synthetic, part);
    for (std::size_t j = 0; j < kInputs; ++j) {
      const auto weight = static_cast<float>(weights.normal());
      for (std::size_t i = 0; i < kRows; ++i) {
        features.column(j)[i] = static_cast<float>(random.normal());
        target[i] += weight * features.column(j)[i];
      }
    }
    for (float& y : target) y = std::sin(y);
  }

  [[nodiscard]] network::Part part() const {
    return {.features = features.view(), .target = target, .classes = {}};
  }

  FeatureMatrix features = FeatureMatrix(kRows, kInputs);
  std::vector<float> target = std::vector<float>(kRows, 0.0F);
};

struct Data {
  explicit Data(std::uint64_t problem) : training(problem, 1), test(problem, 2) {}

  Rows training;
  Rows test;
};

network::Cohort make_cohort() {
  static const std::array<Data, kProblems> data = {Data(1), Data(2), Data(3), Data(4)};
  std::vector<network::Problem> problems;
  for (const Data& rows : data) {
    problems.push_back({.training = rows.training.part(), .test = rows.test.part(), .beyond = {}});
  }
  return {
      std::move(problems),
      {.training = {.batch = kBatch, .epochs = kEpochs, .schedule = network::Schedule::Constant},
       .seeds = {1, 2, 3, 4}}};
}

std::vector<network::Member> members(std::span<const char* const> activations) {
  std::vector<network::Member> all;
  for (std::size_t i = 0; i < kMembers; ++i) {
    const char* const activation = activations[i % activations.size()];
    all.push_back(
        {.activation = formula::parse_or_throw(activation, formula::Shape::Scalar, "benchmark")});
  }
  return all;
}

/// Multiplications and additions of a step: forward, by the weights, by the inputs (not of the
/// first layer).
double flops_of_step(const network::Cohort& cohort, const network::Member& member) {
  const network::Network network(cohort.architecture_of(member, 0));
  const auto all = static_cast<double>(network.multiply_adds());
  const auto first = static_cast<double>(network.layers().front().multiply_adds());
  return 2.0 * static_cast<double>(kBatch) * (3.0 * all - first);
}

void cohort(benchmark::State& state, std::span<const char* const> activations) {
  const network::Cohort cohort = make_cohort();
  const std::vector<network::Member> all = members(activations);
  const Executor executor(static_cast<std::size_t>(state.range(0)));
  std::vector<double> losses(kMembers * cohort.n_trials());
  for (auto _ : state) {
    executor.for_each(losses.size(), [&](std::size_t i) {
      losses[i] = cohort.train(all[i % kMembers], i / kMembers).test;
    });
  }
  const double loss = mean_of(losses);
  if (!std::isfinite(loss)) state.SkipWithError("a network diverged");
  state.counters["loss"] = loss;
  const double steps = static_cast<double>(losses.size() * kEpochs * kRows / kBatch);
  state.counters["candidate_steps"] = benchmark::Counter(
      steps * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  // A run, for a share of the peak by CPU time.
  state.counters["flops_a_run"] = steps * flops_of_step(cohort, all.front());
}

constexpr std::span<const char* const> kMixed = kActivations;

void mixed(benchmark::State& state) { cohort(state, kMixed); }
void gelu(benchmark::State& state) { cohort(state, kMixed.subspan(1, 1)); }

void with_threads(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
}
BENCHMARK(mixed)->Name("cohort/mixed")->Apply(with_threads);
BENCHMARK(gelu)->Name("cohort/gelu")->Apply(with_threads);

}  // namespace
}  // namespace neuronsmith::benchmarks
