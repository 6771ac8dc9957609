#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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

/// Row numbers of a table, each part in increasing order but where a function says otherwise.
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

/// At which end of a column's range the rows lie that are kept from training.
enum class ShiftSide : std::uint8_t { Low, High };

/// A covariate shift: the range of a column is divided, and not the rows at random.
struct Shift {
  std::string column;
  ShiftSide side = ShiftSide::High;

  bool operator==(const Shift&) const = default;
};

/// "high", "low"
[[nodiscard]] std::string_view name(ShiftSide side);
/// "column=NAME" or "column=NAME,side=low". Throws ConfigError naming --shift.
[[nodiscard]] Shift parse_shift(std::string_view text);

/// Parts whose values do not overlap, going outwards to `side`: training, validation, test. Sizes are
/// those of split_rows(), but rows of equal value stay together, so they are as near as that allows.
/// Rows without a value (NaN) are for training. The training part is in random order, so that any run of
/// it is a sample of it. Throws DataError naming --shift when there are too few distinct values.
[[nodiscard]] Split split_shifted(std::span<const float> values,
                                  const Shift& shift,
                                  const SplitOptions& options);

}  // namespace neuronsmith
