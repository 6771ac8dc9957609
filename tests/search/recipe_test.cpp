#include "neuronsmith/search/recipe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <utility>

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
    EXPECT_NO_THROW(recipe.validate());
  }
}

TEST(Recipe, VsrHasThePublishedSizes) {
  const Recipe vsr = find_recipe("vsr");
  EXPECT_EQ(vsr.genetic.population, 500u);
  EXPECT_EQ(vsr.genetic.tournament, 15u);
  EXPECT_EQ(vsr.generations, 80u);
  EXPECT_EQ(vsr.genetic.functions, (std::vector<Op>{Op::Add, Op::Sub, Op::Mul, Op::Neg}));
}

TEST(Recipe, ActivationGpIsGplearnAsPublished) {
  const Recipe gp = find_recipe("activation-gp");
  EXPECT_EQ(gp.role, Role::Activation);
  EXPECT_EQ(gp.generations, 5u);
  EXPECT_EQ(gp.choice, Choice::Error);
  EXPECT_EQ(gp.collapse, Collapse::Same);
  const GeneticOptions& g = gp.genetic;
  EXPECT_EQ(g.population, 500u);
  EXPECT_EQ(g.tournament, 20u);
  EXPECT_EQ(g.init_depth_low, 2);
  EXPECT_EQ(g.init_depth_high, 6);
  EXPECT_EQ(g.leaves, Leaves::Uniform);
  EXPECT_EQ(g.constants, ConstantKind::Uniform);
  EXPECT_EQ(std::pair(g.constant_low, g.constant_high), std::pair(-1.0, 1.0));
  EXPECT_EQ(g.crossover, 0.9);
  EXPECT_EQ(g.subtree_mutation, 0.01);
  EXPECT_EQ(g.hoist_mutation, 0.01);
  EXPECT_EQ(g.point_mutation, 0.01);
  EXPECT_EQ(g.point_replace, 0.05);
  const double copied = 1.0 - g.crossover - g.subtree_mutation - g.hoist_mutation -
                        g.point_mutation - g.constant_mutation - g.term_mutation;
  EXPECT_NEAR(copied, 0.07, 1e-12);
  EXPECT_EQ(g.elite + g.immigration, 0.0);
  EXPECT_EQ(g.fitness, Fitness::Error);
  EXPECT_EQ(g.parsimony, 0.001);
  EXPECT_EQ(g.functions, parse_functions("add,sub,mul,sin,cos,abs"));
}

TEST(Recipe, AnUnknownNameIsToldWithTheKnown) {
  try {
    static_cast<void>(find_recipe("vrs"));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("vrs"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("vsr, activation-gp"), std::string::npos);
  }
}

void expect_on_record(const std::string& recipe,
                      const std::vector<std::function<void(Recipe&)>>& changes) {
  const Recipe base = find_recipe(recipe);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Recipe changed = base;
    changes[i](changed);
    EXPECT_NE(to_json(changed), to_json(base)) << recipe << ", option " << i;
  }
  EXPECT_EQ(Json::parse(to_json(base).dump()), to_json(base));
}

TEST(Recipe, EveryOptionIsOnRecord) {
  std::vector<std::function<void(Recipe&)>> changes;
  const auto change = [&](const auto& how) { changes.emplace_back(how); };
  change([](Recipe& r) { r.genetic.population = 7; });
  change([](Recipe& r) { r.genetic.tournament = 7; });
  change([](Recipe& r) { r.genetic.init_depth_low = 1; });
  change([](Recipe& r) { r.genetic.init_depth_high = 7; });
  change([](Recipe& r) { r.genetic.max_depth = 9; });
  change([](Recipe& r) { r.genetic.max_nodes = 7; });
  change([](Recipe& r) { r.genetic.leaf_input = 0.5; });
  change([](Recipe& r) { r.genetic.weights = 2; });
  change([](Recipe& r) { r.genetic.leaf_input = 0.9; });
  change([](Recipe& r) { r.genetic.point_replace = 0.5; });
  change([](Recipe& r) { r.genetic.cut_function = 3.0; });
  change([](Recipe& r) { r.choice = Choice::Validation; });
  change([](Recipe& r) { r.genetic.constant_low = -2.0; });
  change([](Recipe& r) { r.genetic.constant_high = 2.0; });
  change([](Recipe& r) { r.genetic.crossover = 0.0; });
  change([](Recipe& r) { r.genetic.subtree_mutation = 0.0; });
  change([](Recipe& r) { r.genetic.point_mutation = 0.0; });
  change([](Recipe& r) { r.genetic.hoist_mutation = 0.0; });
  change([](Recipe& r) { r.genetic.constant_mutation = 0.01; });
  change([](Recipe& r) { r.genetic.term_mutation = 0.01; });
  change([](Recipe& r) { r.genetic.constant_fresh = 0.0; });
  change([](Recipe& r) { r.genetic.constant_sigma = 0.0; });
  change([](Recipe& r) { r.genetic.elite = 0.2; });
  change([](Recipe& r) { r.genetic.immigration = 0.2; });
  change([](Recipe& r) { r.genetic.parsimony = 0.0; });
  change([](Recipe& r) { r.genetic.functions = {Op::Sin}; });
  expect_on_record("vsr", changes);
  expect_on_record("activation-gp", changes);
  expect_on_record("vsr",
                   {[](Recipe& r) { r.genetic.leaves = Leaves::Uniform; },
                    [](Recipe& r) { r.genetic.constants = ConstantKind::Uniform; },
                    [](Recipe& r) { r.genetic.fitness = Fitness::Error; },
                    [](Recipe& r) { r.fit.coefficients = Coefficients::AsWritten; },
                    [](Recipe& r) { r.fit.ridge = 1.0; },
                    [](Recipe& r) { r.fit.max_degree = 3; },
                    [](Recipe& r) { r.fit.gamma = 0.0; },
                    [](Recipe& r) { r.fit.refine = 3; }});
  expect_on_record("neuronseek",
                   {[](Recipe& r) { r.tensor.engine = TensorEngine::Cp; },
                    [](Recipe& r) { r.tensor.max_order = 3; },
                    [](Recipe& r) { r.tensor.rank = 3; },
                    [](Recipe& r) { r.tensor.epochs = 3; },
                    [](Recipe& r) { r.tensor.batch = 3; },
                    [](Recipe& r) { r.tensor.restarts = 3; },
                    [](Recipe& r) { r.tensor.lambda = 0.3; },
                    [](Recipe& r) { r.tensor.warm_up = 0.3; },
                    [](Recipe& r) { r.tensor.ramp_end = 0.8; },
                    [](Recipe& r) { r.tensor.pure_rate = 0.3; },
                    [](Recipe& r) { r.tensor.factor_rate = 0.3; },
                    [](Recipe& r) { r.tensor.gate_rate = 0.3; },
                    [](Recipe& r) { r.tensor.clip = 0.3; },
                    [](Recipe& r) { r.tensor.as_published = true; }});
  expect_on_record("activation-gp",
                   {[](Recipe& r) { r.loss.linear_scaling = true; },
                    [](Recipe& r) { r.loss.refine = 3; },
                    [](Recipe& r) { r.collapse = Collapse::Univariate; },
                    [](Recipe& r) { r.learnable = neuron::Learnable::Layer; }});
}

TEST(Recipe, OfTensorsIsThePublishedOne) {
  const TensorOptions options = find_recipe("neuronseek").tensor;
  EXPECT_EQ(options.max_order, 5);
  EXPECT_EQ(options.rank, 8u);
  EXPECT_EQ(options.epochs, 200u);
  EXPECT_EQ(options.batch, 64u);
  EXPECT_EQ(options.lambda, 0.05);
  EXPECT_FALSE(find_recipe("neuronseek").budget().generations.has_value());
  EXPECT_EQ(find_recipe("vsr").budget().generations, 80u);
}

TEST(Recipe, NamesAreRead) {
  for (const TensorEngine engine : {TensorEngine::Dual, TensorEngine::Cp, TensorEngine::Tucker}) {
    EXPECT_EQ(parse_tensor_engine(name(engine)), engine);
  }
  for (const Choice choice : {Choice::Error, Choice::Criterion, Choice::Validation}) {
    EXPECT_EQ(parse_choice(name(choice)), choice);
  }
  for (const Collapse how : {Collapse::Same, Collapse::OthersAtMean, Collapse::Univariate}) {
    EXPECT_EQ(parse_collapse(name(how)), how);
  }
  EXPECT_THROW(static_cast<void>(parse_choice("luck")), ConfigError);
  EXPECT_THROW(static_cast<void>(parse_collapse("fold")), ConfigError);
}

TEST(Recipe, AnActivationHasNoVectors) {
  Recipe gp = find_recipe("activation-gp");
  gp.genetic.functions = parse_functions("add,dot");
  EXPECT_THROW(gp.validate(), ConfigError);
  gp = find_recipe("activation-gp");
  gp.genetic.weights = 1;
  EXPECT_THROW(gp.validate(), ConfigError);
}

TEST(ParseFunctions, TakesNamesOfFunctionsAndSets) {
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
  EXPECT_EQ(parse_functions("hajbi"),
            (std::vector<Op>{Op::Add, Op::Sub, Op::Mul, Op::Sin, Op::Cos, Op::Abs}));
  const auto more = parse_functions("tanh,hajbi,sin");
  EXPECT_EQ(more.size(), 7u) << "each function once";
  EXPECT_EQ(parse_functions(function_names(more)), more);
  const auto conditions = parse_functions("where,less,less_equal,gelu");
  EXPECT_EQ(conditions, (std::vector<Op>{Op::Where, Op::Less, Op::LessEqual, Op::Gelu}));
  EXPECT_EQ(parse_functions(function_names(conditions)), conditions);
  const auto mining = parse_functions("mining");
  EXPECT_EQ(std::ranges::count(mining, Op::Gelu), 1);
  EXPECT_EQ(std::ranges::count(mining, Op::Where), 0);
  for (const char* set : {"elementary", "activations", "mining"}) {
    for (const Op op : parse_functions(set)) {
      EXPECT_EQ(formula::info(op).kind, formula::OpKind::Elementwise) << set;
    }
  }
  for (const char* text : {"mean", "<", "", "add,", ",add", "x", "literal", "sin,wave", "add sub"}) {
    EXPECT_THROW(static_cast<void>(parse_functions(text)), ConfigError) << text;
  }
}

}  // namespace
}  // namespace neuronsmith::search
