#include "neuronsmith/experiment/world_problems.hpp"

#include <algorithm>
#include <utility>

#include "neuronsmith/data/preprocess.hpp"

namespace neuronsmith::experiment {
namespace {

void scale(std::span<float> values, const Affine& by) {
  for (float& value : values) {
    value = static_cast<float>(by.apply(static_cast<double>(value)));
  }
}

}  // namespace

network::Part WorldProblems::Rows::part() const {
  network::Part part;
  part.features = features.view();
  part.target = target;
  return part;
}

WorldProblems::WorldProblems(std::span<const WorldOptions> worlds) {
  for (const WorldOptions& options : worlds) {
    World world = make_world(options);
    std::vector<WorldPart*> parts = {&world.training, &world.test, &world.ood};
    for (std::size_t j = 0; j < world.inputs.size(); ++j) {
      const Affine by = fit_scaling(Scaling::Standard, world.training.features.column(j));
      for (WorldPart* part : parts) scale(part->features.column(j), by);
    }
    const Affine by = fit_scaling(Scaling::Standard, world.training.target);
    for (WorldPart* part : parts) scale(part->target, by);
    const auto rows = [](WorldPart& part) {
      return Rows{std::move(part.features), std::move(part.target)};
    };
    worlds_.push_back({.name = std::move(world.name),
                       .family = std::string(name(options.family)),
                       .training = rows(world.training),
                       .test = rows(world.test),
                       .beyond = rows(world.ood)});
  }
}

std::vector<network::Problem> WorldProblems::problems() const {
  std::vector<network::Problem> problems;
  for (const Scaled& world : worlds_) {
    problems.push_back({.name = world.name,
                        .family = world.family,
                        .training = world.training.part(),
                        .test = world.test.part(),
                        .beyond = world.beyond.part()});
  }
  return problems;
}

std::vector<WorldOptions> worlds_of(std::span<const WorldFamily> families,
                                    std::size_t per_family,
                                    std::uint64_t first_seed,
                                    std::size_t training_rows) {
  std::vector<WorldOptions> worlds;
  for (std::size_t k = 0; k < per_family; ++k) {
    for (const WorldFamily family : families) {
      WorldOptions world;
      world.family = family;
      world.training_rows = training_rows;
      world.seed = first_seed + k;
      worlds.push_back(std::move(world));
    }
  }
  return worlds;
}

}  // namespace neuronsmith::experiment
