#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/data/synthetic/worlds.hpp"

/// Worlds before they have rows.
namespace neuronsmith::internal {

/// What the seed draws for a world.
struct WorldLaw {
  std::string text;
  std::vector<WorldInput> inputs;
  /// y at [n_inputs], finite within the outer ranges. May be called from several threads.
  std::function<double(std::span<const double>)> value;
};

// world_functions.cpp
[[nodiscard]] WorldLaw draw_polynomial(Random& random);
[[nodiscard]] WorldLaw draw_spherical_harmonic(Random& random);
[[nodiscard]] WorldLaw draw_harmonic_sum(Random& random);

// world_systems.cpp
[[nodiscard]] WorldLaw draw_lorenz(Random& random);
[[nodiscard]] WorldLaw draw_roessler(Random& random);
[[nodiscard]] WorldLaw draw_logistic_map(Random& random);
[[nodiscard]] WorldLaw draw_mackey_glass(Random& random);

// world_feynman.cpp
/// Throws ConfigError naming --equation.
[[nodiscard]] WorldLaw feynman_law(std::string_view equation);

// world_law.cpp
/// Rounded to three decimals: the number is exact where it is printed.
[[nodiscard]] double three_decimals(double value);

/// Uniform in [low, high], rounded to three decimals.
[[nodiscard]] double drawn_constant(Random& random, double low, double high);

/// x0, x1, ...: as many as asked for, of the same ranges.
[[nodiscard]] std::vector<WorldInput> equal_inputs(std::size_t n, Interval inner, Interval outer);

}  // namespace neuronsmith::internal
