// One Adam step of an 8-32-32-1 GELU network, batch 128, eagerly in LibTorch. Prints JSON. Compiled
// against the headers and libraries of the PyTorch wheel.
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace {

constexpr int kBatch = 128;
constexpr int kSteps = 300;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int main() {
  torch::set_num_threads(1);
  torch::manual_seed(1);
  using torch::nn::GELU;
  using torch::nn::Linear;
  torch::nn::Sequential network(Linear(8, 32), GELU(), Linear(32, 32), GELU(), Linear(32, 1));
  torch::optim::Adam optimiser(network->parameters(), torch::optim::AdamOptions(1e-3));
  const torch::Tensor inputs = torch::randn({kBatch, 8});
  const torch::Tensor targets = torch::randn({kBatch, 1});
  const auto run_steps = [&] {
    for (int i = 0; i < kSteps; ++i) {
      optimiser.zero_grad();
      torch::mse_loss(network->forward(inputs), targets).backward();
      optimiser.step();
    }
  };
  run_steps();
  std::array<double, 9> times{};
  for (double& time : times) {
    const double start = cpu_seconds();
    run_steps();
    time = (cpu_seconds() - start) / kSteps;
  }
  std::sort(times.begin(), times.end());
  std::printf("{\"libtorch\": {\"version\": \"%s\", \"step_us\": %.2f}}\n",
              TORCH_VERSION,
              1e6 * times[times.size() / 2]);
}
