#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::formula {

/// Many elementwise formulas evaluated together, block of rows by block of rows: a subtree that
/// stands in several of them, or several times in one, is computed once. Arguments of commutative
/// operators may come in either order. The values are those of Evaluator, to the bit.
/// Immutable after construction, safe to share between threads.
class SharedEvaluator {
 public:
  /// Rows [first_row, first_row + values.size()) of formula `formula`; borrowed for the call only.
  using Visitor = std::function<void(
      std::size_t formula, std::size_t first_row, std::span<const float> values)>;

  /// Formulas of named columns, or of scalar x, which is column 0. Throws InternalError for
  /// parameters, weights, vectors and reductions.
  explicit SharedEvaluator(std::span<const Formula> formulas);
  ~SharedEvaluator();
  SharedEvaluator(SharedEvaluator&&) noexcept;
  SharedEvaluator& operator=(SharedEvaluator&&) noexcept;

  /// Visits every formula once for every block of rows, blocks in order. Throws InternalError when
  /// the features are fewer than the formulas read.
  void evaluate(const FeatureView& features, const Visitor& visit) const;

  /// Operations on rows that are done for all formulas together.
  [[nodiscard]] std::size_t n_operations() const;

 private:
  struct Program;
  std::unique_ptr<const Program> program_;
};

/// Identity of what SharedEvaluator computes for a formula: equal for formulas that differ in the
/// order of commutative operators' arguments alone.
[[nodiscard]] std::uint64_t shared_hash(const Formula& formula);

}  // namespace neuronsmith::formula
