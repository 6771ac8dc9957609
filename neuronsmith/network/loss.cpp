#include "neuronsmith/network/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/evaluate.hpp"

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

// -log p of class 1 is softplus(-z), of class 0 softplus(z).
double binary_cross_entropy(std::span<const float> logits,
                            std::span<const std::uint32_t> classes,
                            std::span<float> gradient) {
  static const formula::ElementwiseFunction softplus(
      formula::Formula::apply(formula::Op::Softplus, formula::Formula::input(formula::Shape::Scalar)));
  constexpr std::size_t kRows = formula::Evaluator::kTileRows;
  std::array<float, kRows> margin, value, slope;
  const auto n = static_cast<double>(logits.size());
  const auto factor = static_cast<float>(1.0 / n);
  double sum = 0.0;
  for (std::size_t first = 0; first < logits.size(); first += kRows) {
    const std::size_t count = std::min(kRows, logits.size() - first);
    const auto sign = [&](std::size_t i) { return classes[first + i] == 1 ? -1.0F : 1.0F; };
    for (std::size_t i = 0; i < count; ++i) margin[i] = sign(i) * logits[first + i];
    softplus.evaluate_with_slope(std::span(margin).first(count),
                                 std::span(value).first(count),
                                 std::span(slope).first(count));
    // A logit that is infinite on the right side would else pass for a loss of 0.
    for (std::size_t i = 0; i < count; ++i) sum += value[i] + (margin[i] - margin[i]);
    if (gradient.empty()) continue;
    for (std::size_t i = 0; i < count; ++i) gradient[first + i] = factor * sign(i) * slope[i];
  }
  return sum / n;
}

double saturating_cross_entropy(std::span<const float> logits,
                                std::span<const std::uint32_t> classes,
                                std::span<float> gradient) {
  constexpr float kMostLoss = 100.0F;      // PyTorch's bound of the logarithm
  constexpr float kLeastVariance = 1e-12F;  // and of the divisor in its derivative
  const auto factor = static_cast<float>(1.0 / static_cast<double>(logits.size()));
  double sum = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const float p = 1.0F / (1.0F + std::exp(-logits[i]));
    const bool is_second = classes[i] == 1;
    const float loss = -(is_second ? std::log(p) : std::log1p(-p));
    sum += std::isnan(p) ? p : std::min(loss, kMostLoss);
    if (gradient.empty()) continue;
    const float variance = p * (1.0F - p);
    gradient[i] = factor * (is_second ? p - 1.0F : p) * (variance / std::max(variance, kLeastVariance));
  }
  return sum / static_cast<double>(logits.size());
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
  if (loss == Loss::SaturatingCrossEntropy) {
    return saturating_cross_entropy(outputs, targets.classes, gradient);
  }
  return binary_cross_entropy(outputs, targets.classes, gradient);
}

}  // namespace neuronsmith::network
