#pragma once

#include <cstdint>
#include <vector>

#include "neuronsmith/search/tensor/tensor_model.hpp"
#include "neuronsmith/search/tensor/tensor_rows.hpp"

namespace neuronsmith::search::tensor {

/// A term with its weights, as TensorModel::weights_of() gives them.
struct FittedTerm {
  TensorTerm term;
  std::vector<float> weights;
};

/// A structure fitted to rows: output = bias + sum of the terms, for the standardised target or the
/// logits. Several products of one order stand for one of the sum of their ranks.
struct StructureFit {
  std::vector<FittedTerm> terms;
  std::vector<float> bias;      ///< [output]
  double loss = 0.0;            ///< on the rows fitted to, over that of a constant
  std::vector<double> holdout;  ///< loss of each row held out, over that of a constant

  /// Mean of `holdout`.
  [[nodiscard]] double holdout_loss() const;
};

/// The terms without their weights, in order.
[[nodiscard]] std::vector<TensorTerm> terms_of(const StructureFit& fit);

/// Rows to fit to and rows to judge by; neither is empty.
struct FitRows {
  std::vector<std::uint32_t> fit;
  std::vector<std::uint32_t> holdout;
};

/// Fits structures whose terms are known, without gates and normalisation. Numbers to predict:
/// bias, weights of pure terms and the size of each product by least squares, factors by Adam;
/// classes: everything by Adam. A new product is fitted to what the others leave, brought to unit
/// variance, so that a small term is found beside a large one, and the best of several first
/// weights is taken. A function of rows and seed. Immutable; one thread.
class StructureFitter {
 public:
  /// `rows` must outlive it.
  StructureFitter(const TensorRows& rows, FitRows parts, std::size_t batch, std::uint64_t seed);

  /// The best constant.
  [[nodiscard]] StructureFit constant() const;
  /// With one more term.
  [[nodiscard]] StructureFit with(const StructureFit& fit, const TensorTerm& term) const;
  /// Without one of its terms, by place; the others are fitted anew from where they are.
  [[nodiscard]] StructureFit without(const StructureFit& fit, std::size_t term) const;

 private:
  [[nodiscard]] TensorModel model_of(const StructureFit& fit) const;
  [[nodiscard]] AlignedVector<float> parameters_of(const StructureFit& fit,
                                                   const TensorModel& model) const;
  [[nodiscard]] std::vector<float> outputs_of(const StructureFit& fit) const;
  [[nodiscard]] FittedTerm best_start(const StructureFit& fit, const TensorTerm& term) const;
  [[nodiscard]] StructureFit polished(StructureFit fit) const;
  [[nodiscard]] StructureFit descended(StructureFit fit) const;
  void solve_if_linear(StructureFit& fit) const;
  void judge(StructureFit& fit) const;

  const TensorRows& rows_;
  FitRows parts_;
  std::size_t batch_;
  std::uint64_t seed_;
};

}  // namespace neuronsmith::search::tensor
