#include "neuronsmith/search/internal/term_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "neuronsmith/search/gram.hpp"

namespace neuronsmith::search::internal {

void power_sums(const FeatureView& rows, std::size_t degree, std::span<double> out) {
  constexpr double kGreatest = std::numeric_limits<float>::max();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::ranges::fill(out.first(degree * rows.n_rows), 0.0);
  std::array<double, Gram::kBlockRows> power;
  for (std::size_t j = 0; j < rows.n_features; ++j) {
    const auto x = rows.column(j);
    power.fill(1.0);
    for (std::size_t k = 0; k < degree; ++k) {
      double* const sums = out.data() + k * rows.n_rows;
      for (std::size_t i = 0; i < rows.n_rows; ++i) {
        power[i] *= static_cast<double>(x[i]);
        sums[i] += std::abs(power[i]) <= kGreatest ? power[i] : kInfinity;
      }
    }
  }
}

TermValues values_of(const PowerForm& form) {
  return [list = PowerList(form), degree = static_cast<std::size_t>(form.degree())](
             const FeatureView& rows, std::span<double> out) {
    std::vector<double> all(degree * rows.n_rows);
    power_sums(rows, degree, all);
    for (std::size_t k = 0; k < list.n; ++k) {
      const auto sums = std::span(all).subspan(list.features[k] * rows.n_rows, rows.n_rows);
      std::ranges::copy(sums, out.begin() + static_cast<std::ptrdiff_t>(k * rows.n_rows));
    }
  };
}

}  // namespace neuronsmith::search::internal
