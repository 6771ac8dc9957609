#include "neuronsmith/network/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"

namespace neuronsmith::network {
namespace {

constexpr std::size_t kInferenceRows = 512;

std::vector<DenseLayer> make_layers(const Architecture& a) {
  std::vector<DenseLayer> layers;
  std::size_t n_inputs = a.n_inputs;
  for (const std::size_t width : a.hidden) {
    layers.emplace_back(LayerOptions{.n_inputs = n_inputs,
                                     .n_outputs = width,
                                     .aggregation = a.aggregation,
                                     .activation = a.activation,
                                     .batch_norm = a.batch_norm,
                                     .dropout = a.dropout});
    n_inputs = width;
  }
  layers.emplace_back(LayerOptions{
      .n_inputs = n_inputs,
      .n_outputs = a.n_outputs,
      .aggregation = a.task_based_output ? a.aggregation : neuron::linear_aggregation(),
      .activation = {}});
  return layers;
}

void copy_rows(const FeatureView& features, std::size_t first, NetworkWorkspace& workspace) {
  const std::size_t n = workspace.n_rows();
  float* to = workspace.input().data();
  for (std::size_t j = 0; j < features.n_features; ++j) {
    const float* from = features.column(j).data() + first;
    std::copy(from, from + n, to + j * n);
  }
}

// Rows 0, s, 2s, ... with a stride that spreads the workspace's rows over all.
void sample_rows(const FeatureView& features, NetworkWorkspace& workspace) {
  const std::size_t n = workspace.n_rows();
  const std::span<float> to = workspace.input();
  for (std::size_t j = 0; j < features.n_features; ++j) {
    const std::span<const float> from = features.column(j);
    for (std::size_t i = 0; i < n; ++i) to[j * n + i] = from[i * features.n_rows / n];
  }
}

}  // namespace

void Architecture::validate() const {
  for (const std::size_t width : hidden) {
    if (width == 0 || width > kMaxWidth) {
      throw ConfigError(
          fmt::format("--hidden: {} is not a layer width, which is 1 to {}", width, kMaxWidth));
    }
  }
  if (!(dropout >= 0.0 && dropout < 1.0)) {
    throw ConfigError(
        fmt::format("--dropout: {} is not a probability of at least 0 and below 1", dropout));
  }
}

std::size_t Architecture::parameter_count() const {
  std::size_t count = 0;
  const auto add_layer = [&count](
                             std::size_t width, std::size_t parameters_per_output, std::size_t more) {
    std::size_t layer = 0;
    if (__builtin_mul_overflow(width, parameters_per_output, &layer) ||
        __builtin_add_overflow(count, layer, &count) ||
        __builtin_add_overflow(count, more, &count)) {
      count = std::numeric_limits<std::size_t>::max();
    }
  };
  std::size_t n_in = n_inputs;
  for (const std::size_t width : hidden) {
    add_layer(width, aggregation.parameters_per_output(n_in) + (batch_norm ? 2 : 0),
              activation.parameter_count(width));
    n_in = width;
  }
  const neuron::Aggregation linear = neuron::linear_aggregation();
  const neuron::Aggregation& last = task_based_output ? aggregation : linear;
  add_layer(n_outputs, last.parameters_per_output(n_in), 0);
  return count;
}

std::vector<std::size_t> matched_widths(Architecture shape, std::size_t n_parameters) {
  if (shape.hidden.empty()) {
    throw ConfigError("--parameters needs hidden layers to widen, and --hidden is none");
  }
  const std::vector<std::size_t> proportions = shape.hidden;
  const auto widest = static_cast<double>(*std::ranges::max_element(proportions));
  const auto has_enough = [&](double scale) {
    for (std::size_t i = 0; i < proportions.size(); ++i) {
      const double width = std::round(static_cast<double>(proportions[i]) * scale);
      shape.hidden[i] = static_cast<std::size_t>(std::max(1.0, width));
    }
    return shape.parameter_count() >= n_parameters;
  };
  double low = 0.0;
  double high = static_cast<double>(Architecture::kMaxWidth) / widest;
  if (!has_enough(high)) {
    throw ConfigError(fmt::format(
        "--parameters, --match: {} parameters are more than hidden layers of {} units hold",
        n_parameters,
        Architecture::kMaxWidth));
  }
  // The count grows with the scale; 60 halvings are finer than any change of a width.
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (has_enough(middle) ? high : low) = middle;
  }
  has_enough(high);
  return shape.hidden;
}

Network::Network(Architecture architecture) : architecture_(std::move(architecture)) {
  architecture_.validate();
  layers_ = make_layers(architecture_);
  std::size_t n_parameters = 0;
  std::size_t n_statistics = 0;
  for (const DenseLayer& layer : layers_) {
    first_parameter_.push_back(n_parameters);
    first_statistic_.push_back(n_statistics);
    n_parameters += layer.parameter_count();
    n_statistics += layer.statistics_count();
  }
  parameters_.resize(n_parameters);
  statistics_.resize(n_statistics);
}

std::uint64_t Network::multiply_adds() const {
  std::uint64_t count = 0;
  for (const DenseLayer& layer : layers_) count += layer.multiply_adds();
  return count;
}

std::uint64_t Network::basis_operations() const {
  std::uint64_t count = 0;
  for (const DenseLayer& layer : layers_) count += layer.basis_operations();
  return count;
}

std::span<const float> Network::layer_parameters(std::size_t layer) const {
  return parameters().subspan(first_parameter_[layer], layers_[layer].parameter_count());
}

std::span<float> Network::layer_statistics(std::size_t layer) {
  return statistics().subspan(first_statistic_[layer], layers_[layer].statistics_count());
}

std::span<const float> Network::layer_statistics(std::size_t layer) const {
  return statistics().subspan(first_statistic_[layer], layers_[layer].statistics_count());
}

NetworkWorkspace Network::sampled(const FeatureView& rows) const {
  NEURONSMITH_CHECK(rows.n_rows > 0 && rows.n_features == architecture_.n_inputs,
                    "rows that do not fit the network");
  const std::size_t n = std::min(rows.n_rows, kInitialisationRows);
  NetworkWorkspace workspace(*this, n, WorkspaceUse::Inference);
  workspace.resize(n);
  sample_rows(rows, workspace);
  return workspace;
}

void Network::initialise(const FeatureView& rows,
                         std::uint64_t seed,
                         Initialisation initialisation) {
  NetworkWorkspace workspace = sampled(rows);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Random random(seed, Purpose::Initialisation, static_cast<std::uint32_t>(l));
    LayerWorkspace& scratch = workspace.layers_[l];
    const auto layer = parameters().subspan(first_parameter_[l], layers_[l].parameter_count());
    if (initialisation == Initialisation::Torch) {
      layers_[l].initialise_like_torch(layer, layer_statistics(l), random);
      continue;
    }
    layers_[l].initialise(layer, layer_statistics(l), scratch, random);
    layers_[l].predict(layer, layer_statistics(l), scratch, workspace.output_of(l));
  }
}

AlignedVector<float> Network::step_scales(const FeatureView& rows) const {
  NetworkWorkspace workspace = sampled(rows);
  predict(workspace);
  AlignedVector<float> scales(parameter_count());
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const auto layer = std::span(scales).subspan(first_parameter_[l], layers_[l].parameter_count());
    layers_[l].measure_step_scales(workspace.layers_[l], layer);
  }
  return scales;
}

void Network::predict(const FeatureView& features, std::span<float> outputs) const {
  NEURONSMITH_CHECK(features.n_features == architecture_.n_inputs &&
                        outputs.size() == features.n_rows * architecture_.n_outputs,
                    "rows or outputs that do not fit the network");
  if (features.n_rows == 0) return;
  NetworkWorkspace workspace(
      *this, std::min(features.n_rows, kInferenceRows), WorkspaceUse::Inference);
  for (std::size_t first = 0; first < features.n_rows; first += kInferenceRows) {
    const std::size_t n = std::min(features.n_rows - first, kInferenceRows);
    workspace.resize(n);
    copy_rows(features, first, workspace);
    predict(workspace);
    for (std::size_t k = 0; k < architecture_.n_outputs; ++k) {
      const std::span<const float> output = workspace.output().subspan(k * n, n);
      std::copy(output.begin(), output.end(), outputs.data() + k * features.n_rows + first);
    }
  }
}

void Network::predict(NetworkWorkspace& workspace) const {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    layers_[l].predict(
        layer_parameters(l), layer_statistics(l), workspace.layers_[l], workspace.output_of(l));
  }
}

void Network::forward(NetworkWorkspace& workspace, std::uint64_t dropout_seed, std::uint32_t step) {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const DropoutKey key{dropout_seed, step, static_cast<std::uint32_t>(l)};
    layers_[l].forward(layer_parameters(l),
                       layer_statistics(l),
                       key,
                       workspace.layers_[l],
                       workspace.output_of(l));
  }
}

void Network::backward(NetworkWorkspace& workspace, std::span<float> gradient) const {
  NEURONSMITH_CHECK(gradient.size() == parameter_count(), "a gradient of another size");
  std::span<float> d_output = workspace.output_gradient();
  for (std::size_t l = layers_.size(); l-- > 0;) {
    LayerWorkspace& scratch = workspace.layers_[l];
    layers_[l].backward(layer_parameters(l),
                        scratch,
                        d_output,
                        gradient.subspan(first_parameter_[l], layers_[l].parameter_count()),
                        l > 0 ? InputGradient::Compute : InputGradient::Skip);
    d_output = scratch.input_gradient();
  }
}

NetworkWorkspace::NetworkWorkspace(const Network& network, std::size_t max_rows, WorkspaceUse use)
    : n_outputs_(network.architecture().n_outputs), max_rows_(max_rows) {
  for (const DenseLayer& layer : network.layers()) layers_.emplace_back(layer, max_rows, use);
  output_.resize(n_outputs_ * max_rows);
  if (use == WorkspaceUse::Training) d_output_.resize(output_.size());
}

void NetworkWorkspace::resize(std::size_t n_rows) {
  if (n_rows == n_rows_) return;
  for (LayerWorkspace& layer : layers_) layer.resize(n_rows);
  n_rows_ = n_rows;
}

std::span<float> NetworkWorkspace::output_of(std::size_t layer) {
  return layer + 1 < layers_.size() ? layers_[layer + 1].input() : output();
}

}  // namespace neuronsmith::network
