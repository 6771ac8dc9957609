#include <fmt/format.h>

#include <array>
#include <cmath>

#include "neuronsmith/data/internal/synthetic_table.hpp"
#include "neuronsmith/data/internal/world_law.hpp"

/// Worlds of dynamical systems: from the state now to what comes next.
namespace neuronsmith::internal {
namespace {

using State = std::array<double, 3>;

/// state + step * slope
State moved(const State& state, double step, const State& slope) {
  State result = state;
  for (std::size_t i = 0; i < state.size(); ++i) result[i] += step * slope[i];
  return result;
}

/// The classical method of Runge and Kutta, of order 4.
template <typename Flow>
State runge_kutta_step(const State& state, double step, const Flow& flow) {
  const State k1 = flow(state);
  const State k2 = flow(moved(state, step / 2.0, k1));
  const State k3 = flow(moved(state, step / 2.0, k2));
  const State k4 = flow(moved(state, step, k3));
  State result = state;
  for (std::size_t i = 0; i < state.size(); ++i) {
    result[i] += step / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
  }
  return result;
}

/// How far ahead a flow is asked for, and in how many steps.
struct Horizon {
  double time;
  int steps;
};

/// One coordinate, which is drawn, of the state after the horizon; `flow` is the state's
/// derivative.
template <typename Flow>
WorldLaw flow_law(Random& random,
                  const Horizon& horizon,
                  const Flow& flow,
                  std::string_view text,
                  std::vector<WorldInput> inputs) {
  const std::size_t coordinate = random.below(3);
  const auto value = [=](std::span<const double> x) {
    State state = {x[0], x[1], x[2]};
    const double step = horizon.time / horizon.steps;
    for (int i = 0; i < horizon.steps; ++i) state = runge_kutta_step(state, step, flow);
    return state[coordinate];
  };
  return {fmt::format("x{} after time {} of {}", coordinate, horizon.time, text),
          std::move(inputs),
          value};
}

}  // namespace

WorldLaw draw_lorenz(Random& random) {
  const double sigma = drawn_constant(random, 8.0, 12.0);
  const double rho = drawn_constant(random, 24.0, 32.0);
  const double beta = drawn_constant(random, 2.0, 3.2);
  const auto flow = [=](const State& s) {
    return State{sigma * (s[1] - s[0]), s[0] * (rho - s[2]) - s[1], s[0] * s[1] - beta * s[2]};
  };
  const std::string text = fmt::format(
      "x0' = {}*(x1 - x0), x1' = x0*({} - x2) - x1, x2' = x0*x1 - {}*x2", sigma, rho, beta);
  return flow_law(random,
                  {.time = 0.1, .steps = 50},
                  flow,
                  text,
                  {{"x0", {-10.0F, 10.0F}, {-20.0F, 20.0F}},
                   {"x1", {-12.0F, 12.0F}, {-25.0F, 25.0F}},
                   {"x2", {15.0F, 35.0F}, {0.0F, 50.0F}}});
}

WorldLaw draw_roessler(Random& random) {
  const double a = drawn_constant(random, 0.15, 0.25);
  const double b = drawn_constant(random, 0.15, 0.25);
  const double c = drawn_constant(random, 4.5, 6.5);
  const auto flow = [=](const State& s) {
    return State{-s[1] - s[2], s[0] + a * s[1], b + s[2] * (s[0] - c)};
  };
  const std::string text =
      fmt::format("x0' = -x1 - x2, x1' = x0 + {}*x1, x2' = {} + x2*(x0 - {})", a, b, c);
  return flow_law(random,
                  {.time = 0.5, .steps = 100},
                  flow,
                  text,
                  {{"x0", {-6.0F, 6.0F}, {-12.0F, 12.0F}},
                   {"x1", {-6.0F, 6.0F}, {-12.0F, 12.0F}},
                   {"x2", {0.0F, 4.0F}, {0.0F, 20.0F}}});
}

WorldLaw draw_logistic_map(Random& random) {
  const std::size_t n_steps = 1 + random.below(3);
  const auto x = static_cast<float>(drawn_constant(random, 0.1, 0.4));
  const auto r = static_cast<float>(drawn_constant(random, 2.2, 3.0));
  const auto value = [n_steps](std::span<const double> inputs) {
    double state = inputs[0];
    for (std::size_t i = 0; i < n_steps; ++i) state = inputs[1] * state * (1.0 - state);
    return state;
  };
  return {fmt::format("x after {} times x <- r*x*(1 - x)", n_steps),
          {{"x", {x, x + 0.5F}, {0.0F, 1.0F}}, {"r", {r, r + 0.8F}, {2.0F, 4.0F}}},
          value};
}

WorldLaw draw_mackey_glass(Random& random) {
  constexpr double kStep = 3.0;
  const std::size_t n_steps = 1 + random.below(3);
  const double beta = drawn_constant(random, 0.15, 0.25);
  const double gamma = drawn_constant(random, 0.08, 0.12);
  const int exponent = 8 + static_cast<int>(random.below(5));
  const auto value = [=](std::span<const double> x) {
    double state = x[0];
    for (std::size_t i = 1; i < x.size(); ++i) {
      const double growth = beta * x[i] / (1.0 + power(x[i], exponent));
      state += kStep * (growth - gamma * state);
    }
    return state;
  };
  std::string text = fmt::format(
      "x0 after x0 <- x0 + {}*({}*d/(1 + d^{}) - {}*x0) with d =", kStep, beta, exponent, gamma);
  for (std::size_t i = 1; i <= n_steps; ++i) text += fmt::format("{} x{}", i == 1 ? "" : ",", i);
  return {text, equal_inputs(1 + n_steps, {0.5F, 1.1F}, {0.2F, 1.4F}), value};
}

}  // namespace neuronsmith::internal
