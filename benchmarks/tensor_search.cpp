// An epoch of the differentiable search for powers and interactions as published (orders 1 to 5, rank
// 8, batches of 64 of 2,500 rows), and a whole restart with its proof, in one thread.
#include <benchmark/benchmark.h>

#include <string>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/search/tensor/gated_search.hpp"
#include "neuronsmith/search/tensor/tensor_search.hpp"

namespace neuronsmith::benchmarks {
namespace {

using search::TensorOptions;
using search::tensor::Stream;
using search::tensor::TensorRows;
using search::tensor::TensorTerm;

constexpr std::size_t kRows = 2500;
constexpr std::size_t kEpochs = 20;

/// The sum of the squares, and a product of two inputs.
TensorRows make_rows(std::size_t n_inputs) {
  FeatureMatrix features(kRows, n_inputs);
  std::vector<float> target(kRows, 0.0F);
  Random random(1, Purpose::Synthetic);
  for (std::size_t j = 0; j < n_inputs; ++j) {
    for (std::size_t i = 0; i < kRows; ++i) {
      const auto x = static_cast<float>(random.normal());
      features.column(j)[i] = x;
      target[i] += x * x;
    }
  }
  for (std::size_t i = 0; i < kRows; ++i) {
    target[i] += 3.0F * features.column(0)[i] * features.column(1)[i];
  }
  return {{features.view(), target, {}}, network::Loss::MeanSquaredError, 1, 5};
}

/// Multiplications and additions of the projections and powers of an epoch, forward and by the
/// weights; those by the inputs are not needed.
double flops_of_epoch(const TensorOptions& options, std::size_t n_inputs) {
  double weights = 0.0;
  for (const TensorTerm& term : options.terms()) {
    const bool is_pure = term.stream == Stream::Pure;
    weights += is_pure ? 1.0 : static_cast<double>(term.order) * static_cast<double>(term.rank);
  }
  const double rows = static_cast<double>(kRows / options.batch * options.batch);
  return 2.0 * 2.0 * rows * weights * static_cast<double>(n_inputs);
}

void epoch(benchmark::State& state) {
  const auto n_inputs = static_cast<std::size_t>(state.range(0));
  const TensorRows rows = make_rows(n_inputs);
  const TensorOptions options{.epochs = kEpochs, .as_published = true};
  double flops = 0.0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(search::tensor::run_gated_search(rows, options, 1)->loss);
    flops += static_cast<double>(kEpochs) * flops_of_epoch(options, n_inputs);
  }
  state.counters["flops"] = benchmark::Counter(flops, benchmark::Counter::kIsRate);
  state.counters["epochs"] = benchmark::Counter(static_cast<double>(kEpochs) * static_cast<double>(state.iterations()),
                                                benchmark::Counter::kIsRate);
}

void restart(benchmark::State& state) {
  const TensorRows rows = make_rows(static_cast<std::size_t>(state.range(0)));
  const TensorOptions options{.restarts = 1};
  const Executor executor(1);
  for (auto _ : state) {
    const auto found = search::tensor::run_tensor_search(rows, options, 1, executor, {});
    benchmark::DoNotOptimize(found.fit.loss);
  }
}

BENCHMARK(epoch)->Name("tensor/epoch")->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond);
BENCHMARK(restart)->Name("tensor/restart")->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace neuronsmith::benchmarks
