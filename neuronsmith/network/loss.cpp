#include "neuronsmith/network/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::network {
namespace {

/// Eight sums side by side, as one would wait for itself at every addition.
double sum_of_squared_differences(std::span<const float> a, std::span<const float> b) {
  std::array<double, 8> sums{};
  const auto square = [&](std::size_t i) {
    const float difference = a[i] - b[i];
    return static_cast<double>(difference) * difference;
  };
  std::size_t i = 0;
  for (; i + sums.size() <= a.size(); i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += square(i + k);
  }
  for (; i < a.size(); ++i) sums[0] += square(i);
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

double mean_squared_error(std::span<const float> outputs,
                          std::span<const float> values,
                          std::span<float> gradient) {
  const auto n = static_cast<double>(outputs.size());
  const auto factor = static_cast<float>(2.0 / n);
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] = factor * (outputs[i] - values[i]);
  return sum_of_squared_differences(outputs, values) / n;
}

// -log p = max(z, 0) - z y + log(1 + exp(-|z|)).
double binary_cross_entropy(std::span<const float> logits,
                            std::span<const std::uint32_t> classes,
                            std::span<float> gradient) {
  const auto n = static_cast<double>(logits.size());
  const auto factor = static_cast<float>(1.0 / n);
  double sum = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const float z = logits[i];
    const auto y = static_cast<float>(classes[i]);
    const float small = std::exp(-std::abs(z));
    sum += (z < 0.0F ? 0.0F : z) - z * y + std::log1p(small);
    if (gradient.empty()) continue;
    const float probability = (z < 0.0F ? small : 1.0F) / (1.0F + small);
    gradient[i] = factor * (probability - y);
  }
  return sum / n;
}

double cross_entropy(std::span<const float> logits,
                     std::span<const std::uint32_t> classes,
                     std::span<float> gradient) {
  const std::size_t n = classes.size();
  const std::size_t n_classes = logits.size() / n;
  const auto factor = static_cast<float>(1.0 / static_cast<double>(n));
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    float largest = logits[i];
    for (std::size_t c = 1; c < n_classes; ++c) largest = std::max(largest, logits[c * n + i]);
    float total = 0.0F;
    for (std::size_t c = 0; c < n_classes; ++c) {
      const float value = std::exp(logits[c * n + i] - largest);
      total += value;
      if (!gradient.empty()) gradient[c * n + i] = value;
    }
    sum += std::log(total) + largest - logits[classes[i] * n + i];
    if (gradient.empty()) continue;
    const float normalise = factor / total;
    for (std::size_t c = 0; c < n_classes; ++c) gradient[c * n + i] *= normalise;
    gradient[classes[i] * n + i] -= factor;
  }
  return sum / static_cast<double>(n);
}

}  // namespace

Loss classification_loss(std::size_t n_classes) {
  NEURONSMITH_CHECK(n_classes >= 2, "a classification needs two classes");
  return n_classes == 2 ? Loss::BinaryCrossEntropy : Loss::CrossEntropy;
}

std::size_t logits_for(std::size_t n_classes) { return n_classes == 2 ? 1 : n_classes; }

double evaluate_loss(Loss loss,
                     std::span<const float> outputs,
                     const Targets& targets,
                     std::span<float> gradient) {
  NEURONSMITH_CHECK(gradient.empty() || gradient.size() == outputs.size(),
                    "the gradient has another size than the outputs");
  if (loss == Loss::MeanSquaredError) {
    NEURONSMITH_CHECK(targets.values.size() == outputs.size(), "one value an output is needed");
    return mean_squared_error(outputs, targets.values, gradient);
  }
  NEURONSMITH_CHECK(!targets.classes.empty() && outputs.size() % targets.classes.size() == 0,
                    "one class a row is needed");
  if (loss == Loss::CrossEntropy) return cross_entropy(outputs, targets.classes, gradient);
  NEURONSMITH_CHECK(targets.classes.size() == outputs.size(), "two classes share one logit");
  return binary_cross_entropy(outputs, targets.classes, gradient);
}

}  // namespace neuronsmith::network
