#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/internal/world_law.hpp"

namespace neuronsmith {
namespace {

using std::cos, std::exp, std::log, std::pow, std::sin, std::sqrt, std::tanh;
using std::numbers::pi;

/// Range of a variable; most of the published ones are this one.
struct Range {
  float low = 1.0F;
  float high = 5.0F;
};

struct Equation {
  std::string_view name;
  std::string_view law;
  std::string_view variables;  ///< "x1, x2"
  double (*value)(std::span<const double>);
  std::array<Range, 9> ranges;  ///< of the variables, in their order
};

// clang-format off
/// Text, variables and function of a law, all of one expression, so that they cannot differ.
/// A short name, as it is undefined below its table.
#define LAW(expression, ...)                                          \
  #expression, #__VA_ARGS__, [](std::span<const double> values) {     \
    struct Variables {                                                \
      double __VA_ARGS__;                                             \
      [[nodiscard]] double law() const { return expression; }         \
    } variables;                                                      \
    NEURONSMITH_ASSERT(values.size_bytes() == sizeof(variables),      \
                       "a value for each variable");                  \
    std::memcpy(&variables, values.data(), sizeof(variables));        \
    return variables.law();                                           \
  }

// The Feynman Symbolic Regression Database but for I.26.2 and I.30.5, whose arcsin the formula
// language lacks, and III.9.52, which is 0/0 where its frequencies are equal. I.29.16 is written so
// that rounding takes no square root below 0. II.6.15a calls its x, y, z x1, y1, z1.
constexpr auto kEquations = std::to_array<Equation>({
    {"I.6.2a", LAW(exp(-pow(theta, 2) / 2) / sqrt(2 * pi), theta), {{{1, 3}}}},
    {"I.6.2", LAW(exp(-pow(theta / sigma, 2) / 2) / (sqrt(2 * pi) * sigma), sigma, theta),
     {{{1, 3}, {1, 3}}}},
    {"I.6.2b", LAW(exp(-pow((theta - theta1) / sigma, 2) / 2) / (sqrt(2 * pi) * sigma),
         sigma, theta, theta1), {{{1, 3}, {1, 3}, {1, 3}}}},
    {"I.8.14", LAW(sqrt(pow(x2 - x1, 2) + pow(y2 - y1, 2)), x1, x2, y1, y2), {}},
    {"I.9.18", LAW(G * m1 * m2 / (pow(x2 - x1, 2) + pow(y2 - y1, 2) + pow(z2 - z1, 2)),
         m1, m2, G, x1, x2, y1, y2, z1, z2),
     {{{1, 2}, {1, 2}, {1, 2}, {3, 4}, {1, 2}, {3, 4}, {1, 2}, {3, 4}, {1, 2}}}},
    {"I.10.7", LAW(m_0 / sqrt(1 - pow(v, 2) / pow(c, 2)), m_0, v, c), {{{}, {1, 2}, {3, 10}}}},
    {"I.11.19", LAW(x1 * y1 + x2 * y2 + x3 * y3, x1, x2, x3, y1, y2, y3), {}},
    {"I.12.1", LAW(mu * Nn, mu, Nn), {}},
    {"I.12.2", LAW(q1 * q2 * r / (4 * pi * epsilon * pow(r, 3)), q1, q2, epsilon, r), {}},
    {"I.12.4", LAW(q1 * r / (4 * pi * epsilon * pow(r, 3)), q1, epsilon, r), {}},
    {"I.12.5", LAW(q2 * Ef, q2, Ef), {}},
    {"I.12.11", LAW(q * (Ef + B * v * sin(theta)), q, Ef, B, v, theta), {}},
    {"I.13.4", LAW(0.5 * m * (pow(v, 2) + pow(u, 2) + pow(w, 2)), m, v, u, w), {}},
    {"I.13.12", LAW(G * m1 * m2 * (1 / r2 - 1 / r1), m1, m2, r1, r2, G), {}},
    {"I.14.3", LAW(m * g * z, m, g, z), {}},
    {"I.14.4", LAW(0.5 * k_spring * pow(x, 2), k_spring, x), {}},
    {"I.15.3x", LAW((x - u * t) / sqrt(1 - pow(u, 2) / pow(c, 2)), x, u, c, t),
     {{{5, 10}, {1, 2}, {3, 20}, {1, 2}}}},
    {"I.15.3t", LAW((t - u * x / pow(c, 2)) / sqrt(1 - pow(u, 2) / pow(c, 2)), x, c, u, t),
     {{{}, {3, 10}, {1, 2}}}},
    {"I.15.1", LAW(m_0 * v / sqrt(1 - pow(v, 2) / pow(c, 2)), m_0, v, c), {{{}, {1, 2}, {3, 10}}}},
    {"I.16.6", LAW((u + v) / (1 + u * v / pow(c, 2)), c, v, u), {}},
    {"I.18.4", LAW((m1 * r1 + m2 * r2) / (m1 + m2), m1, m2, r1, r2), {}},
    {"I.18.12", LAW(r * F * sin(theta), r, F, theta), {{{}, {}, {0, 5}}}},
    {"I.18.14", LAW(m * r * v * sin(theta), m, r, v, theta), {}},
    {"I.24.6", LAW(0.25 * m * (pow(omega, 2) + pow(omega_0, 2)) * pow(x, 2), m, omega, omega_0, x),
     {{{1, 3}, {1, 3}, {1, 3}, {1, 3}}}},
    {"I.25.13", LAW(q / C, q, C), {}},
    {"I.27.6", LAW(1 / (1 / d1 + n / d2), d1, d2, n), {}},
    {"I.29.4", LAW(omega / c, omega, c), {{{1, 10}, {1, 10}}}},
    {"I.29.16", LAW(sqrt(pow(x1 - x2, 2) + 2 * x1 * x2 * (1 - cos(theta1 - theta2))),
         x1, x2, theta1, theta2), {}},
    {"I.30.3", LAW(Int_0 * pow(sin(n * theta / 2), 2) / pow(sin(theta / 2), 2), Int_0, theta, n),
     {}},
    {"I.32.5", LAW(pow(q, 2) * pow(a, 2) / (6 * pi * epsilon * pow(c, 3)), q, a, epsilon, c), {}},
    {"I.32.17",
     LAW(4 * pi / 3 * epsilon * c *
         pow(Ef * r * pow(omega, 2) / (pow(omega, 2) - pow(omega_0, 2)), 2),
         epsilon, c, Ef, r, omega, omega_0), {{{1, 2}, {1, 2}, {1, 2}, {1, 2}, {1, 2}, {3, 5}}}},
    {"I.34.8", LAW(q * v * B / p, q, v, B, p), {}},
    {"I.34.1", LAW(omega_0 / (1 - v / c), c, v, omega_0), {{{3, 10}, {1, 2}}}},
    {"I.34.14", LAW((1 + v / c) / sqrt(1 - pow(v, 2) / pow(c, 2)) * omega_0, c, v, omega_0),
     {{{3, 10}, {1, 2}}}},
    {"I.34.27", LAW(h / (2 * pi) * omega, omega, h), {}},
    {"I.37.4", LAW(I1 + I2 + 2 * sqrt(I1 * I2) * cos(delta), I1, I2, delta), {}},
    {"I.38.12", LAW(4 * pi * epsilon * pow(h / (2 * pi), 2) / (m * pow(q, 2)), m, q, h, epsilon),
     {}},
    {"I.39.1", LAW(1.5 * pr * V, pr, V), {}},
    {"I.39.11", LAW(1 / (gamma - 1) * pr * V, gamma, pr, V), {{{2, 5}}}},
    {"I.39.22", LAW(n * kb * T / V, n, T, V, kb), {}},
    {"I.40.1", LAW(n_0 * exp(-m * g * x / (kb * T)), n_0, m, x, T, g, kb), {}},
    {"I.41.16",
     LAW(h / (2 * pi) * pow(omega, 3)
         / (pow(pi, 2) * pow(c, 2) * (exp(h / (2 * pi) * omega / (kb * T)) - 1)),
         omega, T, h, kb, c), {}},
    {"I.43.16", LAW(mu_drift * q * Volt / d, mu_drift, q, Volt, d), {}},
    {"I.43.31", LAW(mob * kb * T, mob, T, kb), {}},
    {"I.43.43", LAW(1 / (gamma - 1) * kb * v / A, gamma, kb, A, v), {{{2, 5}}}},
    {"I.44.4", LAW(n * kb * T * log(V2 / V1), n, kb, T, V1, V2), {}},
    {"I.47.23", LAW(sqrt(gamma * pr / rho), gamma, pr, rho), {}},
    {"I.48.2", LAW(m * pow(c, 2) / sqrt(1 - pow(v, 2) / pow(c, 2)), m, v, c),
     {{{}, {1, 2}, {3, 10}}}},
    {"I.50.26", LAW(x1 * (cos(omega * t) + alpha * pow(cos(omega * t), 2)), x1, omega, t, alpha),
     {{{1, 3}, {1, 3}, {1, 3}, {1, 3}}}},
    {"II.2.42", LAW(kappa * (T2 - T1) * A / d, kappa, T1, T2, A, d), {}},
    {"II.3.24", LAW(Pwr / (4 * pi * pow(r, 2)), Pwr, r), {}},
    {"II.4.23", LAW(q / (4 * pi * epsilon * r), q, epsilon, r), {}},
    {"II.6.11", LAW(1 / (4 * pi * epsilon) * p_d * cos(theta) / pow(r, 2), epsilon, p_d, theta, r),
     {{{1, 3}, {1, 3}, {1, 3}, {1, 3}}}},
    {"II.6.15a", LAW(3 * p_d / (4 * pi * epsilon) * z1 / pow(r, 5) * sqrt(pow(x1, 2) + pow(y1, 2)),
         epsilon, p_d, r, x1, y1, z1), {{{1, 3}, {1, 3}, {1, 3}, {1, 3}, {1, 3}, {1, 3}}}},
    {"II.6.15b", LAW(3 * p_d / (4 * pi * epsilon) * cos(theta) * sin(theta) / pow(r, 3),
         epsilon, p_d, theta, r), {{{1, 3}, {1, 3}, {1, 3}, {1, 3}}}},
    {"II.8.7", LAW(0.6 * pow(q, 2) / (4 * pi * epsilon * d), q, epsilon, d), {}},
    {"II.8.31", LAW(epsilon * pow(Ef, 2) / 2, epsilon, Ef), {}},
    {"II.10.9", LAW(sigma_den / (epsilon * (1 + chi)), sigma_den, epsilon, chi), {}},
    {"II.11.3", LAW(q * Ef / (m * (pow(omega_0, 2) - pow(omega, 2))), q, Ef, m, omega_0, omega),
     {{{1, 3}, {1, 3}, {1, 3}, {3, 5}, {1, 2}}}},
    {"II.11.17", LAW(n_0 * (1 + p_d * Ef * cos(theta) / (kb * T)), n_0, kb, T, theta, p_d, Ef),
     {{{1, 3}, {1, 3}, {1, 3}, {1, 3}, {1, 3}, {1, 3}}}},
    {"II.11.20", LAW(n_rho * pow(p_d, 2) * Ef / (3 * kb * T), n_rho, p_d, Ef, kb, T), {}},
    {"II.11.27", LAW(n * alpha / (1 - n * alpha / 3) * epsilon * Ef, n, alpha, epsilon, Ef),
     {{{0, 1}, {0, 1}, {1, 2}, {1, 2}}}},
    {"II.11.28", LAW(1 + n * alpha / (1 - n * alpha / 3), n, alpha), {{{0, 1}, {0, 1}}}},
    {"II.13.17", LAW(2 * I / (4 * pi * epsilon * pow(c, 2) * r), epsilon, c, I, r), {}},
    {"II.13.23", LAW(rho_c_0 / sqrt(1 - pow(v, 2) / pow(c, 2)), rho_c_0, v, c),
     {{{}, {1, 2}, {3, 10}}}},
    {"II.13.34", LAW(rho_c_0 * v / sqrt(1 - pow(v, 2) / pow(c, 2)), rho_c_0, v, c),
     {{{}, {1, 2}, {3, 10}}}},
    {"II.15.4", LAW(-mom * B * cos(theta), mom, B, theta), {}},
    {"II.15.5", LAW(-p_d * Ef * cos(theta), p_d, Ef, theta), {}},
    {"II.21.32", LAW(q / (4 * pi * epsilon * r * (1 - v / c)), q, epsilon, r, v, c),
     {{{}, {}, {}, {1, 2}, {3, 10}}}},
    {"II.24.17", LAW(sqrt(pow(omega, 2) / pow(c, 2) - pow(pi, 2) / pow(d, 2)), omega, c, d),
     {{{4, 6}, {1, 2}, {2, 4}}}},
    {"II.27.16", LAW(epsilon * c * pow(Ef, 2), epsilon, c, Ef), {}},
    {"II.27.18", LAW(epsilon * pow(Ef, 2), epsilon, Ef), {}},
    {"II.34.2a", LAW(q * v / (2 * pi * r), q, v, r), {}},
    {"II.34.2", LAW(q * v * r / 2, q, v, r), {}},
    {"II.34.11", LAW(g_ * q * B / (2 * m), g_, q, B, m), {}},
    {"II.34.29a", LAW(q * h / (4 * pi * m), q, h, m), {}},
    {"II.34.29b", LAW(g_ * mom * B * Jz / (h / (2 * pi)), g_, h, Jz, mom, B), {}},
    {"II.35.18", LAW(n_0 / (exp(mom * B / (kb * T)) + exp(-mom * B / (kb * T))),
         n_0, kb, T, mom, B), {{{1, 3}, {1, 3}, {1, 3}, {1, 3}, {1, 3}}}},
    {"II.35.21", LAW(n_rho * mom * tanh(mom * B / (kb * T)), n_rho, mom, B, kb, T), {}},
    {"II.36.38", LAW(mom * H / (kb * T) + mom * alpha / (epsilon * pow(c, 2) * kb * T) * M,
         mom, H, kb, T, alpha, epsilon, c, M),
     {{{1, 3}, {1, 3}, {1, 3}, {1, 3}, {1, 3}, {1, 3}, {1, 3}, {1, 3}}}},
    {"II.37.1", LAW(mom * (1 + chi) * B, mom, B, chi), {}},
    {"II.38.3", LAW(Y * A * x / d, Y, A, d, x), {}},
    {"II.38.14", LAW(Y / (2 * (1 + sigma)), Y, sigma), {}},
    {"III.4.32", LAW(1 / (exp(h / (2 * pi) * omega / (kb * T)) - 1), h, omega, kb, T), {}},
    {"III.4.33", LAW(h / (2 * pi) * omega / (exp(h / (2 * pi) * omega / (kb * T)) - 1),
         h, omega, kb, T), {}},
    {"III.7.38", LAW(2 * mom * B / (h / (2 * pi)), mom, B, h), {}},
    {"III.8.54", LAW(pow(sin(E_n * t / (h / (2 * pi))), 2), E_n, t, h), {{{1, 2}, {1, 2}, {1, 4}}}},
    {"III.10.19", LAW(mom * sqrt(pow(Bx, 2) + pow(By, 2) + pow(Bz, 2)), mom, Bx, By, Bz), {}},
    {"III.12.43", LAW(n * (h / (2 * pi)), n, h), {}},
    {"III.13.18", LAW(2 * E_n * pow(d, 2) * k / (h / (2 * pi)), E_n, d, k, h), {}},
    {"III.14.14", LAW(I_0 * (exp(q * Volt / (kb * T)) - 1), I_0, q, Volt, kb, T),
     {{{}, {1, 2}, {1, 2}, {1, 2}, {1, 2}}}},
    {"III.15.12", LAW(2 * U * (1 - cos(k * d)), U, k, d), {}},
    {"III.15.14", LAW(pow(h / (2 * pi), 2) / (2 * E_n * pow(d, 2)), h, E_n, d), {}},
    {"III.15.27", LAW(2 * pi * alpha / (n * d), alpha, n, d), {}},
    {"III.17.37", LAW(beta * (1 + alpha * cos(theta)), beta, alpha, theta), {}},
    {"III.19.51",
     LAW(-m * pow(q, 4) / (2 * pow(4 * pi * epsilon, 2) * pow(h / (2 * pi), 2)) * (1 / pow(n, 2)),
         m, q, h, n, epsilon), {}},
    {"III.21.20", LAW(-rho_c_0 * q * A_vec / m, rho_c_0, q, A_vec, m), {}},
});
// clang-format on
#undef LAW

const Equation& find(std::string_view name) {
  const auto* const found = std::ranges::find(kEquations, name, &Equation::name);
  if (found == kEquations.end()) {
    throw ConfigError(fmt::format(
        "--equation: {} equations are known, {} to {} (neuronsmith data worlds), not \"{}\"",
        kEquations.size(),
        kEquations.front().name,
        kEquations.back().name,
        name));
  }
  return *found;
}

/// In distribution is the lower half.
WorldInput input_of(std::string_view name, const Range& range) {
  return {std::string(name), {range.low, (range.low + range.high) / 2.0F}, {range.low, range.high}};
}

std::vector<WorldInput> inputs_of(const Equation& equation) {
  constexpr std::string_view kComma = ", ";
  std::vector<WorldInput> inputs;
  std::string_view rest = equation.variables;
  while (!rest.empty()) {
    const std::string_view variable = rest.substr(0, rest.find(kComma));
    inputs.push_back(input_of(variable, equation.ranges[inputs.size()]));
    rest.remove_prefix(std::min(rest.size(), variable.size() + kComma.size()));
  }
  return inputs;
}

}  // namespace

std::vector<std::string_view> feynman_equation_names() {
  std::vector<std::string_view> names;
  for (const Equation& equation : kEquations) names.push_back(equation.name);
  return names;
}

namespace internal {

WorldLaw feynman_law(std::string_view equation) {
  const Equation& found = find(equation);
  return {std::string(found.law), inputs_of(found), found.value};
}

}  // namespace internal
}  // namespace neuronsmith
