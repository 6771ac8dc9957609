#include "neuronsmith/network/optimiser.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/network/internal/kernels.hpp"

namespace neuronsmith::network {
namespace {

constexpr std::array<std::string_view, 4> kOptimiserNames = {"sgd", "rmsprop", "adam", "adamw"};
constexpr std::array<std::string_view, 3> kScheduleNames = {"constant", "cosine", "step"};

template <typename Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto* found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

float to_float(double value) { return static_cast<float>(value); }

}  // namespace

double cosine_decay(double done) { return 0.5 * (1.0 + std::cos(std::numbers::pi * done)); }

std::string_view name(OptimiserKind kind) { return kOptimiserNames[static_cast<std::size_t>(kind)]; }

std::string_view name(Schedule schedule) {
  return kScheduleNames[static_cast<std::size_t>(schedule)];
}

std::optional<OptimiserKind> find_optimiser(std::string_view name) {
  return find<OptimiserKind>(kOptimiserNames, name);
}

std::optional<Schedule> find_schedule(std::string_view name) {
  return find<Schedule>(kScheduleNames, name);
}

Optimiser::Optimiser(const OptimiserOptions& options, std::size_t n_parameters)
    : Optimiser(options, AlignedVector<float>(n_parameters, 1.0F)) {}

Optimiser::Optimiser(const OptimiserOptions& options, AlignedVector<float> step_scales)
    : options_(options),
      weight_decay_(options.weight_decay.value_or(options.kind == OptimiserKind::AdamW ? 0.01
                                                                                       : 0.0)),
      scales_(std::move(step_scales)),
      first_(options.kind == OptimiserKind::RmsProp ? 0 : scales_.size()),
      second_(options.kind == OptimiserKind::Sgd ? 0 : scales_.size()) {}

float Optimiser::gradient_scale(std::span<const float> gradient) const {
  if (!options_.clip_norm) return 1.0F;
  const double norm = std::sqrt(internal::squared_norm(gradient, scales_));
  return to_float(std::min(1.0, *options_.clip_norm / (norm + 1e-6)));
}

void Optimiser::adam(double learning_rate,
                     std::span<const float> gradient,
                     std::span<float> parameters) {
  const bool is_decoupled = options_.kind == OptimiserKind::AdamW;
  const auto t = static_cast<double>(n_steps_);
  const double correction1 = 1.0 - std::pow(options_.beta1, t);
  const double correction2 = 1.0 - std::pow(options_.beta2, t);
  const internal::AdamStep step{
      .decay_gradient = to_float(is_decoupled ? 0.0 : weight_decay_),
      .keep = to_float(is_decoupled ? 1.0 - learning_rate * weight_decay_ : 1.0),
      .gradient_scale = gradient_scale(gradient),
      .gradient_share = to_float(1.0 - options_.beta1),
      .keep_square = to_float(options_.beta2),
      .square_share = to_float(1.0 - options_.beta2),
      .step_size = to_float(learning_rate / correction1),
      .inverse_root_correction = to_float(1.0 / std::sqrt(correction2)),
      .epsilon = to_float(options_.epsilon)};
  internal::adam_step(step, scales_, gradient, first_, second_, parameters);
}

void Optimiser::step(double learning_rate,
                     std::span<const float> gradient,
                     std::span<float> parameters) {
  NEURONSMITH_CHECK(gradient.size() == parameters.size() &&
                        gradient.size() == scales_.size(),
                    "gradient, parameters and optimiser differ in size");
  ++n_steps_;
  switch (options_.kind) {
    case OptimiserKind::Sgd:
      return internal::sgd_step({.weight_decay = to_float(weight_decay_),
                                 .gradient_scale = gradient_scale(gradient),
                                 .momentum = to_float(options_.momentum),
                                 .learning_rate = to_float(learning_rate)},
                                scales_,
                                gradient,
                                first_,
                                parameters);
    case OptimiserKind::RmsProp:
      return internal::rmsprop_step({.weight_decay = to_float(weight_decay_),
                                     .gradient_scale = gradient_scale(gradient),
                                     .keep_square = to_float(options_.alpha),
                                     .square_share = to_float(1.0 - options_.alpha),
                                     .learning_rate = to_float(learning_rate),
                                     .epsilon = to_float(options_.epsilon)},
                                    scales_,
                                    gradient,
                                    second_,
                                    parameters);
    case OptimiserKind::Adam:
    case OptimiserKind::AdamW:
      return adam(learning_rate, gradient, parameters);
  }
}

}  // namespace neuronsmith::network
