#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace neuronsmith::search {

/// Sums of products are kept in extended precision: with 64 bits of mantissa a term whose share of
/// the target's variance is 1e-14 is still told from rounding (law 10 of docs/results has such a
/// term). Where long double is 53 bits wide, everything works with that much less room.
using Real = long double;

/// What the values of features were computed in: how small a variation of a feature is more than
/// rounding, and how sums of products are accumulated.
enum class Precision {
  Double,  ///< in extended precision
  Float,   ///< in float64 within a block, many times as fast
};

/// The result of a least-squares fit on a Gram matrix.
struct GramFit {
  /// Residual sum of squares over total sum of squares, averaged over the targets that vary;
  /// infinity when none does.
  double error = 0.0;
  std::vector<double> coefficients;  ///< [n_targets * n_chosen], target-major
  std::vector<double> intercepts;    ///< [n_targets]
};

/// Products of centred features and targets over all rows. A least-squares fit on any subset of the
/// features then costs nothing that depends on the number of rows.
class Gram {
 public:
  /// `fill(first, count, out)` writes rows [first, first+count) of feature f and then of target t
  /// to out[f * count + i]; it is called in order over blocks of at most kBlockRows rows.
  using Fill = std::function<void(std::size_t, std::size_t, std::span<double>)>;
  static constexpr std::size_t kBlockRows = 512;

  Gram(std::size_t n_rows,
       std::size_t n_features,
       std::size_t n_targets,
       const Fill& fill,
       Precision precision = Precision::Double);

  [[nodiscard]] std::size_t n_features() const { return n_features_; }
  [[nodiscard]] std::size_t n_targets() const { return n_targets_; }

  /// False when a feature has non-finite values.
  [[nodiscard]] bool is_finite(std::size_t feature) const;

  /// False when a target is the same number on all rows: it tells nothing of a formula.
  [[nodiscard]] bool target_varies(std::size_t target) const;

  /// Ridge regression of all targets on the chosen features (in units of each feature's standard
  /// deviation), with an unpenalised intercept. Linearly dependent features get coefficient 0.
  /// `ridge` >= 0 is relative to the number of rows.
  [[nodiscard]] GramFit fit(std::span<const std::size_t> chosen, double ridge) const;

  /// The same for given coefficients (equal for all targets): only the intercepts are fitted.
  [[nodiscard]] GramFit fit_intercepts(std::span<const std::size_t> chosen,
                                       std::span<const double> coefficients) const;

  /// Only the error of fit(), without allocation: what a search calls for every candidate.
  [[nodiscard]] double fit_error(std::span<const std::size_t> chosen, double ridge) const;
  /// Only the error of fit_intercepts().
  [[nodiscard]] double error_of(std::span<const std::size_t> chosen,
                                std::span<const double> coefficients) const;

 private:
  struct Factor;
  [[nodiscard]] Real at(std::size_t i, std::size_t j) const { return products_[i * size_ + j]; }
  [[nodiscard]] Factor factorise(std::span<const std::size_t> chosen, double ridge) const;
  /// The mean of residual(t) / total sum of squares over the targets t that vary.
  template <typename Residual>
  [[nodiscard]] double mean_share(const Residual& residual) const;
  template <typename Sum>
  void accumulate(std::span<const double> block, std::size_t count, std::span<const Real> shift);
  void finish(std::span<const Real> shift);

  std::size_t n_rows_;
  std::size_t n_features_;
  std::size_t n_targets_;
  std::size_t size_;  ///< features and targets together
  Precision precision_;
  std::vector<Real> means_;     ///< [size]
  std::vector<Real> products_;  ///< [size * size], centred
};

}  // namespace neuronsmith::search
