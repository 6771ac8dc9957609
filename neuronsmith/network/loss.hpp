#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace neuronsmith::network {

/// What training minimises, the mean over the rows. The first three are PyTorch's MSELoss,
/// BCEWithLogitsLoss and CrossEntropyLoss.
enum class Loss : std::uint8_t {
  MeanSquaredError,    ///< of every output against its target
  BinaryCrossEntropy,  ///< one logit; class 1 has probability 1 / (1 + exp(-logit))
  CrossEntropy,        ///< softmax over one logit a class
  /// The same probability as BinaryCrossEntropy, but in float32 first, as PyTorch's BCELoss of a
  /// Sigmoid: the loss of a row is at most 100, and where the probability rounds to 0 or 1 a row
  /// has no gradient any more, however wrong it is. For published networks that end so.
  SaturatingCrossEntropy,
};

/// The loss of a classification into n_classes >= 2 classes: two classes share one logit.
[[nodiscard]] Loss classification_loss(std::size_t n_classes);
/// Outputs that a network for n_classes >= 2 classes has: 1 for two, otherwise n_classes.
[[nodiscard]] std::size_t logits_for(std::size_t n_classes);

/// What the outputs of a batch should be. Regression uses `values`, classification `classes`.
struct Targets {
  std::span<const float> values;            ///< [n_outputs][n_rows]
  std::span<const std::uint32_t> classes;   ///< [n_rows]; below 2, or below n_outputs
};

/// Mean loss over the rows, accumulated in float64; not finite when an output or a target is not.
/// `outputs` is [n_outputs][n_rows], not empty. `gradient`, of the same size, receives the
/// derivative of the mean by each output; an empty one is not computed. Stable for logits of any
/// size. Classes are not checked here.
[[nodiscard]] double evaluate_loss(Loss loss,
                                   std::span<const float> outputs,
                                   const Targets& targets,
                                   std::span<float> gradient);

}  // namespace neuronsmith::network
