#include "neuronsmith/data/synthetic/worlds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <set>
#include <span>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/write_table.hpp"
#include "tests/data/files.hpp"

namespace neuronsmith {
namespace {

using std::numbers::pi;
using testing::message_of;

std::vector<double> row_of(const WorldPart& part, std::size_t i) {
  std::vector<double> row;
  for (std::size_t j = 0; j < part.features.n_features(); ++j) {
    row.push_back(static_cast<double>(part.features.column(j)[i]));
  }
  return row;
}

double deviation(std::span<const float> values) {
  double sum = 0.0;
  double squares = 0.0;
  for (const float value : values) sum += static_cast<double>(value);
  const double mean = sum / static_cast<double>(values.size());
  for (const float value : values) squares += std::pow(static_cast<double>(value) - mean, 2);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

bool all_finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

bool every_input(const World& world,
                 const WorldPart& part,
                 std::size_t i,
                 Interval WorldInput::*range) {
  for (std::size_t j = 0; j < world.inputs.size(); ++j) {
    if (!(world.inputs[j].*range).contains(part.features.column(j)[i])) return false;
  }
  return true;
}

/// What holds of every world.
void expect_sound(const World& world) {
  SCOPED_TRACE(world.name);
  for (const WorldPart* part : {&world.training, &world.test, &world.ood}) {
    ASSERT_EQ(part->features.n_features(), world.inputs.size());
    ASSERT_EQ(part->features.n_rows(), part->target.size());
    EXPECT_TRUE(all_finite(part->target));
    EXPECT_GT(deviation(part->target), 0.0);
    for (std::size_t i = 0; i < part->target.size(); ++i) {
      ASSERT_EQ(every_input(world, *part, i, &WorldInput::inner), part != &world.ood);
      ASSERT_TRUE(every_input(world, *part, i, &WorldInput::outer));
    }
  }
}

class Families : public ::testing::TestWithParam<WorldFamily> {};

TEST_P(Families, AreFiniteNeverConstantAndKeepTheirRangesApart) {
  std::set<std::string> laws;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const World world = make_world({.family = GetParam(), .seed = seed});
    expect_sound(world);
    std::string law = world.law;
    for (const WorldInput& input : world.inputs) law += std::to_string(input.inner.low);
    laws.insert(law);
  }
  EXPECT_GT(laws.size(), 15u) << "seeds are different problems";
}

TEST_P(Families, AreFunctionsOfTheirOptions) {
  const auto text = [](const World& world) {
    return world.name + world.law + to_csv(to_table(world, world.training)) +
           to_csv(to_table(world, world.test)) + to_csv(to_table(world, world.ood));
  };
  const WorldOptions options{.family = GetParam(), .noise = 0.1, .seed = 7};
  EXPECT_EQ(text(make_world(options)), text(make_world(options)));
  EXPECT_NE(text(make_world(options)), text(make_world({.family = GetParam(), .seed = 8})));
}

TEST_P(Families, KeepRowsWhateverTheirNumber) {
  const World few =
      make_world({.family = GetParam(), .training_rows = 5, .test_rows = 3, .ood_rows = 4});
  const World many = make_world({.family = GetParam()});
  EXPECT_EQ(few.law, many.law);
  EXPECT_EQ(few.inputs, many.inputs);
  const auto expect_begins = [](const WorldPart& whole, const WorldPart& beginning) {
    for (std::size_t i = 0; i < beginning.target.size(); ++i) {
      EXPECT_EQ(row_of(whole, i), row_of(beginning, i));
      EXPECT_EQ(whole.target[i], beginning.target[i]);
    }
  };
  expect_begins(many.training, few.training);
  expect_begins(many.test, few.test);
  expect_begins(many.ood, few.ood);
  EXPECT_NE(row_of(many.training, 0), row_of(many.test, 0));
}

TEST_P(Families, PutNoiseOnTrainingRowsAlone) {
  const std::size_t n = 20'000;
  const World clean = make_world({.family = GetParam(), .training_rows = n});
  const World noisy = make_world({.family = GetParam(), .training_rows = n, .noise = 0.2});
  EXPECT_EQ(noisy.test.target, clean.test.target);
  EXPECT_EQ(noisy.ood.target, clean.ood.target);
  std::vector<float> noise(n);
  for (std::size_t i = 0; i < n; ++i) {
    ASSERT_EQ(row_of(noisy.training, i), row_of(clean.training, i));
    noise[i] = noisy.training.target[i] - clean.training.target[i];
  }
  EXPECT_NEAR(deviation(noise) / deviation(clean.training.target), 0.2, 0.01);
}

INSTANTIATE_TEST_SUITE_P(All, Families, ::testing::ValuesIn(kWorldFamilies), [](const auto& info) {
  std::string text(name(info.param));
  std::ranges::replace(text, '-', '_');
  return text;
});

TEST(Worlds, NamesAndParserAgree) {
  for (const WorldFamily family : kWorldFamilies) {
    EXPECT_EQ(parse_world_family(name(family)), family);
  }
  EXPECT_EQ(message_of<ConfigError>([] { (void)parse_world_family("flat"); }),
            "--world: polynomial, spherical-harmonic, feynman, harmonic-sum, lorenz, roessler, "
            "logistic-map, mackey-glass are known, not \"flat\"");
}

}  // namespace
}  // namespace neuronsmith
