#include "neuronsmith/search/tensor/gates.hpp"

#include <algorithm>
#include <cmath>

namespace neuronsmith::search::tensor {
namespace {

constexpr double kTemperature = 0.66;
constexpr double kLow = -0.1;
constexpr double kHigh = 1.1;
constexpr double kStartOpen = 0.9;  // published: log alpha = ln(0.9 / 0.1)

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// Uniform in (0, 1).
double open_uniform(Random& random) { return random.uniform() + 0x1p-54; }

}  // namespace

GateDraw hard_concrete(double log_alpha, double u) {
  const double share = sigmoid((std::log(u) - std::log1p(-u) + log_alpha) / kTemperature);
  const double stretched = share * (kHigh - kLow) + kLow;
  const bool is_clipped = stretched <= 0.0 || stretched >= 1.0;
  const double slope = share * (1.0 - share) / kTemperature * (kHigh - kLow);
  return {static_cast<float>(std::clamp(stretched, 0.0, 1.0)),
          is_clipped ? 0.0F : static_cast<float>(slope)};
}

double open_probability(double log_alpha) {
  return sigmoid(log_alpha - kTemperature * std::log(-kLow / kHigh));
}

float HardConcreteGates::start(Random&) const {
  return static_cast<float>(std::log(kStartOpen / (1.0 - kStartOpen)));
}

GateDraw HardConcreteGates::draw(float parameter, Random& random) const {
  return hard_concrete(static_cast<double>(parameter), open_uniform(random));
}

double HardConcreteGates::price_slope(float parameter) const {
  const double p = open_probability(static_cast<double>(parameter));
  return p * (1.0 - p);
}

std::vector<double> HardConcreteGates::openness(std::span<const float> parameters) const {
  std::vector<double> result;
  for (const float p : parameters) result.push_back(open_probability(static_cast<double>(p)));
  return result;
}

float CoefficientGates::start(Random& random) const { return static_cast<float>(random.normal()); }

GateDraw CoefficientGates::draw(float parameter, Random&) const { return {parameter, 1.0F}; }

double CoefficientGates::price_slope(float parameter) const {
  return parameter > 0.0F ? 1.0 : parameter < 0.0F ? -1.0 : 0.0;
}

std::vector<double> CoefficientGates::openness(std::span<const float> parameters) const {
  double mean = 0.0;
  for (const float p : parameters) mean += std::abs(static_cast<double>(p));
  mean /= static_cast<double>(parameters.size());
  std::vector<double> result;
  for (const float p : parameters) result.push_back(std::abs(static_cast<double>(p)) / mean);
  return result;
}

}  // namespace neuronsmith::search::tensor
