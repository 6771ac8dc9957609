#pragma once

#include <span>
#include <vector>

#include "neuronsmith/core/random.hpp"

namespace neuronsmith::search::tensor {

/// What a term is multiplied by in one step.
struct GateDraw {
  float value = 0.0F;
  float slope = 0.0F;  ///< d value / d parameter
};

/// One gate a term, each with one parameter. Immutable, safe to share between threads.
class Gates {
 public:
  virtual ~Gates() = default;

  [[nodiscard]] virtual float start(Random& random) const = 0;
  [[nodiscard]] virtual GateDraw draw(float parameter, Random& random) const = 0;
  /// Derivative of the price of a gate by its parameter, for a price of 1.
  [[nodiscard]] virtual double price_slope(float parameter) const = 0;
  /// How sure a term is to stay, one a parameter: above threshold() it does.
  [[nodiscard]] virtual std::vector<double> openness(std::span<const float> parameters) const = 0;
  [[nodiscard]] virtual double threshold() const = 0;
};

/// Hard-Concrete gates (Louizos, Welling, Kingma, Learning sparse neural networks through L0
/// regularization, ICLR 2018). Parameter: log alpha; with u uniform in (0, 1),
///   s = sigmoid((ln u - ln(1 - u) + log_alpha) / 0.66) * 1.2 - 0.1,   z = s clipped to [0, 1].
/// The price is on P[z != 0], and that is the openness too; threshold 1/2. Start: P 0.978.
class HardConcreteGates final : public Gates {
 public:
  [[nodiscard]] float start(Random& random) const override;
  [[nodiscard]] GateDraw draw(float parameter, Random& random) const override;
  [[nodiscard]] double price_slope(float parameter) const override;
  [[nodiscard]] std::vector<double> openness(std::span<const float> parameters) const override;
  [[nodiscard]] double threshold() const override { return 0.5; }
};

/// Coefficients under an L1 penalty (NeuronSeek, first version). Parameter: the coefficient, at
/// first N(0, 1). Openness: its size over the mean size of all; threshold 1.
class CoefficientGates final : public Gates {
 public:
  [[nodiscard]] float start(Random& random) const override;
  [[nodiscard]] GateDraw draw(float parameter, Random& random) const override;
  [[nodiscard]] double price_slope(float parameter) const override;
  [[nodiscard]] std::vector<double> openness(std::span<const float> parameters) const override;
  [[nodiscard]] double threshold() const override { return 1.0; }
};

/// z of a Hard-Concrete gate for a given u, and P[z != 0].
[[nodiscard]] GateDraw hard_concrete(double log_alpha, double u);
[[nodiscard]] double open_probability(double log_alpha);

}  // namespace neuronsmith::search::tensor
