#include "neuronsmith/search/gram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::search {
namespace {

constexpr std::size_t kMaxChosen = 32;
/// What is told from rounding. Rounding is amplified by the inverse of either number, the second
/// under a root, when the fitted formula is evaluated in the precision of its terms.
struct Limits {
  Real deviation;  ///< a standard deviation below this share of the mean: one number
  Real pivot;      ///< a share of its variance below this beside the features before it: dependent
};

constexpr Limits limits_of(Precision precision) {
  return precision == Precision::Double ? Limits{1e-14L, 1e-13L} : Limits{1e-5L, 1e-9L};
}

using Row = std::array<Real, kMaxChosen>;

/// Centre of the products while the mean is not known: what is far from 0 would cancel otherwise.
std::vector<Real> block_means(std::span<const double> block, std::size_t size, std::size_t count) {
  std::vector<Real> means(size);
  for (std::size_t i = 0; i < size; ++i) {
    for (const double value : block.subspan(i * count, count)) means[i] += Real{value};
    means[i] = static_cast<double>(means[i] / static_cast<Real>(count));
  }
  return means;
}

/// Eight sums side by side, for SIMD registers.
template <typename Sum>
Sum dot(const Sum* a, const Sum* b, std::size_t n) {
  std::array<Sum, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= n; i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (; i < n; ++i) sums[0] += a[i] * b[i];
  Sum sum = 0;
  for (const Sum part : sums) sum += part;
  return sum;
}

/// They fill no SIMD register: eight sums would only fill the stack.
template <>
Real dot<Real>(const Real* a, const Real* b, std::size_t n) {
  Real sum = 0.0L;
  for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

/// Cholesky factor of the chosen features, scaled to unit variance, and the targets projected on
/// it.
struct Gram::Factor {
  std::size_t n = 0;
  Real ridge = 0.0L;
  std::array<Row, kMaxChosen> lower;  // only the n rows in use are written: zeroing costs as much
  Row scale;  ///< 1 / standard deviation times sqrt(rows); 0 for a dependent feature

  /// Solves lower * z = right-hand side in place and returns |z|^2.
  Real forward(Row& z) const {
    Real square = 0.0L;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < i; ++j) z[i] -= lower[i][j] * z[j];
      z[i] = scale[i] == 0.0L ? 0.0L : z[i] / lower[i][i];
      square += z[i] * z[i];
    }
    return square;
  }

  /// Solves transposed(lower) * z = right-hand side in place and returns |z|^2.
  Real backward(Row& z) const {
    Real square = 0.0L;
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t j = i + 1; j < n; ++j) z[i] -= lower[j][i] * z[j];
      z[i] = scale[i] == 0.0L ? 0.0L : z[i] / lower[i][i];
      square += z[i] * z[i];
    }
    return square;
  }
};

Gram::Gram(std::size_t n_rows,
           std::size_t n_features,
           std::size_t n_targets,
           const Fill& fill,
           Precision precision)
    : n_rows_(n_rows),
      n_features_(n_features),
      n_targets_(n_targets),
      size_(n_features + n_targets),
      precision_(precision),
      means_(size_),
      products_(size_ * size_) {
  std::vector<double> block(size_ * std::min(kBlockRows, n_rows));
  std::vector<Real> shift;
  for (std::size_t first = 0; first < n_rows; first += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, n_rows - first);
    fill(first, count, std::span(block).first(size_ * count));
    if (first == 0) shift = block_means(block, size_, count);
    if (precision_ == Precision::Double) {
      accumulate<Real>(block, count, shift);
    } else {
      accumulate<double>(block, count, shift);
    }
  }
  finish(shift);
}

template <typename Sum>
void Gram::accumulate(std::span<const double> block,
                      std::size_t count,
                      std::span<const Real> shift) {
  std::vector<Sum> centred(size_ * count);
  for (std::size_t i = 0; i < size_; ++i) {
    const auto centre = static_cast<Sum>(shift[i]);
    Sum* const row = centred.data() + i * count;
    Sum sum = 0;
    for (std::size_t r = 0; r < count; ++r) {
      row[r] = Sum{block[i * count + r]} - centre;
      sum += row[r];
    }
    means_[i] += Real{sum};
    for (std::size_t j = 0; j <= i; ++j) {
      products_[i * size_ + j] += Real{dot(row, centred.data() + j * count, count)};
    }
  }
}

void Gram::finish(std::span<const Real> shift) {
  const auto n = static_cast<Real>(n_rows_);
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      Real& product = products_[i * size_ + j];
      product -= means_[i] * means_[j] / n;
      products_[j * size_ + i] = product;
    }
  }
  for (std::size_t i = 0; i < size_; ++i) {
    means_[i] = shift[i] + means_[i] / n;
    const Precision precision =
        i < n_features_ ? precision_ : Precision::Double;  // targets are data
    const Real rounding = limits_of(precision).deviation * means_[i];
    Real& variance = products_[i * size_ + i];
    if (variance <= n * rounding * rounding) variance = 0.0L;
  }
}

bool Gram::is_finite(std::size_t feature) const {
  return std::isfinite(static_cast<double>(at(feature, feature)));
}

bool Gram::target_varies(std::size_t target) const {
  return at(n_features_ + target, n_features_ + target) > 0.0L;
}

template <typename Residual>
double Gram::mean_share(const Residual& residual) const {
  Real sum = 0.0L;
  std::size_t n = 0;
  for (std::size_t t = 0; t < n_targets_; ++t) {
    if (!target_varies(t)) continue;
    const std::size_t row = n_features_ + t;
    sum += std::max(0.0L, residual(row)) / at(row, row);
    ++n;
  }
  if (n == 0) return std::numeric_limits<double>::infinity();
  return static_cast<double>(sum / static_cast<Real>(n));
}

Gram::Factor Gram::factorise(std::span<const std::size_t> chosen, double ridge) const {
  NEURONSMITH_CHECK(chosen.size() <= kMaxChosen, "too many features for one fit");
  Factor factor;
  factor.n = chosen.size();
  factor.ridge = Real{ridge};
  const Real least_pivot = limits_of(precision_).pivot;
  for (std::size_t i = 0; i < factor.n; ++i) {
    const Real variance = at(chosen[i], chosen[i]);
    factor.scale[i] = variance > 0.0L ? 1.0L / std::sqrt(variance) : 0.0L;
    Real pivot = variance > 0.0L ? 1.0L + Real{ridge} : 0.0L;
    for (std::size_t j = 0; j < i; ++j) {
      Real sum = at(chosen[i], chosen[j]) * factor.scale[i] * factor.scale[j];
      for (std::size_t k = 0; k < j; ++k) sum -= factor.lower[i][k] * factor.lower[j][k];
      factor.lower[i][j] = factor.scale[j] == 0.0L ? 0.0L : sum / factor.lower[j][j];
      pivot -= factor.lower[i][j] * factor.lower[i][j];
    }
    if (!(pivot > least_pivot)) {
      factor.scale[i] = 0.0L;
      std::fill_n(factor.lower[i].begin(), i, 0.0L);
      pivot = 1.0L;
    }
    factor.lower[i][i] = std::sqrt(pivot);
  }
  return factor;
}

double Gram::fit_error(std::span<const std::size_t> chosen, double ridge) const {
  const Factor factor = factorise(chosen, ridge);
  return mean_share([&](std::size_t t) {
    Row z;
    for (std::size_t i = 0; i < factor.n; ++i) z[i] = at(t, chosen[i]) * factor.scale[i];
    const Real penalised = at(t, t) - factor.forward(z);
    return ridge == 0.0 ? penalised : penalised - factor.ridge * factor.backward(z);
  });
}

GramFit Gram::fit(std::span<const std::size_t> chosen, double ridge) const {
  const Factor factor = factorise(chosen, ridge);
  GramFit result{.error = fit_error(chosen, ridge), .coefficients = {}, .intercepts = {}};
  for (std::size_t t = n_features_; t < size_; ++t) {
    Row z;
    for (std::size_t i = 0; i < factor.n; ++i) z[i] = at(t, chosen[i]) * factor.scale[i];
    factor.forward(z);
    factor.backward(z);
    Real intercept = means_[t];
    for (std::size_t i = 0; i < factor.n; ++i) {
      const Real coefficient = z[i] * factor.scale[i];
      if (coefficient != 0.0L) intercept -= coefficient * means_[chosen[i]];
      result.coefficients.push_back(static_cast<double>(coefficient));
    }
    result.intercepts.push_back(static_cast<double>(intercept));
  }
  return result;
}

double Gram::error_of(std::span<const std::size_t> chosen,
                      std::span<const double> coefficients) const {
  return mean_share([&](std::size_t t) {
    Real residual = at(t, t);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      Real row = -2.0L * at(t, chosen[i]);
      for (std::size_t j = 0; j < chosen.size(); ++j) {
        row += Real{coefficients[j]} * at(chosen[i], chosen[j]);
      }
      residual += Real{coefficients[i]} * row;
    }
    return residual;
  });
}

GramFit Gram::fit_intercepts(std::span<const std::size_t> chosen,
                             std::span<const double> coefficients) const {
  GramFit result{.error = error_of(chosen, coefficients), .coefficients = {}, .intercepts = {}};
  for (std::size_t t = n_features_; t < size_; ++t) {
    Real intercept = means_[t];
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      intercept -= Real{coefficients[i]} * means_[chosen[i]];
    }
    result.coefficients.insert(result.coefficients.end(), coefficients.begin(), coefficients.end());
    result.intercepts.push_back(static_cast<double>(intercept));
  }
  return result;
}

}  // namespace neuronsmith::search
