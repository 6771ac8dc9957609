#include "neuronsmith/experiment/transfer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "temporary_table.hpp"

namespace neuronsmith::experiment {
namespace {

using testing::TemporaryTable;

/// y = sin(frequency * a) of rows spread over [-1, 1].
std::string wave(double frequency) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 200; ++i) {
    const double a = -1.0 + i / 100.0;
    text += std::to_string(a) + "," + std::to_string((i * 37) % 200 / 100.0) + "," +
            std::to_string(std::sin(frequency * a)) + "\n";
  }
  return text;
}

CompareOptions small_options(std::string_view neurons) {
  CompareOptions options{.contenders = transfer_contenders(neurons, false),
                         .reference = "relu",
                         .repeats = 4,
                         .learning_rates = {0.01},
                         .model = {.hidden = {6}}};
  options.model.training.epochs = 20;
  return options;
}

TransferTable read(const TemporaryTable& table) {
  const DataOptions options{.data = table.path()};
  return {read_tables(options), options};
}

TEST(TransferContenders, OrdinaryActivationsAndTheSpecialistAreAdded) {
  std::vector<std::string> names;
  for (const Contender& contender : transfer_contenders("sin,gelu", true)) {
    names.push_back(contender.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"sin", "gelu", "relu", "silu", "specialist"}));
  EXPECT_EQ(transfer_contenders("sin", false).size(), 4u);
  EXPECT_TRUE(transfer_contenders("sin", true).back().recipe.has_value());
}

TEST(Transfer, EachTableIsItsOwnComparisonAndPValuesAreOfAllTogether) {
  const TemporaryTable slow(wave(2.0));
  const TemporaryTable fast(wave(9.0));
  const std::vector<TransferTable> tables = {read(slow), read(fast)};
  const CompareOptions options = small_options("sin");
  const Transfer result = transfer(tables, options, Executor(2));
  ASSERT_EQ(result.comparisons.size(), 2u);
  EXPECT_FALSE(result.interrupted);
  std::size_t n_tested = 0;
  double least = 1.0;
  for (std::size_t t = 0; t < 2; ++t) {
    const Comparison alone = compare(tables[t].tables, tables[t].options, options, Executor(1));
    for (std::size_t i = 0; i < alone.rows.size(); ++i) {
      const ComparisonRow& row = result.comparisons[t].rows[i];
      EXPECT_EQ(row.values, alone.rows[i].values) << row.neuron;
      if (!row.against) continue;
      ++n_tested;
      EXPECT_GE(row.against->t_holm, alone.rows[i].against->t_holm);
      least = std::min(least, row.against->t.p_value);
    }
  }
  EXPECT_EQ(n_tested, 6u);
  // Holm multiplies the least of all p values by the number of tests.
  double least_adjusted = 1.0;
  for (const Comparison& comparison : result.comparisons) {
    for (const ComparisonRow& row : comparison.rows) {
      if (row.against) least_adjusted = std::min(least_adjusted, row.against->t_holm);
    }
  }
  EXPECT_DOUBLE_EQ(least_adjusted, std::min(1.0, 6.0 * least));
}

TEST(Transfer, ATableGivenTwiceIsRefused) {
  const TemporaryTable table(wave(2.0));
  const std::vector<TransferTable> tables = {read(table), read(table)};
  EXPECT_THROW(static_cast<void>(transfer(tables, small_options("sin"), Executor(1))), ConfigError);
  EXPECT_THROW(static_cast<void>(transfer({}, small_options("sin"), Executor(1))), ConfigError);
}

}  // namespace
}  // namespace neuronsmith::experiment
