#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/data/table.hpp"

namespace neuronsmith {

/// Families of regression problems on which functions are asked to extrapolate: docs/worlds.md
/// defines each. The last five are dynamical systems, whose next state is asked for.
enum class WorldFamily : std::uint8_t {
  Polynomial,
  SphericalHarmonic,
  Feynman,
  HarmonicSum,
  Lorenz,
  Roessler,
  LogisticMap,
  MackeyGlass,
};

inline constexpr std::array<WorldFamily, 8> kWorldFamilies = {
    WorldFamily::Polynomial,
    WorldFamily::SphericalHarmonic,
    WorldFamily::Feynman,
    WorldFamily::HarmonicSum,
    WorldFamily::Lorenz,
    WorldFamily::Roessler,
    WorldFamily::LogisticMap,
    WorldFamily::MackeyGlass,
};

/// "polynomial", "spherical-harmonic", "feynman", ...
[[nodiscard]] std::string_view name(WorldFamily family);
/// Throws ConfigError naming the option and the families there are.
[[nodiscard]] WorldFamily parse_world_family(std::string_view text,
                                             std::string_view option = "--world");
/// "I.6.2a", ...: equations of the Feynman Symbolic Regression Database (Udrescu and Tegmark, "AI
/// Feynman: a physics-inspired method for symbolic regression", 2020), in its order.
[[nodiscard]] std::vector<std::string_view> feynman_equation_names();

/// [low, high]: both are float32 numbers, so rounding never takes a number out of it.
struct Interval {
  float low = 0.0F;
  float high = 0.0F;

  [[nodiscard]] bool contains(float value) const { return low <= value && value <= high; }
  bool operator==(const Interval&) const = default;
};

/// An input of a world. In-distribution rows have every input within `inner`. Out-of-distribution
/// rows have every input within `outer`, which contains `inner`, and at least one outside `inner`.
struct WorldInput {
  std::string name;
  Interval inner;
  Interval outer;

  bool operator==(const WorldInput&) const = default;
};

struct WorldOptions {
  WorldFamily family = WorldFamily::Polynomial;
  std::string equation;              ///< of Feynman only; empty: drawn by the seed
  std::size_t training_rows = 1024;  ///< > 0
  std::size_t test_rows = 512;       ///< in-distribution; may be 0
  std::size_t ood_rows = 1024;       ///< out-of-distribution; may be 0
  /// Standard deviation of normal noise on the training rows alone, over the standard deviation of
  /// y in them, >= 0.
  double noise = 0.0;
  std::uint64_t seed = 1;

  /// Throws ConfigError naming the option.
  void validate() const;
};

/// Rows of a world, in the units of its law.
struct WorldPart {
  FeatureMatrix features;     ///< [n_rows, n_inputs]
  std::vector<float> target;  ///< [n_rows], finite
};

/// A regression problem whose in-distribution and out-of-distribution inputs lie apart.
struct World {
  std::string name;  ///< "lorenz-3", "feynman-I.6.2a-3": family, equation, seed
  std::string law;   ///< y, for people: numbers in it are exact
  std::vector<WorldInput> inputs;
  WorldPart training;  ///< in-distribution
  WorldPart test;      ///< in-distribution, other rows
  WorldPart ood;       ///< out-of-distribution
};

/// Law and ranges are functions of family, equation and seed; training, test and
/// out-of-distribution rows have random streams of their own, so a row is the same whatever the
/// numbers of rows (but for noise, whose size is that of the training rows). Rows are uniform in
/// their ranges, inputs are rounded to float32 before y is computed in float64 and rounded once.
/// Throws ConfigError naming the option, also where noise takes y out of float32. May be called
/// from several threads.
[[nodiscard]] World make_world(const WorldOptions& options);

/// Columns named by the inputs, then y.
[[nodiscard]] Table to_table(const World& world, const WorldPart& part);

}  // namespace neuronsmith
