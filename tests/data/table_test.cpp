#include "neuronsmith/data/table.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "neuronsmith/core/error.hpp"
#include "tests/data/files.hpp"

namespace neuronsmith {
namespace {

Table example() {
  Table table;
  table.source = "t.csv";
  table.n_rows = 2;
  table.columns.resize(2);
  table.columns[0].name = "a";
  table.columns[0].numbers = {1.0F, std::numeric_limits<float>::quiet_NaN()};
  table.columns[1].name = "b";
  table.columns[1].kind = ColumnKind::Text;
  table.columns[1].codes = {0, 1};
  table.columns[1].texts = {"x", "yz"};
  return table;
}

TEST(Table, FindsColumnsByName) {
  EXPECT_EQ(example().find("b"), 1u);
  EXPECT_EQ(example().find("B"), std::nullopt);
  EXPECT_EQ(example().require("a", "--target"), 0u);
}

TEST(Table, NamesOptionWantedAndKnownColumns) {
  EXPECT_EQ(testing::message_of<DataError>([] { (void)example().require("c", "--target"); }),
            "--target: t.csv has no column \"c\"; its columns are a, b");
}

TEST(Table, CutsLongListsOfNames) {
  std::vector<Column> columns(100);
  for (Column& column : columns) column.name = "n";
  const std::string list = list_names(columns);
  EXPECT_LT(list.size(), 100u);
  EXPECT_TRUE(list.ends_with(", ... (100 in all)")) << list;
  EXPECT_EQ(list_names({}), "");
}

TEST(Table, HashIsOfTheContent) {
  Table same = example();
  same.source = "elsewhere.csv";
  same.columns[0].n_missing = 1;
  EXPECT_EQ(same.hash(), example().hash());
  EXPECT_EQ(same.hash().size(), 16u);
}

TEST(Table, HashSeesEveryPartOfTheContent) {
  const std::vector<std::function<void(Table&)>> changes = {
      [](Table& table) { table.columns[0].name = "c"; },
      [](Table& table) { table.columns[0].numbers[0] = 2.0F; },
      [](Table& table) {
        table.columns[1].codes = {1, 0};
      },
      [](Table& table) {
        table.columns[1].texts = {"xy", "z"};
      },
      [](Table& table) { std::swap(table.columns[0], table.columns[1]); },
      [](Table& table) { table.columns.pop_back(); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Table changed = example();
    changes[i](changed);
    EXPECT_NE(changed.hash(), example().hash()) << i;
  }
}

}  // namespace
}  // namespace neuronsmith
