// How long one network of a study of activations takes: d-64-32-1 with batch normalisation and
// dropout, 15 epochs of Adam over 80,000 rows in batches of 1024, in one thread. The rows are
// Forest Cover (class 2, which the file codes as 1, against the others) where NEURONSMITH_DATA
// names the folder of covertype.csv.gz, otherwise random numbers of the same shape.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/network/trainer.hpp"

namespace neuronsmith::benchmarks {
namespace {

constexpr std::size_t kRows = 80'000;
constexpr std::size_t kInputs = 54;
constexpr std::size_t kBatch = 1024;
constexpr std::size_t kEpochs = 15;

struct Rows {
  FeatureMatrix features = FeatureMatrix(kRows, kInputs);
  std::vector<std::uint32_t> classes = std::vector<std::uint32_t>(kRows);

  [[nodiscard]] network::Part part() const {
    return {.features = features.view(), .target = {}, .classes = classes};
  }
};

Rows forest_cover(const std::string& folder) {
  experiment::DataOptions options;
  options.data = folder + "/covertype.csv.gz";
  options.task = TaskChoice::Classification;
  const experiment::PreparedData data = experiment::prepare(options);
  const network::Part training = data.training();
  const auto label = std::ranges::find(data.task.labels, "1") - data.task.labels.begin();
  Rows rows;
  for (std::size_t j = 0; j < kInputs; ++j) {
    std::ranges::copy(training.features.column(j).first(kRows), rows.features.column(j).begin());
  }
  for (std::size_t i = 0; i < kRows; ++i) rows.classes[i] = training.classes[i] == label ? 1 : 0;
  return rows;
}

Rows random_rows() {
  Rows rows;
  Random random(1, Purpose::Synthetic);
  for (std::size_t j = 0; j < kInputs; ++j) {
    for (float& value : rows.features.column(j)) value = static_cast<float>(random.normal());
  }
  for (std::size_t i = 0; i < kRows; ++i) rows.classes[i] = rows.features.column(0)[i] > 0.0F;
  return rows;
}

const Rows& rows() {
  static const Rows rows = [] {
    const char* const folder = std::getenv("NEURONSMITH_DATA");
    return folder == nullptr ? random_rows() : forest_cover(folder);
  }();
  return rows;
}

network::Network make_network(const char* activation) {
  network::Network network(network::Architecture{
      .n_inputs = kInputs,
      .n_outputs = 1,
      .hidden = {64, 32},
      .activation = formula::parse_or_throw(activation, formula::Shape::Scalar, "benchmark"),
      .batch_norm = true,
      .dropout = 0.3});
  network.initialise(rows().features.view(), 42, network::Initialisation::Torch);
  return network;
}

/// Multiplications and additions of the products: forward, by the weights, by the inputs (not of
/// the first layer).
double flops_of(const network::Network& network) {
  const auto all = static_cast<double>(network.multiply_adds());
  const auto first = static_cast<double>(network.layers().front().multiply_adds());
  return 2.0 * static_cast<double>(kRows * kEpochs) * (3.0 * all - first);
}

void light_network(benchmark::State& state, const char* activation) {
  const network::TrainOptions options{.scale_steps = false,
                                      .learning_rate = 1e-3,
                                      .batch = kBatch,
                                      .epochs = kEpochs,
                                      .schedule = network::Schedule::Constant,
                                      .seed = 42};
  static_cast<void>(rows());  // read before the clock runs
  double flops = 0.0;
  for (auto _ : state) {
    network::Network network = make_network(activation);
    const network::TrainingResult result =
        network::train(network, rows().part(), {}, network::Loss::BinaryCrossEntropy, options);
    benchmark::DoNotOptimize(network.parameters().data());
    state.counters["loss"] = result.train_loss.back();
    flops += flops_of(network);
  }
  state.counters["flops"] = benchmark::Counter(flops, benchmark::Counter::kIsRate);
}

const bool kRegistered = [] {
  constexpr std::array<std::array<const char*, 2>, 2> kActivations = {
      {{"relu", "relu(x)"}, {"found", "cos(x) - cos(cos(x))"}}};
  for (const auto& [name, formula] : kActivations) {
    benchmark::RegisterBenchmark(
        ("light_network/" + std::string(name)).c_str(), light_network, formula)
        ->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
}  // namespace neuronsmith::benchmarks
