// How long one step of training takes: an 8-32-32-1 network, 128 rows, forward, mean squared error,
// backward and Adam, in one thread.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <string>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/network/network.hpp"
#include "neuronsmith/network/optimiser.hpp"

namespace neuronsmith::benchmarks {
namespace {

constexpr std::size_t kInputs = 8;
constexpr std::size_t kRows = 128;

struct Activation {
  const char* name;
  const char* formula;
};

constexpr std::array<Activation, 8> kActivations = {{
    {"gelu", "gelu(x)"},
    {"identity", "x"},
    {"relu", "relu(x)"},
    {"silu", "x*sigmoid(x)"},
    {"tanh", "tanh(x)"},
    {"mish", "x*tanh(softplus(x))"},
    {"tanh_exp", "tanh(1.5*x)*exp(-0.2*x^2)+0.1*x"},
    {"gelu_sin", "gelu(x)+0.1*sin(x)"},
}};

/// Multiplications and additions of the three layers: forward, by the weights, by the inputs (not
/// of the first layer).
double flops_of(const network::Network& network) {
  const auto all = static_cast<double>(network.multiply_adds());
  const auto first = static_cast<double>(network.layers().front().multiply_adds());
  return 2.0 * kRows * (3.0 * all - first);
}

FeatureMatrix random_rows(Random& random) {
  FeatureMatrix rows(kRows, kInputs);
  for (std::size_t j = 0; j < kInputs; ++j) {
    for (float& value : rows.column(j)) value = static_cast<float>(random.normal());
  }
  return rows;
}

network::Network make_network(const FeatureView& rows, const char* activation) {
  network::Network network(network::Architecture{
      .n_inputs = kInputs,
      .n_outputs = 1,
      .hidden = {32, 32},
      .activation = formula::parse_or_throw(activation, formula::Shape::Scalar, "benchmark")});
  network.initialise(rows, 1);
  return network;
}

void step(benchmark::State& state, const char* activation) {
  Random random(1, Purpose::Synthetic);
  const FeatureMatrix rows = random_rows(random);
  network::Network network = make_network(rows.view(), activation);
  network::NetworkWorkspace workspace(network, kRows, network::WorkspaceUse::Training);
  network::Optimiser optimiser(network::OptimiserOptions{}, network.parameter_count());
  workspace.resize(kRows);
  AlignedVector<float> gradient(network.parameter_count());
  AlignedVector<float> targets(kRows);
  for (float& value : targets) value = static_cast<float>(random.normal());
  std::uint32_t step = 0;
  for (auto _ : state) {
    for (std::size_t j = 0; j < kInputs; ++j) {
      std::ranges::copy(rows.column(j), workspace.input().data() + j * kRows);
    }
    network.forward(workspace, 1, step++);
    benchmark::DoNotOptimize(network::evaluate_loss(network::Loss::MeanSquaredError,
                                                    workspace.output(),
                                                    {.values = targets, .classes = {}},
                                                    workspace.output_gradient()));
    network.backward(workspace, gradient);
    optimiser.step(1e-3, gradient, network.parameters());
  }
  state.counters["flops"] = benchmark::Counter(
      flops_of(network) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

const bool kRegistered = [] {
  for (const Activation& activation : kActivations) {
    benchmark::RegisterBenchmark(
        ("step/" + std::string(activation.name)).c_str(), step, activation.formula)
        ->Unit(benchmark::kMicrosecond);
  }
  return true;
}();

}  // namespace
}  // namespace neuronsmith::benchmarks
