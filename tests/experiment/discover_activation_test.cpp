// discover() with a recipe for activations.
#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/experiment/discover.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "temporary_table.hpp"

namespace neuronsmith::experiment {
namespace {

using search::Choice;
using search::Collapse;
using testing::TemporaryTable;

std::string table_text(int n_rows, bool classes) {
  Random random(3, Purpose::Test);
  std::string text = "a,b,c,y\n";
  for (int i = 0; i < n_rows; ++i) {
    const double a = random.normal(), b = random.normal(), c = random.normal();
    const double y = std::sin(a) * 2.0 + 0.2 * b + 0.1 * random.normal();
    text += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(c) + "," +
            (classes ? (y > 0.0 ? "1" : "0") : std::to_string(y)) + "\n";
  }
  return text;
}

DiscoveryResult found(const std::string& path,
                      const std::function<void(DiscoverOptions&)>& change = {},
                      std::size_t n_threads = 1) {
  DiscoverOptions options{.recipe = search::find_recipe("activation-gp"), .driver = {}};
  options.recipe.genetic.population = 200;
  options.driver.budget.generations = 5;
  if (change) change(options);
  const DataOptions data =
      for_search({.data = path, .target_scaling = Scaling::None}, options.recipe);
  return discover(prepare(data), options, Executor(n_threads));
}

TEST(DiscoverActivation, IsTheOrdinaryNeuronWithTheFormulaBehindIt) {
  for (const bool classes : {false, true}) {
    const TemporaryTable table(table_text(400, classes));
    const DiscoveryResult result = found(table.path());
    EXPECT_EQ(formula::to_infix(result.neuron.formula), "x");
    ASSERT_TRUE(result.neuron.activation.has_value());
    EXPECT_EQ(neuron::objection_to(*result.neuron.activation), "");
    EXPECT_EQ(result.error_kind, classes ? ErrorKind::LogLoss : ErrorKind::SquaredError);
    EXPECT_LT(result.score.error, 0.5);
    ASSERT_TRUE(result.columns.has_value());
    EXPECT_EQ(result.columns->names.at(0), "a");
    const Json& provenance = result.neuron.provenance;
    EXPECT_EQ(provenance["recipe"], "activation-gp");
    EXPECT_EQ(provenance["collapse"], "same");
    EXPECT_EQ(provenance["columns"]["x0"], "a");
    EXPECT_EQ(provenance["columns_formula"], formula::to_infix(result.columns->formula));
    EXPECT_EQ(provenance["error"], result.score.error);
    EXPECT_EQ(provenance["scaling"], "standard");
    // What was written is read back.
    const neuron::Neuron again = neuron::neuron_from_json(neuron::to_json(result.neuron), "test");
    EXPECT_EQ(again.activation, result.neuron.activation);
  }
}

TEST(DiscoverActivation, TheChoiceByErrorIsTheLeastOfTheLastGeneration) {
  const TemporaryTable table(table_text(400, false));
  const auto few = [](Choice choice) {
    return [choice](DiscoverOptions& options) {
      options.recipe.choice = choice;
      options.recipe.genetic.crossover = 0.0;  // mutation and loss: the last generation forgets
      options.recipe.genetic.subtree_mutation = 0.9;
      options.recipe.genetic.parsimony = 0.02;
    };
  };
  const DiscoveryResult last = found(table.path(), few(Choice::Error));
  const double least = last.search.archive.front().back().score.error;
  EXPECT_GE(last.score.error, least);
  const DiscoveryResult whole = found(table.path(), few(Choice::Criterion));
  EXPECT_LE(whole.score.criterion, last.score.criterion);
  const DiscoveryResult validated = found(table.path(), few(Choice::Validation));
  EXPECT_TRUE(validated.neuron.activation.has_value());
}

TEST(DiscoverActivation, SameResultWithTwoThreads) {
  const TemporaryTable table(table_text(400, true));
  for (const Collapse how : {Collapse::Same, Collapse::OthersAtMean, Collapse::Univariate}) {
    const auto change = [how](DiscoverOptions& options) {
      options.recipe.collapse = how;
      options.recipe.genetic.population = 60;
    };
    const DiscoveryResult one = found(table.path(), change, 1);
    const DiscoveryResult two = found(table.path(), change, 2);
    EXPECT_EQ(neuron::to_json(one.neuron), neuron::to_json(two.neuron));
  }
}

TEST(DiscoverActivation, CollapseUnivariateSearchesFormulasOfX) {
  const TemporaryTable table(table_text(300, true));
  const DiscoveryResult result = found(table.path(), [](DiscoverOptions& options) {
    options.recipe.collapse = Collapse::Univariate;
    options.recipe.genetic.population = 60;
  });
  EXPECT_TRUE(result.columns->names.empty());
  for (const FrontEntry& entry : result.front)
    EXPECT_FALSE(entry.formula.uses(formula::Op::Column));
}

TEST(DiscoverActivation, LearnableLiteralsAreParameters) {
  const TemporaryTable table(table_text(300, false));
  const DiscoveryResult result = found(table.path(), [](DiscoverOptions& options) {
    options.recipe.learnable = neuron::Learnable::Channel;
    options.recipe.genetic.functions = search::parse_functions("mul,sin");
    options.recipe.genetic.leaves = search::Leaves::ByShare;
    options.recipe.genetic.leaf_input = 0.5;
  });
  const neuron::Activation& activation = *result.neuron.activation;
  EXPECT_FALSE(activation.formula.uses(formula::Op::Literal));
  const bool has_parameters = !activation.parameters.empty();
  EXPECT_EQ(activation.learnable == neuron::Learnable::Channel, has_parameters);
  EXPECT_EQ(result.neuron.provenance["learnable"], "channel");
}

/// A target that only differences of columns explain: each collapses to a constant.
TEST(DiscoverActivation, RejectedFormulasAreToldAndTheNextIsTaken) {
  Random random(4, Purpose::Test);
  std::string text = "a,b,y\n";
  for (int i = 0; i < 300; ++i) {
    const double a = random.normal(), b = random.normal();
    text += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(a - b) + "\n";
  }
  const TemporaryTable table(text);
  const DiscoveryResult result = found(table.path());
  ASSERT_FALSE(result.rejected.empty());
  EXPECT_EQ(result.rejected[0].reason, "is a constant");
  EXPECT_TRUE(result.neuron.activation->formula.uses(formula::Op::Input));
}

/// Logarithms of positive columns fit, and none of them is an activation.
TEST(DiscoverActivation, WithNothingLeftItSaysWhy) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 100; ++i) {
    const double a = 1.5 + 0.4 * std::sin(i), b = 1.5 + 0.4 * std::cos(3 * i);
    text += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(a * b) + "\n";
  }
  const TemporaryTable table(text);
  DiscoverOptions options{.recipe = search::find_recipe("activation-gp"), .driver = {}};
  options.recipe.genetic.functions = {formula::Op::Log};
  options.driver.budget.generations = 1;
  const PreparedData data = prepare({.data = table.path(), .scaling = Scaling::None});
  try {
    static_cast<void>(discover(data, options, Executor(1)));
    FAIL();
  } catch (const DataError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("is not finite at x = -10"), std::string::npos) << message;
    EXPECT_NE(message.find(table.path()), std::string::npos) << message;
  }
}

TEST(DiscoverActivation, OfMoreThanTwoClassesTheMostFrequentIsToldFromTheOthers) {
  // Class 1 wherever a > 0, half of the rows; 0, 2 and 3 share the others.
  std::string three = "a,b,y\n";
  std::string two = "a,b,y\n";
  for (int i = 0; i < 300; ++i) {
    const double a = std::sin(i);
    const std::string row = std::to_string(a) + "," + std::to_string(std::cos(3.0 * i)) + ",";
    three += row + (a > 0.0 ? "1" : std::to_string(i % 3 == 0 ? 0 : 1 + i % 3)) + "\n";
    two += row + (a > 0.0 ? "1" : "0") + "\n";
  }
  const TemporaryTable several(three);
  const TemporaryTable pair(two);
  const DiscoveryResult of_several = found(several.path());
  EXPECT_EQ(of_several.error_kind, ErrorKind::LogLoss);
  EXPECT_LT(of_several.score.error, 0.5);  // a tells it; a coin would have 0.69
  EXPECT_EQ(of_several.neuron.provenance["class"], "1");
  EXPECT_FALSE(found(pair.path()).neuron.provenance.contains("class"));
}

}  // namespace
}  // namespace neuronsmith::experiment
