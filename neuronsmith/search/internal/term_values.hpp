#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/search/internal/score_form.hpp"

namespace neuronsmith::search::internal {

/// Exponents and coefficients of a power form as lists, without allocation.
struct PowerList {
  explicit PowerList(const PowerForm& form) {
    for (std::size_t k = 1; k < form.coefficients.size(); ++k) {
      if (!form.has(k)) continue;
      features[n] = k - 1;
      coefficients[n++] = form.coefficients[k];
    }
  }

  [[nodiscard]] std::span<const std::size_t> chosen() const { return {features.data(), n}; }
  [[nodiscard]] std::span<const double> factors() const { return {coefficients.data(), n}; }

  std::array<std::size_t, formula::kMaxPolynomialDegree> features{};  ///< exponent - 1
  std::array<double, formula::kMaxPolynomialDegree> coefficients{};
  std::size_t n = 0;
};

/// Values of a formula's terms on at most Gram::kBlockRows rows: term k at out[k * n_rows].
using TermValues = std::function<void(const FeatureView& rows, std::span<double> out)>;

/// Sums over the coordinates of x^k, k = 1 .. degree, in float64: the powers of a float32 input
/// then have no rounding that a term could be mistaken for. Infinite or NaN where a power leaves
/// float32.
void power_sums(const FeatureView& rows, std::size_t degree, std::span<double> out);

[[nodiscard]] TermValues values_of(const PowerForm& form);

}  // namespace neuronsmith::search::internal
