#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

/// What a formula is evaluated on. All borrowed for the call only.
struct Inputs {
  /// Vector formulas: the coordinates of x. Scalar formulas: one feature, x. Formulas over named
  /// columns: column i is x<i>.
  FeatureView features;
  std::span<const float> parameters;  ///< [n_parameters]
  std::span<const float> weights;     ///< [n_weights * n_features], weight k at k * n_features
};

/// Where a gradient goes: d(sum over rows of adjoint * value). Added to, never overwritten.
/// Empty spans are not computed.
struct Gradients {
  std::span<float> x;            ///< [n_rows], only for scalar x
  std::span<double> parameters;  ///< [n_parameters]
  std::span<double> weights;     ///< [n_weights * n_features]
};

/// A formula made ready to run: tile by tile of kTileRows samples, every operator one SIMD kernel
/// over the tile, operands read where they lie. A reduction over coordinates runs its elementwise
/// body coordinate by coordinate, so a vector never takes more room than one tile.
/// The value is float32; immutable after construction, safe to share between threads (each call
/// allocates its scratch from a thread's own pool).
class Evaluator {
 public:
  static constexpr std::size_t kTileRows = 512;

  /// A vector-valued formula is taken as the sum over its coordinates of the value as written;
  /// call reduce() first for the neuron's rule, which counts scalar terms once. zscore(x) is taken
  /// as x (mean 0, deviation 1): a formula by itself knows no batch.
  explicit Evaluator(const Formula& formula);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;

  /// out[i] = value at row i. `out` has inputs.features.n_rows entries (for a formula without
  /// features too); it may be one of the features itself. Throws InternalError when the inputs are
  /// too few for the formula.
  void evaluate(const Inputs& inputs, std::span<float> out) const;

  /// The same, and slope[i] = derivative of the value at row i by scalar x: for little more than
  /// the derivative alone. Overwrites both, which must not overlap with each other or the inputs.
  void evaluate_with_slope(const Inputs& inputs,
                           std::span<float> out,
                           std::span<float> slope) const;

  /// Reverse sweep: adjoint[i] is the derivative of a loss by the value at row i.
  void differentiate(const Inputs& inputs,
                     std::span<const float> adjoint,
                     const Gradients& gradients) const;

 private:
  struct Program;
  std::unique_ptr<Program> program_;
};

/// An elementwise formula of scalar x (an activation, a basis function of a term) on plain arrays.
/// Thread-safe like Evaluator.
class ElementwiseFunction {
 public:
  /// Throws InternalError when `formula` is not a function of scalar x alone, or has statistics of
  /// the batch (mean, std, zscore).
  explicit ElementwiseFunction(const Formula& formula);

  [[nodiscard]] const Formula& formula() const { return formula_; }
  /// y[i] = f(x[i]); x and y may be the same array.
  void evaluate(std::span<const float> x, std::span<float> y) const;
  /// y[i] = f(x[i]), the same numbers as from evaluate(), and slope[i] = f'(x[i]). No two of the
  /// arrays may overlap.
  void evaluate_with_slope(std::span<const float> x,
                           std::span<float> y,
                           std::span<float> slope) const;
  /// dx[i] += dy[i] * f'(x[i]).
  void differentiate(std::span<const float> x,
                     std::span<const float> dy,
                     std::span<float> dx) const;

 private:
  Formula formula_;
  Evaluator evaluator_;
};

}  // namespace neuronsmith::formula
