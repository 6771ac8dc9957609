#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/neuron/activation.hpp"

namespace neuronsmith::network {

/// The activation of one layer: a formula of each output's own value, with learnable parameters
/// (one set a layer or one set an output) and mean(x), std(x) and zscore(x), the mean and deviation
/// of that output over the batch and the value standardised by them. Arrays are feature-major,
/// [out][n_rows].
///
/// Parameters: [parameter] for one set a layer, [parameter][out] for one an output. Statistics, if
/// the formula has one: running mean [out], running variance [out], which follow the batches
/// like those of batch normalisation.
///
/// Mean and deviation enter as two more parameters of the formula, so that the reverse
/// sweep gives the derivatives by them, which go on to the batch.
///
/// Immutable, safe to share between threads; each thread brings a Scratch.
class LayerActivation {
 public:
  /// Throws InternalError when `activation` is no function of scalar x and its own parameters, or
  /// has parameters that are not learnable.
  LayerActivation(const neuron::Activation& activation, std::size_t n_outputs);

  [[nodiscard]] std::size_t parameter_count() const { return start_.parameter_count(n_outputs_); }
  [[nodiscard]] std::size_t statistics_count() const {
    return has_statistics_ ? 2 * n_outputs_ : 0;
  }
  /// Whether the value of an output depends on its own value alone: forward() leaves the slopes.
  [[nodiscard]] bool is_pointwise() const { return function_.has_value(); }

  /// The parameters that the activation starts from, mean 0 and variance 1.
  void initialise(std::span<float> parameters, std::span<float> statistics) const;

  /// What forward() leaves for backward(), and working memory.
  class Scratch {
   public:
    explicit Scratch(const LayerActivation& activation);

   private:
    friend class LayerActivation;
    std::vector<float> values_;      // of the formula's parameters
    std::vector<double> gradients_;  // by them
    std::vector<double> mean_;       // [out], of the batch
    std::vector<double> deviation_;
  };

  /// y from u by the running statistics. They may be the same array.
  void predict(std::span<const float> parameters,
               std::span<const float> statistics,
               Scratch& scratch,
               std::span<const float> u,
               std::span<float> y) const;

  /// y from u by the statistics of the batch, which the running ones follow. `slope` receives the
  /// derivative where is_pointwise().
  void forward(std::span<const float> parameters,
               std::span<float> statistics,
               Scratch& scratch,
               std::span<const float> u,
               std::span<float> y,
               std::span<float> slope) const;

  /// After forward(): `du` holds what forward() left in `slope` and receives the derivative by u;
  /// `gradient` [parameter_count] is overwritten.
  void backward(std::span<const float> parameters,
                Scratch& scratch,
                std::span<const float> u,
                std::span<const float> dy,
                std::span<float> du,
                std::span<float> gradient) const;

 private:
  [[nodiscard]] std::size_t n_own() const { return start_.parameters.size(); }
  [[nodiscard]] bool is_shared() const { return start_.learnable == neuron::Learnable::Layer; }
  // One where all outputs are one array for the formula.
  [[nodiscard]] std::size_t n_evaluations() const {
    return is_shared() && !has_statistics_ ? 1 : n_outputs_;
  }
  // Where a parameter of an output lies.
  [[nodiscard]] std::size_t place(std::size_t parameter, std::size_t output) const;
  void measure(std::span<float> statistics, Scratch& scratch, std::span<const float> u) const;
  void evaluate(std::span<const float> parameters,
                Scratch& scratch,
                std::span<const float> u,
                std::span<float> y) const;
  void load(std::span<const float> parameters, std::size_t output, Scratch& scratch) const;
  void through_statistics(std::size_t output,
                          Scratch& scratch,
                          std::span<const float> u,
                          std::span<float> du) const;

  neuron::Activation start_;
  std::size_t n_outputs_;
  bool has_statistics_;
  std::optional<formula::ElementwiseFunction> function_;  // without parameters and statistics
  std::optional<formula::Evaluator> evaluator_;           // with them
};

}  // namespace neuronsmith::network
