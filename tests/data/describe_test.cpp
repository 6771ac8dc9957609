#include "neuronsmith/data/describe.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/data/read_table.hpp"
#include "tests/data/files.hpp"

namespace neuronsmith {
namespace {

using Counts = std::vector<std::pair<std::string, std::size_t>>;

Table example() {
  const testing::TemporaryFolder folder;
  return read_table(
      folder.write("t.csv", "a,city,class\n1,Bern,1\n2,Bern,0\n,Genf,1\n2,,1\n7,Chur,1\n"),
      {.label_column = "class"});
}

TEST(Describe, SummarisesNumbers) {
  const ColumnSummary a = describe(example(), 2, TaskChoice::Auto).columns[0];
  EXPECT_EQ(a.n_missing, 1u);
  EXPECT_EQ(a.n_distinct, 3u);
  EXPECT_EQ(a.min, 1.0);
  EXPECT_EQ(a.mean, 3.0);
  EXPECT_EQ(a.median, 2.0);
  EXPECT_EQ(a.max, 7.0);
  EXPECT_DOUBLE_EQ(a.deviation, std::sqrt((4.0 + 1.0 + 1.0 + 16.0) / 4.0));
}

TEST(Describe, SummarisesTexts) {
  const ColumnSummary city = describe(example(), 2, TaskChoice::Auto).columns[1];
  EXPECT_EQ(city.kind, ColumnKind::Text);
  EXPECT_EQ(city.n_missing, 1u);
  EXPECT_EQ(city.n_distinct, 3u);
  EXPECT_EQ(city.most_frequent, (Counts{{"Bern", 2}, {"Chur", 1}, {"Genf", 1}}));
}

TEST(Describe, CountsClasses) {
  const TableSummary summary = describe(example(), 2, TaskChoice::Auto);
  EXPECT_EQ(summary.n_rows, 5u);
  EXPECT_EQ(summary.target, "class");
  EXPECT_EQ(summary.task, TaskKind::Classification);
  EXPECT_EQ(summary.class_counts, (Counts{{"0", 1}, {"1", 4}}));
  EXPECT_TRUE(describe(example(), 2, TaskChoice::Regression).class_counts.empty());
}

TEST(Describe, NamesUpToFiveTexts) {
  const testing::TemporaryFolder folder;
  const Table table = read_table(folder.write("t.csv", "t\na\nb\nc\nd\ne\nf\nf\n"));
  const ColumnSummary t = describe(table, 0, TaskChoice::Auto).columns[0];
  ASSERT_EQ(t.most_frequent.size(), 5u);
  EXPECT_EQ(t.most_frequent[0].first, "f");
}

TEST(Describe, ColumnWithoutValues) {
  const testing::TemporaryFolder folder;
  const Table table = read_table(folder.write("t.csv", "a,b\n1,\n2,\n"));
  const ColumnSummary b = describe(table, 0, TaskChoice::Auto).columns[1];
  EXPECT_EQ(b.n_missing, 2u);
  EXPECT_EQ(b.n_distinct, 0u);
  EXPECT_EQ(b.mean, 0.0);
}

TEST(Describe, WritesJson) {
  const Json json = to_json(describe(example(), 2, TaskChoice::Auto));
  EXPECT_EQ(json["rows"], 5);
  EXPECT_EQ(json["columns"][0]["median"], 2.0);
  EXPECT_EQ(json["columns"][1]["most_frequent"][0]["value"], "Bern");
  EXPECT_EQ(json["classes"][1]["rows"], 4);
  EXPECT_FALSE(json["columns"][1].contains("mean"));
}

}  // namespace
}  // namespace neuronsmith
