#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace neuronsmith {

/// How rows are divided. The training part gets what the others leave.
struct SplitOptions {
  double validation = 0.1;  ///< share of the rows, 0 <= validation, validation + test < 1
  double test = 0.2;        ///< share of the rows
  std::uint64_t seed = 1;

  /// Throws ConfigError naming --split.
  void validate() const;
};

/// Row numbers of a table, each part in increasing order.
struct Split {
  std::vector<std::uint32_t> training;
  std::vector<std::uint32_t> validation;
  std::vector<std::uint32_t> test;
};

/// Random parts of the rounded sizes; a share above 0 gets at least one row. Throws DataError when
/// fewer than one training row would be left.
[[nodiscard]] Split split_rows(std::size_t n_rows, const SplitOptions& options);

/// The same, keeping the share of every class (largest remainders) as nearly as whole rows allow;
/// a class of two or more rows has at least one in the training part.
[[nodiscard]] Split split_stratified(std::span<const std::uint32_t> classes,
                                     const SplitOptions& options);

}  // namespace neuronsmith
