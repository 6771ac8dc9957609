#include "neuronsmith/data/synthetic/worlds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/write_table.hpp"
#include "tests/data/files.hpp"
#include "tests/data/world_rows.hpp"

namespace neuronsmith {
namespace {

using testing::message_of;
using testing::row_of;

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

/// The first row in and out of the distribution of every family with seed 1. Those of polynomial,
/// harmonic-sum, lorenz, logistic-map and mackey-glass were made by another program, written from
/// docs/worlds.md alone.
TEST(Worlds, HaveTheRowsThatTheirDefinitionsSay) {
  struct Expected {
    const char* family;
    std::vector<double> inner;
    std::vector<double> outer;
  };
  const std::vector<Expected> all = {
      {"polynomial",
       {-0.6462488, 0.8691794, -0.90860945, 0.45535877},
       {-1.3784081, 1.0617483, -0.6314545, 0.8980089}},
      {"spherical-harmonic",
       {1.489219, 2.226691, -0.5460924},
       {0.21073724, 0.3390425, -0.048098978}},
      {"feynman",
       {1.2276565, 2.8613224, 1.0810623, 5.852217},
       {2.9861426, 4.911513, 1.5708265, 7.897424}},
      {"harmonic-sum", {-0.8180192, 0.35091826, 2.0906293}, {-2.8807082, 2.027971, 0.25111207}},
      {"lorenz",
       {4.171745, -9.482568, 29.232529, -3.9223974},
       {1.904804, 10.742753, 5.5814986, 10.627841}},
      {"roessler",
       {1.5318344, -3.108106, 1.2049714, -2.287203},
       {-8.943346, 1.6175864, 4.252047, -3.0469158}},
      {"logistic-map", {0.14651525, 2.339217, 0.58421296}, {0.07201648, 3.1768587, 0.79110634}},
      {"mackey-glass",
       {0.742309, 0.9391536, 0.7794316, 0.9878176},
       {0.6337982, 0.4976046, 0.3626031, 0.68298274}},
  };
  const auto expect_row = [](const WorldPart& part, const std::vector<double>& expected) {
    std::vector<double> row = row_of(part, 0);
    row.push_back(static_cast<double>(part.target[0]));
    ASSERT_EQ(row.size(), expected.size());
    for (std::size_t j = 0; j < row.size(); ++j) {
      EXPECT_NEAR(row[j], expected[j], 2e-6 * std::abs(expected[j])) << j;
    }
  };
  ASSERT_EQ(all.size(), kWorldFamilies.size());
  for (const Expected& expected : all) {
    SCOPED_TRACE(expected.family);
    const World world =
        make_world({.family = parse_world_family(expected.family), .training_rows = 1});
    expect_row(world.training, expected.inner);
    expect_row(world.ood, expected.outer);
  }
}

TEST(Worlds, NamesAndParserAgree) {
  for (const WorldFamily family : kWorldFamilies) {
    EXPECT_EQ(parse_world_family(name(family)), family);
  }
  EXPECT_EQ(message_of<ConfigError>([] { (void)parse_world_family("flat"); }),
            "--world: polynomial, spherical-harmonic, feynman, harmonic-sum, lorenz, roessler, "
            "logistic-map, mackey-glass are known, not \"flat\"");
}

TEST(Worlds, CarryFamilyEquationAndSeedInTheirNames) {
  EXPECT_EQ(make_world({.family = WorldFamily::Lorenz, .seed = 3}).name, "lorenz-3");
  const World world = make_world({.family = WorldFamily::Feynman, .equation = "I.12.1", .seed = 4});
  EXPECT_EQ(world.name, "feynman-I.12.1-4");
  EXPECT_EQ(world.law, "mu * Nn");
}

TEST(Worlds, AreTablesOfTheirInputsAndY) {
  const World world = make_world({.family = WorldFamily::LogisticMap, .ood_rows = 3});
  const Table table = to_table(world, world.ood);
  ASSERT_EQ(table.columns.size(), 3u);
  EXPECT_EQ(table.columns[0].name, "x");
  EXPECT_EQ(table.columns[1].name, "r");
  EXPECT_EQ(table.columns[2].name, "y");
  EXPECT_EQ(table.n_rows, 3u);
  EXPECT_EQ(table.columns[2].numbers, world.ood.target);
  EXPECT_TRUE(std::ranges::equal(table.columns[1].numbers, world.ood.features.column(1)));
}

TEST(Worlds, MayHaveTrainingRowsAlone) {
  const World world = make_world({.training_rows = 1, .test_rows = 0, .ood_rows = 0});
  EXPECT_EQ(world.training.target.size(), 1u);
  EXPECT_TRUE(world.test.target.empty());
  EXPECT_TRUE(world.ood.target.empty());
}

TEST(Worlds, NameTheOptionThatIsWrong) {
  const auto message = [](const WorldOptions& options) {
    return message_of<ConfigError>([&] { (void)make_world(options); });
  };
  EXPECT_EQ(message({.training_rows = 0}), "--rows: 1 to 4294967295 are possible, not 0");
  EXPECT_EQ(message({.noise = -1.0}), "--noise: a number of at least 0 is wanted, not -1");
  EXPECT_EQ(message({.noise = 1e39}), "--noise: the law's values leave float32; make them smaller");
  EXPECT_EQ(message({.family = WorldFamily::Lorenz, .equation = "I.6.2a"}),
            "--equation: --world feynman has them, not lorenz");
  EXPECT_EQ(message({.family = WorldFamily::Feynman, .equation = "I.26.2"}),
            "--equation: 97 equations are known, I.6.2a to III.21.20 (neuronsmith data worlds), "
            "not \"I.26.2\"");
}

TEST(FeynmanWorlds, AreAllSoundAndKnowTheirRanges) {
  EXPECT_EQ(feynman_equation_names().size(), 97u);
  for (const std::string_view equation : feynman_equation_names()) {
    expect_sound(
        make_world({.family = WorldFamily::Feynman, .equation = std::string(equation), .seed = 5}));
  }
  const World world = make_world({.family = WorldFamily::Feynman, .equation = "I.15.3x"});
  const std::vector<WorldInput> expected = {{"x", {5, 7.5F}, {5, 10}},
                                            {"u", {1, 1.5F}, {1, 2}},
                                            {"c", {3, 11.5F}, {3, 20}},
                                            {"t", {1, 1.5F}, {1, 2}}};
  EXPECT_EQ(world.inputs, expected);
}

}  // namespace
}  // namespace neuronsmith
