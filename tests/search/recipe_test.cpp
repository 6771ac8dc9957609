#include "neuronsmith/search/recipe.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::search {
namespace {

using formula::Op;

TEST(Recipe, EveryNameIsARecipeOfValidOptions) {
  for (const std::string& name : recipe_names()) {
    const Recipe recipe = find_recipe(name);
    EXPECT_EQ(recipe.name, name);
    EXPECT_FALSE(recipe.source.empty());
    EXPECT_GT(recipe.generations, 0u);
    EXPECT_NO_THROW(recipe.genetic.validate());
    EXPECT_NO_THROW(recipe.fit.validate());
  }
}

TEST(Recipe, VsrHasThePublishedSizes) {
  const Recipe vsr = find_recipe("vsr");
  EXPECT_EQ(vsr.genetic.population, 500u);
  EXPECT_EQ(vsr.genetic.tournament, 15u);
  EXPECT_EQ(vsr.generations, 80u);
  EXPECT_EQ(vsr.genetic.functions, (std::vector<Op>{Op::Add, Op::Sub, Op::Mul, Op::Neg}));
}

TEST(Recipe, AnUnknownNameIsToldWithTheKnown) {
  try {
    static_cast<void>(find_recipe("vrs"));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("vrs"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("vsr"), std::string::npos);
  }
}

TEST(Recipe, EveryOptionIsOnRecord) {
  const Recipe base = find_recipe("vsr");
  std::vector<Recipe> changed;
  const auto change = [&](const auto& how) {
    changed.push_back(base);
    how(changed.back());
  };
  change([](Recipe& r) { r.genetic.population = 7; });
  change([](Recipe& r) { r.genetic.tournament = 7; });
  change([](Recipe& r) { r.genetic.init_depth_low = 1; });
  change([](Recipe& r) { r.genetic.init_depth_high = 7; });
  change([](Recipe& r) { r.genetic.max_depth = 9; });
  change([](Recipe& r) { r.genetic.max_nodes = 7; });
  change([](Recipe& r) { r.genetic.leaf_input = 0.5; });
  change([](Recipe& r) { r.genetic.constants = ConstantKind::Uniform; });
  change([](Recipe& r) { r.genetic.constant_low = -1.0; });
  change([](Recipe& r) { r.genetic.constant_high = 1.0; });
  change([](Recipe& r) { r.genetic.crossover = 0.0; });
  change([](Recipe& r) { r.genetic.subtree_mutation = 0.0; });
  change([](Recipe& r) { r.genetic.point_mutation = 0.0; });
  change([](Recipe& r) { r.genetic.hoist_mutation = 0.0; });
  change([](Recipe& r) { r.genetic.constant_mutation = 0.0; });
  change([](Recipe& r) { r.genetic.term_mutation = 0.0; });
  change([](Recipe& r) { r.genetic.constant_fresh = 0.0; });
  change([](Recipe& r) { r.genetic.constant_sigma = 0.0; });
  change([](Recipe& r) { r.genetic.elite = 0.0; });
  change([](Recipe& r) { r.genetic.immigration = 0.0; });
  change([](Recipe& r) { r.genetic.fitness = Fitness::Error; });
  change([](Recipe& r) { r.genetic.parsimony = 0.0; });
  change([](Recipe& r) { r.genetic.functions = {Op::Sin}; });
  change([](Recipe& r) { r.fit.coefficients = Coefficients::AsWritten; });
  change([](Recipe& r) { r.fit.ridge = 1.0; });
  change([](Recipe& r) { r.fit.max_degree = 3; });
  change([](Recipe& r) { r.fit.gamma = 0.0; });
  for (std::size_t i = 0; i < changed.size(); ++i) {
    EXPECT_NE(to_json(changed[i]), to_json(base)) << "option " << i;
  }
  EXPECT_EQ(Json::parse(to_json(base).dump()), to_json(base));
}

TEST(ParseFunctions, TakesNamesOfOneOrTwoArguments) {
  EXPECT_EQ(parse_functions("add,sub,mul,div,neg,pow,sin,tanh,sum,dot"),
            (std::vector<Op>{Op::Add,
                             Op::Sub,
                             Op::Mul,
                             Op::Div,
                             Op::Neg,
                             Op::Pow,
                             Op::Sin,
                             Op::Tanh,
                             Op::Sum,
                             Op::Dot}));
  for (const char* text : {"", "add,", ",add", "x", "literal", "sin,wave", "add sub"}) {
    EXPECT_THROW(static_cast<void>(parse_functions(text)), ConfigError) << text;
  }
}

}  // namespace
}  // namespace neuronsmith::search
