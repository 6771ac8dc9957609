#include "neuronsmith/experiment/compare.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/experiment/discover.hpp"
#include "neuronsmith/formula/print.hpp"
#include "temporary_table.hpp"

namespace neuronsmith::experiment {
namespace {

using testing::TemporaryTable;

constexpr int kRows = 300;

/// The value of row i and column j, the last one the target: y = a b + c^2 and little noise.
double quadratic_law(int i, int j) {
  Random random(11, Purpose::Test, static_cast<std::uint32_t>(i));
  double x[4];
  for (double& value : x) value = random.uniform(-1.0, 1.0);
  return j < 3 ? x[j] : x[0] * x[1] + x[2] * x[2] + 0.02 * x[3];
}

std::string table_text(const std::function<std::string(int row, int column)>& field) {
  std::string text = "a,b,c,y\n";
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < 4; ++j) text += (j ? "," : "") + field(i, j);
    text += "\n";
  }
  return text;
}

std::string regression_text() {
  return table_text([](int i, int j) { return std::to_string(quadratic_law(i, j)); });
}

std::string classes_text() {
  return table_text([](int i, int j) {
    if (j < 3) return std::to_string(quadratic_law(i, j));
    return std::string(quadratic_law(i, 3) > 0.3 ? "high" : "low");
  });
}

CompareOptions options_for(std::string_view neurons) {
  CompareOptions options{.contenders = parse_contenders(neurons),
                         .repeats = 5,
                         .learning_rates = {0.005, 0.02},
                         .model = {.hidden = {4}}};
  options.model.training.epochs = 60;
  options.model.training.batch = 32;
  return options;
}

Comparison compared(const DataOptions& data,
                    const CompareOptions& options,
                    std::size_t n_threads = 2) {
  return compare(read_tables(data), data, options, Executor(n_threads));
}

Comparison compared(const std::string& path,
                    const CompareOptions& options,
                    std::size_t n_threads = 2) {
  return compared(DataOptions{.data = path}, options, n_threads);
}

const ComparisonRow& row_of(const Comparison& comparison, std::string_view neuron) {
  for (const ComparisonRow& row : comparison.rows) {
    if (row.neuron == neuron) return row;
  }
  throw std::out_of_range(std::string(neuron));
}

/// All that is not a time.
std::string without_times(const Comparison& comparison) {
  Json json = to_json(comparison);
  json.erase("seconds");
  for (Json& row : json["rows"]) {
    row.erase("seconds");
    row.erase("search_seconds");
    for (Json& result : row["per_repeat"]) {
      result.erase("seconds");
      result.erase("search_seconds");
    }
  }
  return json.dump(1);
}

TEST(Compare, EqualNeuronsHaveEqualRowsAndNoEvidence) {
  const TemporaryTable table(regression_text());
  const Comparison result = compared(table.path(), options_for("linear,2*x"));
  EXPECT_EQ(result.rows[0].values, result.rows[1].values);
  EXPECT_EQ(result.rows[0].wins, 0u);
  EXPECT_EQ(result.rows[1].wins, 0u);
  ASSERT_TRUE(result.rows[1].against.has_value());
  EXPECT_EQ(result.rows[1].against->t_holm, 1.0);
  EXPECT_EQ(result.rows[1].against->rank_holm, 1.0);
  EXPECT_EQ(result.rows[1].against->cohens_d, 0.0);
  EXPECT_FALSE(result.rows[0].against.has_value());
}

TEST(Compare, AQuadraticLawIsTheQuadraticNeurons) {
  const TemporaryTable table(regression_text());
  CompareOptions options = options_for("linear,quadratic");
  options.repeats = 8;
  const Comparison result = compared(table.path(), options);
  const ComparisonRow& quadratic = row_of(result, "quadratic");
  EXPECT_GT(quadratic.summary.mean, 0.95);
  EXPECT_GT(quadratic.summary.mean, row_of(result, "linear").summary.mean);
  EXPECT_LT(quadratic.against->t_holm, 0.05);
  EXPECT_LT(quadratic.against->rank_holm, 0.01);
  EXPECT_GT(quadratic.against->t.low, 0.0);
  EXPECT_EQ(quadratic.wins, 8u);
}

TEST(Compare, NoRivalHasFewerParametersThanTheReferenceAndThatNoFewerThanAny) {
  const TemporaryTable table(regression_text());
  CompareOptions options = options_for("discover:vsr,linear,x^3 + x^2 + x,quadratic");
  options.repeats = 2;
  options.null_control = true;
  options.model.hidden = {7, 3};
  options.model.training.epochs = 2;
  const Comparison result = compared(table.path(), options);
  for (std::size_t r = 0; r < result.repeats(); ++r) {
    const std::size_t reference = result.rows[0].results[r].parameters;
    for (const ComparisonRow& row : result.rows) {
      EXPECT_GE(row.results[r].parameters, reference) << row.neuron;
      EXPECT_LT(row.results[r].parameters, reference * 5 / 4) << row.neuron;
    }
  }
  options.match = Match::Width;
  const Comparison of_one_width = compared(table.path(), options);
  for (std::size_t i = 0; i < of_one_width.rows.size(); ++i) {
    const RepeatResult& as_given = of_one_width.rows[i].results[0];
    EXPECT_EQ(as_given.hidden, (std::vector<std::size_t>{7, 3}));
    EXPECT_GE(result.rows[0].results[0].parameters, as_given.parameters);
  }
}

TEST(Compare, SingleLayersAreComparedWhenTheOutputLayerIsOfTheNeuron) {
  const TemporaryTable table(regression_text());
  CompareOptions options = options_for("linear,quadratic");
  options.match = Match::None;
  options.model.hidden.clear();
  options.model.task_based_output = true;
  const Comparison result = compared(table.path(), options);
  EXPECT_GT(row_of(result, "quadratic").summary.mean, 0.9);
  EXPECT_LT(row_of(result, "linear").summary.mean, 0.2);
}

TEST(Compare, DoesNotDependOnTheNumberOfThreads) {
  const TemporaryTable table(classes_text());
  CompareOptions options = options_for("discover:vsr,quadratic");
  options.null_control = true;
  options.model.training.epochs = 10;
  const std::string one = without_times(compared(table.path(), options, 1));
  EXPECT_EQ(one, without_times(compared(table.path(), options, 2)));
  EXPECT_EQ(one, without_times(compared(table.path(), options, 3)));
}

TEST(Compare, ARunIsWhatDiscoverAndTrainGiveForItsSeed) {
  const TemporaryTable table(regression_text());
  CompareOptions options = options_for("discover:vsr,linear");
  options.repeats = 2;
  const Comparison result = compared(table.path(), options);
  for (const ComparisonRow& row : result.rows) {
    const RepeatResult& result = row.results[1];
    DataOptions data{.data = table.path(), .split = {.seed = result.seed}};
    EXPECT_EQ(result.seed, 2u);
    const auto neuron = neuron::resolve_neuron(result.formula);
    TrainModelOptions train = options.model;
    train.hidden = result.hidden;
    train.seed = result.seed;
    train.training.learning_rate = result.learning_rate;
    const TrainedModel trained = train_model(prepare(data), neuron, train);
    EXPECT_EQ(value_of(trained.evaluation.metrics, "r2"), row.values[1]);
    EXPECT_EQ(trained.model.network.multiply_adds(), result.multiply_adds);
    if (!row.is_discovered) continue;
    data.target_scaling = Scaling::None;
    DiscoverOptions search{.recipe = search::find_recipe("vsr"),
                           .training_rows_only = true,
                           .seed = result.seed};
    search.driver.budget.generations = search.recipe.generations;
    const auto found = discover(prepare(for_search(data, search.recipe)), search, Executor(1));
    EXPECT_EQ(formula::to_infix(found.neuron.formula), result.formula);
  }
}

/// Row numbers that a seed's split makes test rows, found by their targets.
std::set<int> test_rows(const std::string& path, std::uint64_t seed) {
  const PreparedData data = prepare({.data = path, .split = {.seed = seed}});
  std::set<int> rows;
  for (int i = 0; i < kRows; ++i) {
    for (const float scaled : data.test().target) {
      const double value = data.task.scale.invert(static_cast<double>(scaled));
      if (std::abs(value - quadratic_law(i, 3)) < 1e-6) rows.insert(i);
    }
  }
  return rows;
}

TEST(Compare, DiscoveryAndTrainingNeverSeeTestTargets) {
  const TemporaryTable table(regression_text());
  CompareOptions options = options_for("discover:vsr,linear");
  options.repeats = 2;
  const std::set<int> spoiled = test_rows(table.path(), 1);
  ASSERT_GE(spoiled.size(), 60u);
  const TemporaryTable changed(table_text([&](int i, int j) {
    const bool spoil = j == 3 && spoiled.contains(i);
    return std::to_string(spoil ? 50.0 * std::sin(i) : quadratic_law(i, j));
  }));
  const Comparison before = compared(table.path(), options);
  const Comparison after = compared(changed.path(), options);
  for (std::size_t row = 0; row < 2; ++row) {
    EXPECT_EQ(before.rows[row].results[0].formula, after.rows[row].results[0].formula);
    EXPECT_EQ(before.rows[row].results[0].learning_rate, after.rows[row].results[0].learning_rate);
    EXPECT_NE(before.rows[row].values[0], after.rows[row].values[0]);
  }
  // Spoiled rows that another repeat searches on do change its formula: the check can fail.
  EXPECT_NE(before.rows[0].results[1].formula, after.rows[0].results[1].formula);
}

TEST(Compare, TheNullControlIsAtChance) {
  const TemporaryTable regression(regression_text());
  const TemporaryTable classes(classes_text());
  CompareOptions options = options_for("quadratic");
  options.null_control = true;
  const Comparison numbers = compared(regression.path(), options);
  EXPECT_LT(row_of(numbers, kShuffledTarget).summary.mean, 0.05);
  EXPECT_GT(row_of(numbers, "quadratic").summary.mean, 0.9);
  EXPECT_EQ(row_of(numbers, kShuffledTarget).results[0].structure,
            row_of(numbers, "quadratic").results[0].structure);
  EXPECT_NE(row_of(numbers, kRandomNeuron).results[0].structure,
            row_of(numbers, "quadratic").results[0].structure);
  EXPECT_NEAR(value_of(mean_chance(numbers), "r2"), 0.0, 0.05);

  const Comparison labels = compared(classes.path(), options);
  const double chance = value_of(mean_chance(labels), "accuracy");
  EXPECT_LT(row_of(labels, kShuffledTarget).summary.mean, chance + 0.05);
  EXPECT_GT(row_of(labels, "quadratic").summary.mean, chance + 0.2);
}

TEST(Compare, ControlsLeaveTheContendersAsTheyAre) {
  const TemporaryTable table(regression_text());
  CompareOptions options = options_for("linear,quadratic");
  options.repeats = 2;
  const Comparison plain = compared(table.path(), options);
  options.null_control = true;
  const Comparison controlled = compared(table.path(), options);
  ASSERT_EQ(controlled.rows.size(), 4u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(plain.rows[i].values, controlled.rows[i].values);
  }
}

TEST(Compare, ADivergedTrainingCountsAsTheWorstValueAndIsNeverNaN) {
  const TemporaryTable table(regression_text());
  CompareOptions options = options_for("linear,quadratic");
  options.learning_rates = {1e30};
  const Comparison all_fail = compared(table.path(), options);
  for (const ComparisonRow& row : all_fail.rows) {
    EXPECT_EQ(failed_repeats(row), options.repeats);
    EXPECT_EQ(diverged_trainings(row), options.repeats);
    for (std::size_t r = 0; r < options.repeats; ++r) {
      EXPECT_EQ(row.values[r], value_of(all_fail.chance[r], "r2"));
    }
  }
  options.learning_rates = {1e30, 0.01};
  const Comparison saved = compared(table.path(), options);
  for (const ComparisonRow& row : saved.rows) {
    EXPECT_EQ(failed_repeats(row), 0u);
    EXPECT_EQ(diverged_trainings(row), options.repeats);
    EXPECT_EQ(row.results[0].learning_rate, 0.01);
  }
}

TEST(Compare, ASeparateTestFileIsTheTestPartOfEveryRepeat) {
  const TemporaryTable table(regression_text());
  const TemporaryTable test(regression_text());
  CompareOptions options = options_for("linear,quadratic");
  options.repeats = 2;
  options.model.training.epochs = 3;
  const Comparison result =
      compared(DataOptions{.data = table.path(), .test_data = test.path()}, options);
  EXPECT_EQ(result.n_test, static_cast<std::size_t>(kRows));
}

TEST(Compare, AStopRequestLeavesWholeRepeatsOnly) {
  const TemporaryTable table(regression_text());
  struct StopAfter final : ProgressSink {
    void report(const ProgressEvent& event) override {
      if (event.done == 10) source.request_stop();
    }
    std::stop_source source;
  } sink;
  CompareOptions options = options_for("linear,quadratic");
  options.repeats = 1000;
  options.model.training.epochs = 5;
  const DataOptions data{.data = table.path()};
  const Comparison result = compare(
      read_tables(data), data, options, Executor(1), &sink, sink.source.get_token());
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.repeats(), 2u);  // 4 trainings each
  EXPECT_EQ(result.rows[0].values.size(), 2u);
  EXPECT_EQ(result.repeats_wanted, 1000u);
}

TEST(Compare, RefusesWhatCannotBeCompared) {
  const TemporaryTable table(regression_text());
  const auto refused = [&](const std::function<void(CompareOptions&, DataOptions&)>& change) {
    CompareOptions options = options_for("linear,quadratic");
    DataOptions data{.data = table.path()};
    change(options, data);
    EXPECT_THROW(static_cast<void>(compared(data, options, 1)), ConfigError);
  };
  refused([](CompareOptions& o, DataOptions&) { o.repeats = 1; });
  refused([](CompareOptions& o, DataOptions&) { o.contenders.pop_back(); });
  refused([](CompareOptions& o, DataOptions&) { o.reference = "cubic"; });
  refused([](CompareOptions& o, DataOptions&) { o.metric = "accuracy"; });
  refused([](CompareOptions& o, DataOptions&) { o.learning_rates.clear(); });
  refused([](CompareOptions& o, DataOptions&) { o.learning_rates = {-0.1}; });
  refused([](CompareOptions& o, DataOptions&) { o.model.hidden.clear(); });
  refused([](CompareOptions& o, DataOptions&) {
    o.model.hidden.clear();
    o.match = Match::None;  // a linear output layer alone knows no neuron
  });
  refused([](CompareOptions&, DataOptions& d) { d.split.test = 0.0; });
  refused([](CompareOptions&, DataOptions& d) { d.split.validation = 0.0; });
}

}  // namespace
}  // namespace neuronsmith::experiment
