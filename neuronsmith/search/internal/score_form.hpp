#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "neuronsmith/formula/normal_form.hpp"
#include "neuronsmith/formula/polynomial.hpp"

namespace neuronsmith::search::internal {

/// sum_k coefficients[k] * sum_j x_j^k over the exponents k >= 1 of the set.
struct PowerForm {
  std::uint32_t exponents = 0;                                           ///< bit k: x^k is a term
  std::array<double, formula::kMaxPolynomialDegree + 1> coefficients{};  ///< 0 outside the set

  [[nodiscard]] bool has(std::size_t k) const { return ((exponents >> k) & 1u) != 0; }
  [[nodiscard]] std::size_t n_terms() const;
  /// 0 for the empty set.
  [[nodiscard]] int degree() const;
};

/// Terms of the neuron's reduction that vary from row to row, in canonical order.
using GeneralForm = std::vector<formula::NormalTerm>;

/// What of a formula its score depends on: its terms but for the intercept. Whatever is a
/// polynomial of a vector (or of the one feature there is) is a PowerForm, however it is written;
/// the empty PowerForm is a formula without x.
using ScoreForm = std::variant<PowerForm, GeneralForm>;

[[nodiscard]] ScoreForm score_form(const formula::Formula& formula, std::size_t n_features);

/// Nodes of c_1 * f_1 + ... + c_k * f_k, where f_i summed over the coordinates counts as f_i.
[[nodiscard]] double complexity(const PowerForm& form);
[[nodiscard]] double complexity(const GeneralForm& form);

/// sum_k coefficients[k] * term k + intercept, with x^k for the sum of x^k over the coordinates.
/// Terms of coefficient 0 are left out.
[[nodiscard]] formula::Formula with_coefficients(const ScoreForm& form,
                                                 formula::Shape input_shape,
                                                 std::span<const double> coefficients,
                                                 double intercept);

}  // namespace neuronsmith::search::internal
