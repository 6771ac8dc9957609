#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "neuronsmith/data/feature_matrix.hpp"

namespace neuronsmith::network {

/// Update rules with PyTorch's definitions.
enum class OptimiserKind : std::uint8_t { Sgd, RmsProp, Adam, AdamW };
/// How the learning rate changes from epoch to epoch.
enum class Schedule : std::uint8_t {
  Constant,
  Cosine,  ///< from the full rate to 0 over all epochs, as CosineAnnealingLR
  Step,    ///< times step_factor every step_epochs, as StepLR
};

/// Factor of a rate on Schedule::Cosine when a share `done`, 0 to 1, of its course is done.
[[nodiscard]] double cosine_decay(double done);

/// "sgd", "rmsprop", "adam", "adamw"; "constant", "cosine", "step".
[[nodiscard]] std::string_view name(OptimiserKind kind);
[[nodiscard]] std::string_view name(Schedule schedule);
[[nodiscard]] std::optional<OptimiserKind> find_optimiser(std::string_view name);
[[nodiscard]] std::optional<Schedule> find_schedule(std::string_view name);

/// Defaults are PyTorch's.
struct OptimiserOptions {
  OptimiserKind kind = OptimiserKind::Adam;
  /// Absent: 0.01 for AdamW, otherwise 0. AdamW decays the weights themselves (Loshchilov and
  /// Hutter, "Decoupled weight decay regularization", ICLR 2019); the others add it to the gradient.
  std::optional<double> weight_decay = std::nullopt;
  double momentum = 0.0;   ///< Sgd
  double alpha = 0.99;     ///< RmsProp: decay of the mean square
  double beta1 = 0.9;      ///< Adam, AdamW: decay of the mean gradient
  double beta2 = 0.999;    ///< Adam, AdamW: decay of the mean square
  double epsilon = 1e-8;   ///< added to the root of the mean square
  /// Gradients whose Euclidean norm exceeds this are scaled down to it, as clip_grad_norm_.
  std::optional<double> clip_norm = std::nullopt;
};

/// One update rule with its state, for one flat vector of parameters. The whole step is one pass
/// over the vectors. Not to be shared between threads.
class Optimiser {
 public:
  Optimiser(const OptimiserOptions& options, std::size_t n_parameters);
  /// With a scale s > 0 for every parameter p: moves as if p / s were what is optimised, so gradients
  /// (clipping and weight decay as gradients too) and steps are multiplied by s.
  Optimiser(const OptimiserOptions& options, AlignedVector<float> step_scales);

  /// Moves `parameters` along -`gradient`; both have n_parameters values. A gradient that is not
  /// finite makes the parameters so: callers watch the loss.
  void step(double learning_rate, std::span<const float> gradient, std::span<float> parameters);

 private:
  [[nodiscard]] float gradient_scale(std::span<const float> gradient) const;
  void adam(double learning_rate, std::span<const float> gradient, std::span<float> parameters);

  OptimiserOptions options_;
  double weight_decay_;
  std::uint64_t n_steps_ = 0;
  AlignedVector<float> scales_;
  AlignedVector<float> first_;   // mean gradient or velocity
  AlignedVector<float> second_;  // mean square
};

}  // namespace neuronsmith::network
