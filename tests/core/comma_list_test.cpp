#include "neuronsmith/core/comma_list.hpp"

#include <gtest/gtest.h>

namespace neuronsmith {
namespace {

using Items = std::vector<std::string>;

TEST(CommaList, IsPartedOutsideParentheses) {
  EXPECT_EQ(comma_list("relu,max(0, min(x,1)),x"), (Items{"relu", "max(0, min(x,1))", "x"}));
  EXPECT_EQ(comma_list("one"), Items{"one"});
}

TEST(CommaList, KeepsEmptyItemsAndUnpairedParentheses) {
  EXPECT_EQ(comma_list(""), Items{""});
  EXPECT_EQ(comma_list("a,,b,"), (Items{"a", "", "b", ""}));
  EXPECT_EQ(comma_list("a),b"), (Items{"a)", "b"}));
  EXPECT_EQ(comma_list("f(a,b"), Items{"f(a,b"});
}

}  // namespace
}  // namespace neuronsmith
