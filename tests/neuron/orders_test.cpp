#include "neuronsmith/neuron/orders.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::neuron {
namespace {

std::optional<OrderSet> orders(std::string_view text) {
  const auto result =
      to_aggregation(formula::parse_or_throw(text, formula::Shape::Vector, "test"));
  return orders_of(std::get<Aggregation>(result));
}

TEST(Orders, ArePowersAndDegreesOfProducts) {
  EXPECT_EQ(orders("3*x^5 + x + 0.5"), (OrderSet{{1, 5}, {}}));
  EXPECT_EQ(orders("dot(w0, x)*dot(w1, x) + dot(w2, x)*dot(w3, x)"), (OrderSet{{}, {2}}));
  EXPECT_EQ(orders("x^3 + dot(w0, x)*dot(w1, x^2) + dot(w2, x)^4"), (OrderSet{{3}, {3, 4}}));
}

TEST(Orders, AreAbsentWhereATermIsNoPower) {
  EXPECT_EQ(orders("x + sin(x)"), std::nullopt);
  EXPECT_EQ(orders("x + dot(w0, x)*dot(w1, tanh(x))"), std::nullopt);
}

TEST(Orders, ContainWhatIsASubsetOfBothStreams) {
  const OrderSet all{{1, 2}, {2}};
  EXPECT_TRUE(all.contains({{2}, {}}));
  EXPECT_TRUE(all.contains(all));
  EXPECT_FALSE(all.contains({{3}, {}}));
  EXPECT_FALSE(all.contains({{}, {3}}));
}

}  // namespace
}  // namespace neuronsmith::neuron
