#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/data/table.hpp"

namespace neuronsmith {

/// What an order law sums: power sums S_k = sum_i x_i^k, products I_k of k random projections of x,
/// or both.
enum class OrderMode : std::uint8_t { Pure, Interact, Hybrid };

/// "pure", "interact", "hybrid".
[[nodiscard]] std::string_view name(OrderMode mode);

/// coefficient * S_order or coefficient * I_order.
struct OrderTerm {
  bool is_interaction = false;
  int order = 1;
  /// The coefficient's magnitude is uniform in [low, high], its sign random; of low == high it is
  /// that number.
  double low = 1.0;
  double high = 3.0;
};

/// One of the fifteen synthetic problems of NeuronSeek (Pei et al., arXiv 2506.15715): five of each
/// mode.
struct OrderLaw {
  OrderMode mode = OrderMode::Pure;
  int variant = 0;  ///< 0 to kOrderVariants - 1

  bool operator==(const OrderLaw&) const = default;
};

inline constexpr int kOrderVariants = 5;

/// All fifteen: pure, interact, hybrid.
[[nodiscard]] std::vector<OrderLaw> order_laws();
/// The true structure. The published "second interact coefficient", uniform in ±[0.5, 3], is taken
/// as the second one of the laws of mode interact; those of mode hybrid are in ±[1, 3].
[[nodiscard]] std::span<const OrderTerm> terms_of(const OrderLaw& law);
/// "interact-3".
[[nodiscard]] std::string name(const OrderLaw& law);
/// Absent where there is none of that name.
[[nodiscard]] std::optional<OrderLaw> find_order_law(std::string_view name);

/// A law whose random numbers are drawn.
struct DrawnOrderLaw {
  OrderLaw law;
  std::vector<double> coefficients;  ///< [term]
  /// [term][order * n_features]: the projections of an interaction, one after the other; of a power
  /// sum none.
  std::vector<std::vector<double>> projections;

  /// Value of one term, its coefficient included, at `x` [n_features].
  [[nodiscard]] double term(std::size_t index, std::span<const float> x) const;
  /// "8*I2 + 0.5*I3".
  [[nodiscard]] std::string text() const;
};

struct OrderLawOptions {
  OrderLaw law;
  double noise = 0.01;        ///< standard deviation of the noise, before y is standardised, >= 0
  std::size_t rows = 2500;    ///< > 1
  std::size_t test_rows = 0;  ///< of a table of their own
  std::size_t features = 10;  ///< > 0; published with 10, 30, 50 and 100
  std::uint64_t seed = 1;

  /// Throws ConfigError naming the option.
  void validate() const;
};

/// Coefficients and projections: weights N(0, 1/n_features), a function of law, features and seed.
[[nodiscard]] DrawnOrderLaw draw(const OrderLawOptions& options);

/// Columns x0 ... and y.
struct OrderLawTables {
  DrawnOrderLaw law;
  Table data;
  Table test;  ///< other rows of the same law, standardised as `data` are
  // y = (value - mean) / deviation.
  double mean = 0.0;
  double deviation = 1.0;  ///< of a population, as numpy's default
};

/// Inputs are N(0, 1), rounded to float32 before y is computed in float64. Noise is added, y is
/// standardised by mean and deviation of the rows of `data`, and rounded once. A row is the same
/// whatever the number of rows, but for the scale of y. Throws ConfigError where y leaves float32.
[[nodiscard]] OrderLawTables synthesize(const OrderLawOptions& options);

}  // namespace neuronsmith
