#include "neuronsmith/neuron/baselines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::neuron {
namespace {

using formula::Formula;
using formula::Shape;

constexpr const char* kSilu = "x*sigmoid(x)";
/// Share of a spline or radial function where silu has 1: about that of efficient-kan, whose
/// splines start as noise of a hundredth.
constexpr double kLocalShare = 2e-4;

void add(Aggregation& aggregation, const std::string& phi, double share) {
  aggregation.terms.push_back(
      {.factors = {formula::parse_or_throw(phi, Shape::Scalar, phi)}, .share = share});
}

/// Of the k-th function of a series of waves: amplitudes fall by k^2, as smooth functions have them
/// and the program FourierKAN offers.
double wave_share(std::size_t k) { return std::pow(static_cast<double>(k), -4.0); }

/// "2.5*x - 0.5"
std::string affine(double factor, double offset) {
  if (offset == 0.0) return fmt::format("{}*x", factor);
  return fmt::format("{}*x {} {}", factor, offset < 0.0 ? '-' : '+', std::abs(offset));
}

/// The B-spline of that order around u = 0, its knots 1 apart.
std::string spline(std::size_t order, const std::string& u) {
  const double half_width = 0.5 * static_cast<double>(order + 1);
  std::string sum;
  double binomial = 1.0;  // of order + 1 and k
  double factorial = 1.0;
  for (std::size_t k = 0; k < (order + 2) / 2; ++k) {
    const std::string power =
        fmt::format("relu({} - abs({}))^{}", half_width - static_cast<double>(k), u, order);
    sum += k == 0 ? power : fmt::format(" {} {}*{}", k % 2 == 0 ? '+' : '-', binomial, power);
    binomial *= static_cast<double>(order + 1 - k) / static_cast<double>(k + 1);
  }
  for (std::size_t k = 2; k <= order; ++k) factorial *= static_cast<double>(k);
  return fmt::format("{}*({})", 1.0 / factorial, sum);
}

/// T_k of `t`: by halves, which needs few operations and loses nothing to cancellation.
std::string chebyshev(std::size_t k, const std::string& t) {
  if (k == 1) return t;
  const std::string half = chebyshev(k / 2, t);
  if (k % 2 == 0) return fmt::format("2*({})^2 - 1", half);
  return fmt::format("2*({})*({}) - {}", half, chebyshev(k / 2 + 1, t), t);
}

constexpr std::array kBaselines = {
    Baseline{
        "kan",
        [] { return kan_aggregation(); },
        "Liu et al., KAN: Kolmogorov-Arnold networks, 2024, as efficient-kan has it, grid 5, order "
        "3",
        "silu and 8 cubic B-splines on [-1, 1], 0 beyond 2.2; 9 weights an edge; no activation"},
    Baseline{
        "chebykan",
        [] { return chebykan_aggregation(); },
        "Sidharth et al., Chebyshev polynomial-based Kolmogorov-Arnold networks, 2024: degree 4",
        "T_1 to T_4 of tanh(x); T_0 is the bias; 4 weights an edge; bounded; no activation"},
    Baseline{"fourierkan",
             [] { return fourierkan_aggregation(); },
             "Xu et al., FourierKAN-GCF, 2024, after the program FourierKAN: grid 5",
             "sine and cosine of x to 5 x; 10 weights an edge; period 6.283; no activation"},
    Baseline{"fastkan",
             [] { return fastkan_aggregation(); },
             "Li, Kolmogorov-Arnold networks are radial basis function networks, 2024, without "
             "layer normalisation",
             "silu and 8 Gaussian functions on [-2, 2]; 9 weights an edge; no activation"},
};

}  // namespace

Aggregation kan_aggregation(const SplineGrid& grid) {
  NEURONSMITH_CHECK(grid.intervals > 0 && grid.intervals <= 1000, "intervals of a spline grid");
  NEURONSMITH_CHECK(grid.order > 0 && grid.order <= 20, "order of splines");
  NEURONSMITH_CHECK(grid.low < grid.high, "a spline grid without width");
  Aggregation aggregation;
  add(aggregation, kSilu, 1.0);
  const double per_interval = static_cast<double>(grid.intervals) / (grid.high - grid.low);
  const double first_centre = grid.low * per_interval - 0.5 * static_cast<double>(grid.order - 1);
  for (std::size_t i = 0; i < grid.intervals + grid.order; ++i) {
    const double centre = first_centre + static_cast<double>(i);
    add(aggregation, spline(grid.order, affine(per_interval, -centre)), kLocalShare);
  }
  return aggregation;
}

Aggregation chebykan_aggregation(std::size_t degree) {
  NEURONSMITH_CHECK(degree > 0 && degree <= 64, "degree of Chebyshev polynomials");
  Aggregation aggregation;
  for (std::size_t k = 1; k <= degree; ++k) {
    add(aggregation, chebyshev(k, "tanh(x)"), wave_share(k));
  }
  return aggregation;
}

Aggregation fourierkan_aggregation(std::size_t frequencies) {
  NEURONSMITH_CHECK(frequencies > 0 && frequencies <= 1000, "frequencies");
  Aggregation aggregation;
  for (std::size_t k = 1; k <= frequencies; ++k) {
    const std::string angle = k == 1 ? "x" : fmt::format("{}*x", k);
    add(aggregation, "cos(" + angle + ")", wave_share(k));
    add(aggregation, "sin(" + angle + ")", wave_share(k));
  }
  return aggregation;
}

Aggregation fastkan_aggregation(const RadialGrid& grid) {
  NEURONSMITH_CHECK(grid.centres > 1 && grid.centres <= 1000, "centres of a radial grid");
  NEURONSMITH_CHECK(grid.low < grid.high, "a radial grid without width");
  Aggregation aggregation;
  add(aggregation, kSilu, 1.0);
  const double per_width = static_cast<double>(grid.centres - 1) / (grid.high - grid.low);
  for (std::size_t i = 0; i < grid.centres; ++i) {
    const double centre = grid.low * per_width + static_cast<double>(i);
    add(aggregation, fmt::format("exp(-({})^2)", affine(per_width, -centre)), kLocalShare);
  }
  return aggregation;
}

std::span<const Baseline> library_baselines() { return kBaselines; }

std::optional<Baseline> find_baseline(std::string_view name) {
  const auto found = std::ranges::find(kBaselines, name, &Baseline::name);
  return found == kBaselines.end() ? std::nullopt : std::optional(*found);
}

Neuron make_neuron(const Baseline& baseline) {
  Neuron neuron{.name = std::string(baseline.name),
                .aggregation = baseline.aggregation(),
                .activation = Activation(Formula::input(Shape::Scalar))};
  for (const Term& term : neuron.aggregation.terms) {
    const Formula phi = term.factors[0].with_input_shape(Shape::Vector);
    const bool is_first = neuron.formula.empty();
    neuron.formula = is_first ? phi : Formula::apply(formula::Op::Add, neuron.formula, phi);
  }
  return neuron;
}

}  // namespace neuronsmith::neuron
