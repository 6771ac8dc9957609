// Any text as neuron.json: what is read is written, read again and made a layer.
#include <array>
#include <string_view>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/json.hpp"
#include "neuronsmith/network/layer.hpp"
#include "neuronsmith/neuron/neuron.hpp"

namespace neuronsmith::fuzz {
namespace {

constexpr std::size_t kInputs = 3;
constexpr std::size_t kOutputs = 2;
constexpr std::size_t kRows = 5;
constexpr std::size_t kMaxParametersPerOutput = 50'000;

void predict(const neuron::Neuron& neuron) {
  if (neuron.aggregation.parameters_per_output(kInputs) > kMaxParametersPerOutput) return;
  const network::DenseLayer layer({.n_inputs = kInputs,
                                   .n_outputs = kOutputs,
                                   .aggregation = neuron.aggregation,
                                   .activation = neuron.activation.value_or(formula::Formula())});
  network::LayerWorkspace workspace(layer, kRows, network::WorkspaceUse::Inference);
  workspace.resize(kRows);
  float next = -1.0F;
  for (float& x : workspace.input()) x = next += 0.25F;
  const std::vector<float> parameters(layer.parameter_count(), 0.5F);
  std::array<float, kOutputs * kRows> output{};
  layer.predict(parameters, {}, workspace, output);
}

void exercise(std::string_view text) {
  try {
    const neuron::Neuron neuron = neuron::neuron_from_json(parse_json(text, "fuzz"), "fuzz");
    const Json json = neuron::to_json(neuron);
    const Json again = neuron::to_json(neuron::neuron_from_json(json, "own file"));
    require(again == json, "a neuron file is read back", json.dump());
    static_cast<void>(neuron::to_formula(neuron.aggregation));
    predict(neuron);
  } catch (const Error&) {
  }
}

}  // namespace
}  // namespace neuronsmith::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  neuronsmith::fuzz::exercise(neuronsmith::fuzz::as_text(data, size));
  return 0;
}
