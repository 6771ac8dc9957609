#include "neuronsmith/data/internal/spherical_harmonic.hpp"

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <utility>

namespace neuronsmith::internal {
namespace {

/// P_l^m, m >= 0, by the recurrence in l.
double legendre(int l, int m, double cosine, double sine) {
  double before = 0.0;
  double current = 1.0;
  for (int k = 1; k <= m; ++k) current *= (2 * k - 1) * sine;
  for (int k = m + 1; k <= l; ++k) {
    const double next = ((2 * k - 1) * cosine * current - (k + m - 1) * before) / (k - m);
    before = std::exchange(current, next);
  }
  return current;
}

/// K^2; (l - m)!/(l + m)! by its factors.
double squared_norm(int l, int m) {
  double squared = (2 * l + 1) / (4.0 * std::numbers::pi) * (m == 0 ? 1.0 : 2.0);
  for (int k = l - m + 1; k <= l + m; ++k) squared /= k;
  return squared;
}

}  // namespace

double spherical_harmonic(int l, int m, double theta, double phi) {
  const int size = std::abs(m);
  const double wave = m < 0 ? std::sin(size * phi) : std::cos(size * phi);
  return std::sqrt(squared_norm(l, size)) * legendre(l, size, std::cos(theta), std::sin(theta)) *
         wave;
}

}  // namespace neuronsmith::internal
