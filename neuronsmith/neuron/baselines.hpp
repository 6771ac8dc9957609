#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "neuronsmith/neuron/aggregation.hpp"
#include "neuronsmith/neuron/neuron.hpp"

/// Kolmogorov-Arnold networks as neurons. Such a network has a learnable function on every edge,
/// sum_t c_t phi_t(x) with fixed phi_t, and sums over the edges that come in: z = b + sum_t W_t
/// phi_t(x), a term form of pure terms alone. So each kind is an aggregation with the identity as
/// activation and goes through the same layers, files and commands as any other neuron; none has a
/// layer of its own. Published counts of parameters hold no bias; ours do, one an output.
///
/// A sum of rough functions with weights of one size is a rough function, and training hardly
/// undoes it. So the smooth ones have the greater shares when a network starts (Term::share).
namespace neuronsmith::neuron {

/// A uniform grid on [low, high] with `order` more intervals on either side.
struct SplineGrid {
  std::size_t intervals = 5;  ///< within [low, high], 1 to 1000
  std::size_t order = 3;      ///< degree of the pieces, 1 to 20
  double low = -1.0;
  double high = 1.0;
};

/// Liu et al., KAN: Kolmogorov-Arnold networks, 2024, in the form of the program efficient-kan:
/// silu(x) and the intervals + order B-splines of the grid, whose sum is 1 within [low, high] and
/// which are 0 beyond low and high by more than `order` intervals. Each spline is written by
/// truncated powers of the distance from its centre, which has no cancellation far from it: B(u) =
/// 1/p! sum_{k < (p+1)/2} (-1)^k binomial(p+1, k) max(0, (p+1)/2 - k - |u|)^p, u in intervals
/// (Schoenberg, Contributions to the problem of approximation of equidistant data by analytic
/// functions, 1946). 9 weights an edge. The grid stays as it is: it is not moved to the data.
/// Throws InternalError for a grid out of range.
[[nodiscard]] Aggregation kan_aggregation(const SplineGrid& grid = {});

/// Sidharth et al., Chebyshev polynomial-based Kolmogorov-Arnold networks, 2024: T_k(tanh x) for k
/// = 1 to `degree`, 1 to 64. The published layer has T_0 = 1 too, with a weight an edge: of all of
/// them only the sum over an output's edges has a meaning, and that is the bias, which every term
/// form has. So 4 weights an edge stand for the published 5, for the same functions.
[[nodiscard]] Aggregation chebykan_aggregation(std::size_t degree = 4);

/// Xu et al., FourierKAN-GCF, 2024, after the program FourierKAN: cos kx and sin kx for k = 1 to
/// `frequencies`, 1 to 1000. 10 weights an edge.
[[nodiscard]] Aggregation fourierkan_aggregation(std::size_t frequencies = 5);

/// `centres` points from low to high; the width of each function is the distance of two.
struct RadialGrid {
  std::size_t centres = 8;  ///< 2 to 1000
  double low = -2.0;
  double high = 2.0;
};

/// Li, Kolmogorov-Arnold networks are radial basis function networks (FastKAN), 2024: silu(x) and
/// exp(-((x - c)/width)^2) for every centre c. 9 weights an edge. Departure: the published layer
/// first normalises each row over its features (layer normalisation). Features of a table have each
/// its own meaning and are brought to unit variance one by one before, and what a layer gives
/// starts with unit variance (DenseLayer::initialise), so that the grid is met without; a statistic
/// over the features is no function of one of them, and would make this neuron something else than
/// a term form.
[[nodiscard]] Aggregation fastkan_aggregation(const RadialGrid& grid = {});

/// One of these neurons by name, with its published options.
struct Baseline {
  std::string_view name;
  Aggregation (*aggregation)();
  std::string_view source;
  std::string_view notes;
};

/// kan, chebykan, fourierkan, fastkan.
[[nodiscard]] std::span<const Baseline> library_baselines();
[[nodiscard]] std::optional<Baseline> find_baseline(std::string_view name);

/// The neuron of that name. Its formula is the sum of the terms as they stand, not simplified.
[[nodiscard]] Neuron make_neuron(const Baseline& baseline);

}  // namespace neuronsmith::neuron
