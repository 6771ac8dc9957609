#include "neuronsmith/experiment/prepare.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "neuronsmith/core/error.hpp"
#include "temporary_table.hpp"

namespace neuronsmith::experiment {
namespace {

using testing::TemporaryTable;

/// Rows a, b, y; `value` may change any field.
std::string table_text(int n_rows, const std::function<double(int row, int column)>& value) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < n_rows; ++i) {
    for (int j = 0; j < 3; ++j) text += (j ? "," : "") + std::to_string(value(i, j));
    text += "\n";
  }
  return text;
}

double usual(int row, int column) { return std::sin(1.0 + 3.7 * row + 11.0 * column) + 0.5; }

PreparedData prepared(const std::string& path, bool keep_shared_scale = false) {
  DataOptions options{.data = path};
  options.keep_shared_scale = keep_shared_scale;
  return prepare(options);
}

TEST(Prepare, PartsHaveTheirSharesAndScaledTrainingRows) {
  const TemporaryTable table(table_text(200, usual));
  const PreparedData data = prepared(table.path());
  EXPECT_EQ(data.n_training, 140u);
  EXPECT_EQ(data.n_validation, 20u);
  EXPECT_EQ(data.n_test, 40u);
  EXPECT_EQ(data.known().n_rows(), 160u);
  EXPECT_EQ(data.test().target.size(), 40u);
  double sum = 0.0, squares = 0.0;
  for (const float v : data.training().features.column(0)) {
    sum += v;
    squares += static_cast<double>(v) * v;
  }
  EXPECT_NEAR(sum / 140.0, 0.0, 1e-5);
  EXPECT_NEAR(squares / 140.0, 1.0, 1e-5);
}

TEST(Prepare, NothingIsLearntFromTestRows) {
  const TemporaryTable table(table_text(100, usual));
  const PreparedData data = prepared(table.path());
  // Find the rows of the test part by their targets and spoil them.
  const auto is_test = [&](int row) {
    for (const float scaled : data.test().target) {
      if (std::abs(data.task.scale.invert(scaled) - usual(row, 2)) < 1e-5) return true;
    }
    return false;
  };
  int spoiled = 0;
  const TemporaryTable changed(table_text(100, [&](int row, int column) {
    if (!is_test(row)) return usual(row, column);
    spoiled += column == 0;
    return 100.0 + row * 7.0 + column;
  }));
  ASSERT_EQ(spoiled, 20);
  const PreparedData other = prepared(changed.path());
  EXPECT_EQ(to_json(other.preprocessor), to_json(data.preprocessor));
  EXPECT_EQ(to_json(other.task), to_json(data.task));
  EXPECT_NE(other.hash, data.hash);
}

TEST(Prepare, InputsOfOneScaleStayAsTheyAreOnlyOnRequest) {
  const TemporaryTable alike(table_text(80, usual));
  EXPECT_EQ(prepared(alike.path(), true).preprocessor.options().scaling, Scaling::None);
  EXPECT_EQ(prepared(alike.path(), false).preprocessor.options().scaling, Scaling::Standard);
  const TemporaryTable unlike(table_text(
      80, [](int row, int column) { return usual(row, column) * (column == 1 ? 1000.0 : 1.0); }));
  EXPECT_EQ(prepared(unlike.path(), true).preprocessor.options().scaling, Scaling::Standard);
}

TEST(Prepare, RowsWithoutTargetAreRefusedOrLeftOut) {
  std::string text = table_text(60, usual);
  text += "0.1,0.2,\n";
  const TemporaryTable table(text);
  EXPECT_THROW(static_cast<void>(prepared(table.path())), DataError);
  DataOptions options{.data = table.path()};
  options.drop_missing_target = true;
  const PreparedData data = prepare(options);
  EXPECT_EQ(data.n_training + data.n_validation + data.n_test, 60u);
}

TEST(Prepare, ASeparateTestFileReplacesTheTestShare) {
  const TemporaryTable table(table_text(100, usual));
  const TemporaryTable test(table_text(30, usual));
  DataOptions options{.data = table.path(), .test_data = test.path()};
  const PreparedData data = prepare(options);
  EXPECT_EQ(data.n_training, 90u);
  EXPECT_EQ(data.n_test, 30u);
  EXPECT_EQ(data.test().n_rows(), 30u);
  EXPECT_NEAR(data.task.scale.invert(data.test().target[4]), usual(4, 2), 1e-5);
}

TEST(Prepare, TablesReadOnceCanBeSplitManyTimes) {
  const TemporaryTable table(table_text(100, usual));
  const TemporaryTable test(table_text(30, usual));
  for (const std::string& test_path : {std::string(), test.path()}) {
    DataOptions options{.data = table.path(), .test_data = test_path};
    const SourceTables tables = read_tables(options);
    for (const std::uint64_t seed : {3u, 4u, 3u}) {
      options.split.seed = seed;
      const PreparedData again = prepare(tables, options);
      const PreparedData anew = prepare(options);
      EXPECT_EQ(again.hash, anew.hash);
      EXPECT_EQ(again.block.target, anew.block.target);
      EXPECT_EQ(again.separate_test.target, anew.separate_test.target);
      EXPECT_EQ(to_json(again.preprocessor), to_json(anew.preprocessor));
      EXPECT_TRUE(std::ranges::equal(again.test().features.column(1), anew.test().features.column(1)));
    }
  }
}

/// Row numbers in the order training, validation, test, told by their targets.
std::vector<float> targets_of(const std::string& path,
                              std::optional<std::size_t> rows,
                              std::uint64_t seed) {
  DataOptions options{.data = path, .rows = rows};
  options.target_scaling = Scaling::None;
  options.split.seed = seed;
  return prepare(options).block.target;
}

TEST(Prepare, RowsAreASampleByTheSeed) {
  const TemporaryTable table(
      table_text(200, [](int row, int column) { return column == 2 ? row : usual(row, column); }));
  const auto sample = targets_of(table.path(), 50, 1);
  EXPECT_EQ(sample.size(), 50u);
  EXPECT_EQ(targets_of(table.path(), 50, 1), sample);
  EXPECT_NE(targets_of(table.path(), 50, 2), sample);
  auto distinct = sample;
  std::ranges::sort(distinct);
  EXPECT_EQ(std::ranges::unique(distinct).size(), 0u);
  EXPECT_GT(distinct.back(), 150.0F) << "not the head of the file";
  EXPECT_EQ(targets_of(table.path(), 200, 1), targets_of(table.path(), std::nullopt, 1));
  EXPECT_EQ(targets_of(table.path(), 5000, 1), targets_of(table.path(), std::nullopt, 1));
  EXPECT_THROW(targets_of(table.path(), 0, 1), ConfigError);
}

}  // namespace
}  // namespace neuronsmith::experiment
