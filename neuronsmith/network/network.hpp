#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/network/initialisation.hpp"
#include "neuronsmith/network/layer.hpp"
#include "neuronsmith/neuron/activation.hpp"
#include "neuronsmith/neuron/aggregation.hpp"

namespace neuronsmith::network {

/// What a network is made of: layers of one kind of neuron, then a linear output layer.
struct Architecture {
  std::size_t n_inputs = 0;
  std::size_t n_outputs = 0;
  std::vector<std::size_t> hidden = {};  ///< widths of the hidden layers; may be empty
  neuron::Aggregation aggregation = neuron::linear_aggregation();
  neuron::Activation activation = {};  ///< after each hidden layer
  /// The output layer aggregates like the hidden ones instead of linearly. It never has an
  /// activation, batch normalisation or dropout.
  bool task_based_output = false;
  bool batch_norm = false;  ///< in hidden layers
  double dropout = 0.0;     ///< in hidden layers, in [0, 1)

  static constexpr std::size_t kMaxWidth = 16384;  ///< of a hidden layer
  static constexpr std::size_t kMaxInputs = std::size_t{1} << 24;  ///< and outputs, in a file

  /// Throws ConfigError naming --hidden or --dropout.
  void validate() const;
  /// Of the network that this describes; costs nothing, whatever its size. The greatest number
  /// there is where the count would pass it.
  [[nodiscard]] std::size_t parameter_count() const;
};

/// Widths in the proportions of `shape.hidden`, the narrowest with which the network has at least
/// `n_parameters` parameters. Throws ConfigError naming --parameters when there is no hidden layer to
/// widen or a layer would pass Architecture::kMaxWidth.
[[nodiscard]] std::vector<std::size_t> matched_widths(Architecture shape, std::size_t n_parameters);

class NetworkWorkspace;

/// A feed-forward network with all its parameters in one flat vector, layer by layer in the order
/// that DenseLayer states. Starts with all parameters 0: call initialise().
/// Const functions may be called from several threads at a time.
class Network {
 public:
  /// Throws ConfigError like Architecture::validate(), InternalError when it has no inputs or
  /// outputs or its formulas are not of scalar x.
  explicit Network(Architecture architecture);

  /// Draws all weights: layer by layer, up to kInitialisationRows evenly spaced rows of `rows`
  /// (one at least) go through, and DenseLayer::initialise scales what it draws by what they show.
  /// The same seed and rows give the same weights. Initialisation::Torch takes no regard of the rows.
  void initialise(const FeatureView& rows,
                  std::uint64_t seed,
                  Initialisation initialisation = Initialisation::Scaled);
  static constexpr std::size_t kInitialisationRows = 1024;

  /// DenseLayer::measure_step_scales of every layer for the parameters as they are, on the rows that
  /// initialise() would take of these: [parameter_count].
  [[nodiscard]] AlignedVector<float> step_scales(const FeatureView& rows) const;

  [[nodiscard]] const Architecture& architecture() const { return architecture_; }
  [[nodiscard]] std::span<const DenseLayer> layers() const { return layers_; }
  /// Weights and biases, scale and shift of batch normalisation, learnable parameters of activations.
  [[nodiscard]] std::size_t parameter_count() const { return parameters_.size(); }
  /// Multiplications per row in inference, counted as DenseLayer::multiply_adds() says:
  /// without biases and activations.
  [[nodiscard]] std::uint64_t multiply_adds() const;
  /// Operations per row that basis functions other than powers take (DenseLayer::basis_operations).
  [[nodiscard]] std::uint64_t basis_operations() const;

  [[nodiscard]] std::span<float> parameters() { return parameters_; }
  [[nodiscard]] std::span<const float> parameters() const { return parameters_; }
  /// Running means and variances of batch normalisation and of activations with statistics, layer by
  /// layer; empty without either.
  [[nodiscard]] std::span<float> statistics() { return statistics_; }
  [[nodiscard]] std::span<const float> statistics() const { return statistics_; }

  /// outputs [n_outputs][n_rows]. Allocates a workspace.
  void predict(const FeatureView& features, std::span<float> outputs) const;

  /// The three passes on the rows in workspace.input(). predict and forward fill
  /// workspace.output(); forward updates the running statistics and leaves what backward needs;
  /// backward reads workspace.output_gradient() and overwrites `gradient` [parameter_count].
  void predict(NetworkWorkspace& workspace) const;
  void forward(NetworkWorkspace& workspace, std::uint64_t dropout_seed, std::uint32_t step);
  void backward(NetworkWorkspace& workspace, std::span<float> gradient) const;

 private:
  // A workspace whose input is up to kInitialisationRows of the rows.
  [[nodiscard]] NetworkWorkspace sampled(const FeatureView& rows) const;
  [[nodiscard]] std::span<const float> layer_parameters(std::size_t layer) const;
  [[nodiscard]] std::span<float> layer_statistics(std::size_t layer);
  [[nodiscard]] std::span<const float> layer_statistics(std::size_t layer) const;

  Architecture architecture_;
  std::vector<DenseLayer> layers_;
  std::vector<std::size_t> first_parameter_;
  std::vector<std::size_t> first_statistic_;
  AlignedVector<float> parameters_;
  AlignedVector<float> statistics_;
};

/// Scratch of a network for batches of up to max_rows rows. Owned by the caller, one a thread;
/// must not outlive its network.
class NetworkWorkspace {
 public:
  NetworkWorkspace(const Network& network, std::size_t max_rows, WorkspaceUse use);

  /// Makes ready for batches of `n_rows` (1 to max_rows) rows. The contents are lost.
  void resize(std::size_t n_rows);
  [[nodiscard]] std::size_t max_rows() const { return max_rows_; }
  [[nodiscard]] std::size_t n_rows() const { return n_rows_; }
  /// [n_inputs][n_rows]
  [[nodiscard]] std::span<float> input() { return layers_.front().input(); }
  /// [n_outputs][n_rows]
  [[nodiscard]] std::span<float> output() { return {output_.data(), n_outputs_ * n_rows_}; }
  /// [n_outputs][n_rows], only for training; backward() uses it as scratch.
  [[nodiscard]] std::span<float> output_gradient() {
    return {d_output_.data(), n_outputs_ * n_rows_};
  }

 private:
  friend class Network;

  // Where layer `layer` writes its outputs: the inputs of the next one.
  [[nodiscard]] std::span<float> output_of(std::size_t layer);

  std::vector<LayerWorkspace> layers_;
  AlignedVector<float> output_;
  AlignedVector<float> d_output_;
  std::size_t n_outputs_;
  std::size_t max_rows_;
  std::size_t n_rows_ = 0;
};

/// Architecture (formulas as infix text), parameters and running statistics; floats keep every bit.
[[nodiscard]] Json to_json(const Network& network);

/// Throws ParseError naming `source` and the key when something is missing, of the wrong type, of
/// the wrong count or not finite.
[[nodiscard]] Network network_from_json(const Json& json, const std::string& source);

}  // namespace neuronsmith::network
