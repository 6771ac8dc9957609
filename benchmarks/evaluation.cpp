// How many node values a second the evaluator computes: random trees of 49 nodes over 10 columns,
// in one thread.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "benchmarks/trees.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/formula/evaluate.hpp"

namespace neuronsmith::benchmarks {
namespace {

FeatureMatrix random_columns(std::size_t n_rows) {
  Random random(1, Purpose::Synthetic);
  FeatureMatrix columns(n_rows, kTreeColumns);
  for (std::size_t j = 0; j < kTreeColumns; ++j) {
    for (float& value : columns.column(j)) value = static_cast<float>(random.uniform(-1.0, 1.0));
  }
  return columns;
}

double binary_operators(const std::vector<formula::Formula>& trees) {
  std::size_t count = 0;
  for (const formula::Formula& tree : trees) {
    for (const formula::Node& node : tree.nodes()) {
      count += formula::info(node.op).arity == 2 ? 1U : 0U;
    }
  }
  return static_cast<double>(count);
}

void evaluate(benchmark::State& state, TreeKind kind) {
  const auto n_rows = static_cast<std::size_t>(state.range(0));
  const FeatureMatrix columns = random_columns(n_rows);
  const std::vector<formula::Formula> trees = random_trees(kind);
  std::vector<formula::Evaluator> evaluators(trees.begin(), trees.end());
  AlignedVector<float> out(n_rows);
  for (auto _ : state) {
    for (const formula::Evaluator& evaluator : evaluators) {
      evaluator.evaluate({.features = columns.view(), .parameters = {}, .weights = {}}, out);
      benchmark::DoNotOptimize(out.data());
    }
  }
  const double rows = static_cast<double>(n_rows) * static_cast<double>(state.iterations());
  const double nodes = static_cast<double>(kTreeNodes * trees.size());
  using benchmark::Counter;
  state.counters["node_rows"] = Counter(nodes * rows, Counter::kIsRate);
  // A binary operator reads two values and writes one.
  const double bytes = 3.0 * sizeof(float) * binary_operators(trees);
  state.counters["bytes"] = Counter(bytes * rows, Counter::kIsRate);
}

BENCHMARK_CAPTURE(evaluate, arithmetic, TreeKind::Arithmetic)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(evaluate, transcendental, TreeKind::Transcendental)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace neuronsmith::benchmarks
