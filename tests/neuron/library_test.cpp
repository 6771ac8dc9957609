#include "neuronsmith/neuron/library.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::neuron {
namespace {

using std::exp;
using std::tanh;

struct Definition {
  std::function<double(double)> value;
  std::function<double(double)> slope;
  double cancelled = 0.0;  ///< terms that cancel are so many times |x|, and float32 rounds them
};

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normal_pdf(double x) { return exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi); }
double gelu(double x) { return x * normal_cdf(x); }
double gelu_slope(double x) { return normal_cdf(x) + x * normal_pdf(x); }
double logistic(double x) { return 1.0 / (1.0 + exp(-x)); }
double softplus(double x) { return x > 30.0 ? x : std::log1p(exp(x)); }
double sech2(double x) { return std::abs(x) > 300.0 ? 0.0 : 1.0 / (std::cosh(x) * std::cosh(x)); }

/// 0.786 x as a float32, which at large x is another phase.
double phase(double x) { return 0.786F * static_cast<float>(x); }

/// sin(pi x) and cos(pi x), exact at large x.
double sin_pi(double x) { return std::sin(std::numbers::pi * std::fmod(x, 2.0)); }
double cos_pi(double x) { return std::cos(std::numbers::pi * std::fmod(x, 2.0)); }
double sinc(double x) {
  const double u = std::numbers::pi * x;
  return std::abs(x) < 1e-3 ? 1.0 - u * u / 6.0 : sin_pi(x) / u;
}
double sinc_slope(double x) {
  const double u = std::numbers::pi * x;
  return std::abs(x) < 1e-3 ? -std::numbers::pi * u / 3.0 : (cos_pi(x) - sinc(x)) / x;
}

double tanh_form(double x) {
  return std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x);
}

constexpr double kSeluScale = 1.0507009873554804934193349852946;
constexpr double kSeluAlpha = 1.6732632423543772848170429916717;

/// As published (the last one as in docs/results/mining.md), in float64.
const std::map<std::string, Definition> kDefinitions = {
    {"identity", {[](double x) { return x; }, [](double) { return 1.0; }}},
    {"relu", {[](double x) { return x > 0 ? x : 0; }, [](double x) { return x > 0 ? 1.0 : 0.0; }}},
    {"leaky-relu",
     {[](double x) { return x > 0 ? x : 0.01 * x; }, [](double x) { return x > 0 ? 1.0 : 0.01; }}},
    {"elu",
     {[](double x) { return x > 0 ? x : std::expm1(x); },
      [](double x) { return x > 0 ? 1.0 : exp(x); }}},
    {"selu",
     {[](double x) { return kSeluScale * (x > 0 ? x : kSeluAlpha * std::expm1(x)); },
      [](double x) { return kSeluScale * (x > 0 ? 1.0 : kSeluAlpha * exp(x)); }}},
    {"gelu", {gelu, gelu_slope}},
    {"gelu-tanh",
     {[](double x) { return 0.5 * x * (1.0 + tanh(tanh_form(x))); },
      [](double x) {
        const double inner = std::sqrt(2.0 / std::numbers::pi) * (1.0 + 3.0 * 0.044715 * x * x);
        return 0.5 * (1.0 + tanh(tanh_form(x))) + 0.5 * x * sech2(tanh_form(x)) * inner;
      }}},
    {"silu",
     {[](double x) { return x * logistic(x); },
      [](double x) { return logistic(x) * (1.0 + x * logistic(-x)); }}},
    {"mish",
     {[](double x) { return x * tanh(softplus(x)); },
      [](double x) { return tanh(softplus(x)) + x * sech2(softplus(x)) * logistic(x); }}},
    {"softplus", {softplus, logistic}},
    {"tanh", {[](double x) { return tanh(x); }, sech2}},
    {"sigmoid", {logistic, [](double x) { return logistic(x) * logistic(-x); }}},
    {"sin", {[](double x) { return std::sin(x); }, [](double x) { return std::cos(x); }}},
    {"snake",
     {[](double x) { return x + std::sin(x) * std::sin(x); },
      [](double x) { return 1.0 + 2.0 * std::sin(x) * std::cos(x); }}},
    {"gelusine",
     {[](double x) { return gelu(x) + 0.1 * std::sin(x); },
      [](double x) { return gelu_slope(x) + 0.1 * std::cos(x); }}},
    {"gelu-sinc-perturbation",
     {[](double x) { return gelu(x) * (1.0 + 0.5 * sinc(x)); },
      [](double x) {
        return gelu_slope(x) * (1.0 + 0.5 * sinc(x)) + gelu(x) * 0.5 * sinc_slope(x);
      }}},
    {"gmtu",
     {[](double x) { return tanh(1.5 * x) * exp(-0.2 * x * x) + 0.1 * x; },
      [](double x) {
        return (1.5 * sech2(1.5 * x) - 0.4 * x * tanh(1.5 * x)) * exp(-0.2 * x * x) + 0.1;
      }}},
    // With mean 0 and deviation 1 in place of a batch's.
    {"turbulent",
     {[](double x) {
        return std::copysign(std::log1p(0.5 * std::abs(x)), x) +
               0.2 * exp(-x * x / 2.0) * std::sin(2.0 * x);
      },
      [](double x) {
        const double wave = exp(-x * x / 2.0) * (2.0 * std::cos(2.0 * x) - x * std::sin(2.0 * x));
        return 0.5 / (1.0 + 0.5 * std::abs(x)) + 0.2 * wave;
      }}},
    {"mined",
     {[](double x) {
        return 0.377 * x * tanh(0.841 * x + 0.00957) + 0.401 * x + 0.0634 * std::sin(phase(x));
      },
      [](double x) {
        const double u = 0.841 * x + 0.00957;
        return 0.377 * (tanh(u) + 0.841 * x * sech2(u)) + 0.401 +
               0.0634 * 0.786 * std::cos(phase(x));
      },
      0.401}},
};

/// 0, small and large magnitudes of both signs, and a fine grid between.
std::vector<float> grid() {
  std::vector<float> x{0.0F, -0.0F};
  for (int i = -3000; i <= 3000; ++i) x.push_back(static_cast<float>(i) / 200.0F);
  for (double magnitude = 1e-30; magnitude <= 1e18; magnitude *= 1.7) {
    x.push_back(static_cast<float>(magnitude));
    x.push_back(static_cast<float>(-magnitude));
  }
  return x;
}

TEST(Library, EveryActivationIsFiniteAndAsPublished) {
  const std::vector<float> x = grid();
  std::vector<float> y(x.size());
  std::vector<float> slope(x.size());
  for (const LibraryEntry& entry : library_activations()) {
    const std::string name(entry.name);
    ASSERT_TRUE(kDefinitions.contains(name)) << name;
    const auto& [value, derivative, cancelled] = kDefinitions.at(name);
    formula::ElementwiseFunction(without_batch(resolve_activation(name)))
        .evaluate_with_slope(x, y, slope);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double expected = value(x[i]);
      ASSERT_TRUE(std::isfinite(y[i]) && std::isfinite(slope[i])) << name << " at " << x[i];
      const double size = std::max(std::abs(expected), cancelled * std::abs(x[i]));
      EXPECT_NEAR(y[i], expected, 1e-6 * (1.0 + size)) << name << " at " << x[i];
      const double expected_slope = derivative(x[i]);
      EXPECT_NEAR(slope[i], expected_slope, 5e-6 * std::max(1.0, std::abs(expected_slope)))
          << name << "' at " << x[i];
    }
  }
  EXPECT_EQ(kDefinitions.size(), library_activations().size());
}

TEST(Library, EveryActivationSaysWhereItComesFromAndForWhom) {
  for (const LibraryEntry& entry : library_activations()) {
    EXPECT_FALSE(entry.source.empty()) << entry.name;
    EXPECT_EQ(entry.notes.empty(), entry.name == "identity") << entry.name;
  }
}

TEST(Library, ChannelsLearnTheConstantsOfWhatWasFoundSo) {
  for (const LibraryEntry& entry : library_activations()) {
    const Activation activation = resolve_activation(std::string(entry.name));
    const bool learns = entry.name == "mined";
    EXPECT_EQ(activation.learnable, learns ? Learnable::Channel : Learnable::None) << entry.name;
    EXPECT_EQ(activation.parameter_count(10), learns ? 60U : 0U) << entry.name;
  }
}

TEST(Library, WhatSearchesBeginWithIsPublished) {
  for (const LibraryEntry& entry : published_activations()) EXPECT_NE(entry.name, "mined");
  EXPECT_EQ(published_activations().size() + 1, library_activations().size());
}

TEST(Library, NotesTellTheTruthAboutLeastValues) {
  const std::vector<std::tuple<std::string, double, double>> least = {
      {"gelu", -0.75, -0.17}, {"silu", -1.28, -0.28}, {"mish", -1.19, -0.31}};
  for (const auto& [name, at, value] : least) {
    const auto& f = kDefinitions.at(name).value;
    EXPECT_NEAR(f(at), value, 5e-3) << name;
    for (double x = -20.0; x < 5.0; x += 0.01) EXPECT_GE(f(x), f(at) - 1e-4) << name << " at " << x;
  }
}

}  // namespace
}  // namespace neuronsmith::neuron
