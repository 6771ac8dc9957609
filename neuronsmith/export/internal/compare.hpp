#pragma once

#include <span>
#include <string>
#include <vector>

#include "neuronsmith/export/export.hpp"
#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::exports::internal {

/// Our own evaluation of an activation at points in ascending order.
struct Reference {
  std::vector<float> x;
  std::vector<float> value;
  std::vector<float> slope;
  std::vector<float> curvature;  ///< slope of the slope; 0 where it is unknown
};

/// About 10^5 points; `formula` is of x alone.
[[nodiscard]] Reference make_reference(const formula::Formula& formula);

/// The bytes of the points, as a child process reads them.
[[nodiscard]] std::string bytes_of(const std::vector<float>& values);

/// Numbers that a child process wrote, `columns` for each point: column k of point i is at
/// [k][i]. Empty when there are too few or too many bytes.
[[nodiscard]] std::vector<std::vector<double>> columns_of(const std::string& bytes,
                                                          std::size_t n_points,
                                                          std::size_t columns);

enum class Quantity : std::uint8_t { Value, Derivative };

/// Throws DataError when the difference is beyond kGreatestDifference or nothing could be compared.
[[nodiscard]] Difference compared(const Reference& reference,
                                  Quantity quantity,
                                  std::span<const double> exported,
                                  const std::string& function);

}  // namespace neuronsmith::exports::internal
