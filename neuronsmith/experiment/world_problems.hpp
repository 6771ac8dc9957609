#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "neuronsmith/data/synthetic/worlds.hpp"
#include "neuronsmith/network/cohort.hpp"

namespace neuronsmith::experiment {

/// Synthetic worlds as problems of a cohort. Inputs and target of each have mean 0 and deviation 1
/// on its training rows.
class WorldProblems {
 public:
  /// Throws ConfigError like make_world().
  explicit WorldProblems(std::span<const WorldOptions> worlds);

  /// In the order of the worlds; they borrow from here.
  [[nodiscard]] std::vector<network::Problem> problems() const;

 private:
  /// Rows of one world, scaled.
  struct Rows {
    FeatureMatrix features;
    std::vector<float> target;

    [[nodiscard]] network::Part part() const;
  };
  struct Scaled {
    std::string name;
    std::string family;
    Rows training;
    Rows test;
    Rows beyond;
  };

  std::deque<Scaled> worlds_;
};

/// `per_family` worlds of every family with the seeds first_seed, first_seed + 1, ..., a world of
/// each family after the other, so that any run of them is a mixture.
[[nodiscard]] std::vector<WorldOptions> worlds_of(std::span<const WorldFamily> families,
                                                  std::size_t per_family,
                                                  std::uint64_t first_seed,
                                                  std::size_t training_rows);

}  // namespace neuronsmith::experiment
