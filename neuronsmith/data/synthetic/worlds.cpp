#include "neuronsmith/data/synthetic/worlds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/data/internal/synthetic_table.hpp"
#include "neuronsmith/data/internal/world_law.hpp"

namespace neuronsmith {
namespace {

using internal::WorldLaw;

/// Random streams of a family, by their second number.
enum class Stream : std::uint32_t { Law, Training, Test, OutOfDistribution, Noise };

enum class Region : std::uint8_t { Inner, Outer };

Random stream(const WorldOptions& options, Stream number) {
  return Random(options.seed,
                Purpose::World,
                static_cast<std::uint32_t>(options.family),
                static_cast<std::uint32_t>(number));
}

/// "" of other families than Feynman's.
std::string equation_of(const WorldOptions& options) {
  if (options.family != WorldFamily::Feynman || !options.equation.empty()) return options.equation;
  const std::vector<std::string_view> names = feynman_equation_names();
  return std::string(names[stream(options, Stream::Law).below(names.size())]);
}

WorldLaw draw_law(const WorldOptions& options, const std::string& equation) {
  Random random = stream(options, Stream::Law);
  switch (options.family) {
    case WorldFamily::Polynomial:
      return internal::draw_polynomial(random);
    case WorldFamily::SphericalHarmonic:
      return internal::draw_spherical_harmonic(random);
    case WorldFamily::Feynman:
      return internal::feynman_law(equation);
    case WorldFamily::HarmonicSum:
      return internal::draw_harmonic_sum(random);
    case WorldFamily::Lorenz:
      return internal::draw_lorenz(random);
    case WorldFamily::Roessler:
      return internal::draw_roessler(random);
    case WorldFamily::LogisticMap:
      return internal::draw_logistic_map(random);
    case WorldFamily::MackeyGlass:
      return internal::draw_mackey_glass(random);
  }
  throw InternalError("no such family of worlds");
}

std::string world_name(const WorldOptions& options, const std::string& equation) {
  const std::string law = equation.empty() ? "" : "-" + equation;
  return fmt::format("{}{}-{}", name(options.family), law, options.seed);
}

bool is_inner(const std::vector<WorldInput>& inputs, std::span<const float> row) {
  for (std::size_t j = 0; j < row.size(); ++j) {
    if (!inputs[j].inner.contains(row[j])) return false;
  }
  return true;
}

/// Rounding is monotone, so the number lies in the interval too.
float draw_within(const Interval& interval, Random& random) {
  return static_cast<float>(
      random.uniform(static_cast<double>(interval.low), static_cast<double>(interval.high)));
}

/// Outer rows are drawn until one is not an inner one.
void draw_row(const std::vector<WorldInput>& inputs,
              Region region,
              Random& random,
              std::span<float> row) {
  do {
    for (std::size_t j = 0; j < row.size(); ++j) {
      row[j] = draw_within(region == Region::Inner ? inputs[j].inner : inputs[j].outer, random);
    }
  } while (region == Region::Outer && is_inner(inputs, row));
}

/// Rows whose y is not rounded yet.
struct Rows {
  FeatureMatrix features;
  std::vector<double> y;
};

Rows draw_rows(const WorldLaw& law, std::size_t n_rows, Region region, Random random) {
  Rows rows{FeatureMatrix(n_rows, law.inputs.size()), std::vector<double>(n_rows)};
  std::vector<float> row(law.inputs.size());
  std::vector<double> x(row.size());
  for (std::size_t i = 0; i < n_rows; ++i) {
    draw_row(law.inputs, region, random, row);
    for (std::size_t j = 0; j < row.size(); ++j) {
      rows.features.column(j)[i] = row[j];
      x[j] = static_cast<double>(row[j]);
    }
    rows.y[i] = law.value(x);
  }
  return rows;
}

void add_noise(std::span<double> y, double share, Random random) {
  if (share == 0.0) return;
  const double size = share * summarise(y).population_deviation();
  for (double& value : y) value += size * random.normal();
}

WorldPart rounded(Rows rows) {
  WorldPart part{std::move(rows.features), std::vector<float>(rows.y.size())};
  internal::round_to(part.target, rows.y, "--noise");
  return part;
}

}  // namespace

std::string_view name(WorldFamily family) {
  constexpr std::array<std::string_view, kWorldFamilies.size()> kNames = {"polynomial",
                                                                          "spherical-harmonic",
                                                                          "feynman",
                                                                          "harmonic-sum",
                                                                          "lorenz",
                                                                          "roessler",
                                                                          "logistic-map",
                                                                          "mackey-glass"};
  return kNames[static_cast<std::size_t>(family)];
}

WorldFamily parse_world_family(std::string_view text, std::string_view option) {
  std::string known;
  for (const WorldFamily family : kWorldFamilies) {
    if (text == name(family)) return family;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name(family));
  }
  throw ConfigError(fmt::format("{}: {} are known, not \"{}\"", option, known, text));
}

void WorldOptions::validate() const {
  if (family == WorldFamily::Feynman) {
    if (!equation.empty()) static_cast<void>(internal::feynman_law(equation));
  } else if (!equation.empty()) {
    throw ConfigError(fmt::format("--equation: --world feynman has them, not {}", name(family)));
  }
  internal::require_rows(training_rows);
  if (test_rows > 0) internal::require_rows(test_rows);
  if (ood_rows > 0) internal::require_rows(ood_rows);
  internal::require_noise(noise);
}

World make_world(const WorldOptions& options) {
  options.validate();
  const std::string equation = equation_of(options);
  const WorldLaw law = draw_law(options, equation);
  const auto rows_of = [&](std::size_t n_rows, Region region, Stream number) {
    return draw_rows(law, n_rows, region, stream(options, number));
  };
  Rows training = rows_of(options.training_rows, Region::Inner, Stream::Training);
  add_noise(training.y, options.noise, stream(options, Stream::Noise));
  return {.name = world_name(options, equation),
          .law = law.text,
          .inputs = law.inputs,
          .training = rounded(std::move(training)),
          .test = rounded(rows_of(options.test_rows, Region::Inner, Stream::Test)),
          .ood = rounded(rows_of(options.ood_rows, Region::Outer, Stream::OutOfDistribution))};
}

Table to_table(const World& world, const WorldPart& part) {
  const std::size_t n_inputs = world.inputs.size();
  Table table = internal::empty_table(world.name, part.target.size(), n_inputs);
  for (std::size_t j = 0; j < n_inputs; ++j) {
    const std::span<const float> column = part.features.column(j);
    table.columns[j].name = world.inputs[j].name;
    table.columns[j].numbers.assign(column.begin(), column.end());
  }
  table.columns.back().numbers = part.target;
  return table;
}

}  // namespace neuronsmith
