#include "neuronsmith/data/write_table.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace neuronsmith {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(WriteTable, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("it's"), "it's");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_field("a\rb"), "\"a\rb\"");
  EXPECT_EQ(csv_field(" a"), "\" a\"") << "a reader would drop the space";
  EXPECT_EQ(csv_field("a;b"), "\"a;b\"") << "a reader might take it for the delimiter";
}

TEST(WriteTable, WritesShortestNumbersAndEmptyMissing) {
  Table table;
  table.n_rows = 3;
  table.columns.resize(2);
  table.columns[0].name = "x,y";
  table.columns[0].numbers = {0.1F, kNaN, 1e20F};
  table.columns[1].name = "t";
  table.columns[1].kind = ColumnKind::Text;
  table.columns[1].codes = {0, kMissingCode, 0};
  table.columns[1].texts = {"a\"b"};
  EXPECT_EQ(to_csv(table), "\"x,y\",t\n0.1,\"a\"\"b\"\n,\n1e+20,\"a\"\"b\"\n");
}

TEST(WriteTable, MissingValueOfASingleColumnIsNoEmptyLine) {
  Table table;
  table.n_rows = 2;
  table.columns.resize(1);
  table.columns[0].name = "x";
  table.columns[0].numbers = {kNaN, -0.0F};
  EXPECT_EQ(to_csv(table), "x\n\"\"\n-0\n");
}

}  // namespace
}  // namespace neuronsmith
