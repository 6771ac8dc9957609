#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "neuronsmith/data/internal/spherical_harmonic.hpp"
#include "neuronsmith/data/internal/synthetic_table.hpp"
#include "neuronsmith/data/internal/world_law.hpp"

/// Worlds of functions that are drawn.
namespace neuronsmith::internal {
namespace {

using std::numbers::pi;

/// `sum` with " + 2*x0", " - x1" or " + 0.5" (of an empty factor) behind it.
std::string plus(const std::string& sum, double coefficient, const std::string& factor) {
  const bool is_negative = coefficient < 0.0;
  const double size = std::abs(coefficient);
  const std::string_view sign =
      sum.empty() ? (is_negative ? "-" : "") : (is_negative ? " - " : " + ");
  if (size == 1.0 && !factor.empty()) return fmt::format("{}{}{}", sum, sign, factor);
  return fmt::format("{}{}{}{}{}", sum, sign, size, factor.empty() ? "" : "*", factor);
}

bool tossed(Random& random) { return random.chance(0.5); }

/// Uniform in ±[0.5, 1.5].
double drawn_amplitude(Random& random) {
  const double size = drawn_constant(random, 0.5, 1.5);
  return tossed(random) ? -size : size;
}

double drawn_normal(Random& random) { return three_decimals(random.normal()); }

// Polynomials

using Exponents = std::vector<int>;
/// Coefficients by monomial: of equal ones the first that was drawn.
using Polynomial = std::map<Exponents, double>;

/// Of that degree; `first` is one of its factors.
Exponents drawn_monomial(Random& random,
                         std::size_t n_inputs,
                         std::size_t first,
                         std::size_t degree) {
  Exponents exponents(n_inputs);
  ++exponents[first];
  for (std::size_t k = 1; k < degree; ++k) ++exponents[random.below(n_inputs)];
  return exponents;
}

std::string text_of(const Exponents& exponents) {
  std::string text;
  for (std::size_t j = 0; j < exponents.size(); ++j) {
    if (exponents[j] == 0) continue;
    text += fmt::format("{}x{}", text.empty() ? "" : "*", j);
    if (exponents[j] > 1) text += fmt::format("^{}", exponents[j]);
  }
  return text;
}

std::string text_of(const Polynomial& polynomial) {
  std::string text;
  for (const auto& [exponents, coefficient] : polynomial) {
    text = plus(text, coefficient, text_of(exponents));
  }
  return text;
}

double value_of(const Polynomial& polynomial, std::span<const double> x) {
  double sum = 0.0;
  for (const auto& [exponents, coefficient] : polynomial) {
    double product = coefficient;
    for (std::size_t j = 0; j < x.size(); ++j) product *= power(x[j], exponents[j]);
    sum += product;
  }
  return sum;
}

// Spherical harmonics

struct Harmonic {
  int l = 0;
  int m = 0;

  auto operator<=>(const Harmonic&) const = default;
};
/// Amplitudes by harmonic: of equal ones the first that was drawn.
using HarmonicSeries = std::map<Harmonic, double>;

constexpr int kMaxDegree = 5;

Harmonic drawn_harmonic(Random& random) {
  const int l = 1 + static_cast<int>(random.below(kMaxDegree));
  const auto orders = static_cast<std::size_t>(2 * l + 1);
  return {l, static_cast<int>(random.below(orders)) - l};
}

double value_of(const HarmonicSeries& series, double theta, double phi) {
  double sum = 0.0;
  for (const auto& [harmonic, amplitude] : series) {
    sum += amplitude * spherical_harmonic(harmonic.l, harmonic.m, theta, phi);
  }
  return sum;
}

// Harmonic sums

/// amplitude * sin(numbers . x + phase)
struct Wave {
  double amplitude = 1.0;
  std::vector<double> numbers;
  double phase = 0.0;
};

/// Whole, in ±{1, 2, 3}.
double drawn_wave_number(Random& random) {
  const auto size = static_cast<double>(1 + random.below(3));
  return tossed(random) ? -size : size;
}

/// A wave along `first` and, each with a chance of one half, along other inputs too.
Wave drawn_wave(Random& random, std::size_t n_inputs, std::size_t first) {
  Wave wave{.amplitude = drawn_constant(random, 0.5, 1.5), .numbers = {}, .phase = 0.0};
  for (std::size_t j = 0; j < n_inputs; ++j) {
    wave.numbers.push_back(j == first || tossed(random) ? drawn_wave_number(random) : 0.0);
  }
  wave.phase = drawn_constant(random, 0.0, 2.0 * pi);
  return wave;
}

std::string text_of(const Wave& wave) {
  std::string argument;
  for (std::size_t j = 0; j < wave.numbers.size(); ++j) {
    if (wave.numbers[j] != 0.0) argument = plus(argument, wave.numbers[j], fmt::format("x{}", j));
  }
  return fmt::format("sin({})", plus(argument, wave.phase, ""));
}

double value_of(const Wave& wave, std::span<const double> x) {
  double argument = wave.phase;
  for (std::size_t j = 0; j < x.size(); ++j) argument += wave.numbers[j] * x[j];
  return wave.amplitude * std::sin(argument);
}

double value_of(std::span<const Wave> waves, std::span<const double> x) {
  double sum = 0.0;
  for (const Wave& wave : waves) sum += value_of(wave, x);
  return sum;
}

}  // namespace

WorldLaw draw_polynomial(Random& random) {
  const std::size_t n_inputs = 2 + random.below(3);
  const std::size_t degree = 2 + random.below(3);
  const std::size_t n_monomials = n_inputs + random.below(3);
  Polynomial polynomial;
  for (std::size_t i = 0; i < n_monomials; ++i) {
    const std::size_t own_degree = i == 0 ? degree : 1 + random.below(degree);
    const Exponents monomial = drawn_monomial(random, n_inputs, i % n_inputs, own_degree);
    polynomial.emplace(monomial, drawn_normal(random));
  }
  return {text_of(polynomial),
          equal_inputs(n_inputs, {-1.0F, 1.0F}, {-2.0F, 2.0F}),
          [polynomial](std::span<const double> x) { return value_of(polynomial, x); }};
}

WorldLaw draw_spherical_harmonic(Random& random) {
  constexpr auto kPi = static_cast<float>(pi);
  HarmonicSeries series;
  const std::size_t n_harmonics = 1 + random.below(3);
  for (std::size_t i = 0; i < n_harmonics; ++i) {
    const Harmonic harmonic = drawn_harmonic(random);
    series.emplace(harmonic, drawn_amplitude(random));
  }
  std::string text;
  for (const auto& [harmonic, amplitude] : series) {
    text = plus(text, amplitude, fmt::format("Y({},{})", harmonic.l, harmonic.m));
  }
  return {text,
          {{"theta", {kPi / 4.0F, 3.0F * kPi / 4.0F}, {0.0F, kPi}},
           {"phi", {kPi / 2.0F, 3.0F * kPi / 2.0F}, {0.0F, 2.0F * kPi}}},
          [series](std::span<const double> x) { return value_of(series, x[0], x[1]); }};
}

WorldLaw draw_harmonic_sum(Random& random) {
  const std::size_t n_inputs = 1 + random.below(3);
  const std::size_t least = std::max<std::size_t>(n_inputs, 2);
  const std::size_t n_waves = least + random.below(6 - least);
  std::vector<Wave> waves;
  std::string text;
  for (std::size_t i = 0; i < n_waves; ++i) {
    waves.push_back(drawn_wave(random, n_inputs, i % n_inputs));
    text = plus(text, waves.back().amplitude, text_of(waves.back()));
  }
  return {text,
          equal_inputs(n_inputs, {-2.0F, 2.0F}, {-4.0F, 4.0F}),
          [waves](std::span<const double> x) { return value_of(waves, x); }};
}

}  // namespace neuronsmith::internal
