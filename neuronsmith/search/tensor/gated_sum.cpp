#include "neuronsmith/search/tensor/gated_sum.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace neuronsmith::search::tensor {
namespace {

constexpr double kEpsilon = 1e-5;

float sum_of(std::span<const float> x) { return std::accumulate(x.begin(), x.end(), 0.0F); }

float dot(std::span<const float> x, std::span<const float> y) {
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0F);
}

}  // namespace

GatedSum::GatedSum(std::size_t n_terms, std::size_t n_outputs, std::size_t batch)
    : n_terms_(n_terms),
      n_outputs_(n_outputs),
      batch_(batch),
      mean_(n_scaled()),
      inverse_deviation_(n_scaled()),
      normalised_(n_scaled() * batch) {}

void GatedSum::start(std::span<float> parameters) const {
  std::ranges::fill(parameters.first(n_scaled()), 1.0F);
  std::ranges::fill(parameters.subspan(n_scaled()), 0.0F);
}

void GatedSum::fix(std::span<const double> means, std::span<const double> variances) {
  is_fixed_ = true;
  for (std::size_t s = 0; s < n_scaled(); ++s) {
    mean_[s] = static_cast<float>(means[s]);
    inverse_deviation_[s] = static_cast<float>(1.0 / std::sqrt(variances[s] + kEpsilon));
  }
}

void GatedSum::measure(std::size_t block, std::span<const float> values) {
  const auto n = static_cast<float>(batch_);
  const float mean = sum_of(values) / n;
  float squares = 0.0F;
  for (const float v : values) squares += (v - mean) * (v - mean);
  mean_[block] = mean;
  inverse_deviation_[block] = 1.0F / std::sqrt(squares / n + static_cast<float>(kEpsilon));
}

void GatedSum::forward(std::span<const float> values,
                       std::span<const float> parameters,
                       std::span<const GateDraw> gates,
                       std::span<float> outputs) {
  for (std::size_t c = 0; c < n_outputs_; ++c) {
    const auto out = outputs.subspan(c * batch_, batch_);
    std::ranges::fill(out, parameters[biases() + c]);
    for (std::size_t t = 0; t < n_terms_; ++t) {
      const std::size_t s = t * n_outputs_ + c;
      const auto value = of(values, s);
      if (!is_fixed_) measure(s, value);
      const float scale = gates[t].value * parameters[s];
      const float shift = gates[t].value * parameters[shifts() + s];
      float* const normalised = normalised_.data() + s * batch_;
      for (std::size_t i = 0; i < batch_; ++i) {
        normalised[i] = (value[i] - mean_[s]) * inverse_deviation_[s];
        out[i] += scale * normalised[i] + shift;
      }
    }
  }
}

void GatedSum::backward(std::span<const float> d_outputs,
                        std::span<const float> parameters,
                        std::span<const GateDraw> gates,
                        std::span<float> d_values,
                        std::span<float> gradient,
                        std::span<float> d_gates) const {
  const auto n = static_cast<float>(batch_);
  std::ranges::fill(d_gates, 0.0F);
  for (std::size_t c = 0; c < n_outputs_; ++c) {
    const auto d_out = of(d_outputs, c);
    const float total = sum_of(d_out);
    gradient[biases() + c] = total;
    for (std::size_t t = 0; t < n_terms_; ++t) {
      const std::size_t s = t * n_outputs_ + c;
      const auto normalised = of(normalised_, s);
      const float along = dot(d_out, normalised);
      gradient[s] = gates[t].value * along;
      gradient[shifts() + s] = gates[t].value * total;
      d_gates[t] += parameters[s] * along + parameters[shifts() + s] * total;
      // Mean and deviation of a batch depend on its values.
      const float mean = is_fixed_ ? 0.0F : total / n;
      const float slope = is_fixed_ ? 0.0F : along / n;
      const float factor = gates[t].value * parameters[s] * inverse_deviation_[s];
      float* const d_value = d_values.data() + s * batch_;
      for (std::size_t i = 0; i < batch_; ++i) {
        d_value[i] = factor * (d_out[i] - mean - slope * normalised[i]);
      }
    }
  }
}

}  // namespace neuronsmith::search::tensor
