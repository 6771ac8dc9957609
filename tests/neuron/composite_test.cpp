#include "neuronsmith/neuron/composite.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::neuron {
namespace {

using formula::Formula;
using formula::Shape;

Formula parsed(const char* text, Shape shape) {
  return formula::parse_or_throw(text, shape, "test");
}

TEST(Composite, PartsComeBackFromTheWhole) {
  for (const char* aggregation : {"x", "x^2 + 3*x", "tanh(x)*x", "dot(w0, x)*dot(w1, x) + x"}) {
    for (const char* activation :
         {"x", "tanh(x)", "x*sigmoid(2*x) + 0.1*x^2", "sin(x) - max(x, 0.5)"}) {
      const Composite parts{parsed(aggregation, Shape::Vector), parsed(activation, Shape::Scalar)};
      const Formula whole = compose(parts);
      EXPECT_EQ(whole.shape(), Shape::Scalar);
      const auto again = decompose(whole);
      ASSERT_TRUE(again) << formula::to_infix(whole);
      EXPECT_EQ(again->aggregation, parts.aggregation);
      EXPECT_EQ(again->activation, parts.activation);
      EXPECT_EQ(again->activation.input_shape(), Shape::Scalar);
    }
  }
}

TEST(Composite, WhatIsNoActivationOfOneAggregationHasNoParts) {
  for (const char* text : {"x",
                           "tanh(x)",
                           "sum(x) + x",
                           "sum(x)*sum(x^2)",
                           "tanh(dot(w0, x))",
                           "sum(x) + dot(x, x)",
                           "1 + 2"}) {
    EXPECT_FALSE(decompose(parsed(text, Shape::Vector))) << text;
  }
  EXPECT_FALSE(decompose(parsed("tanh(x)", Shape::Scalar)));
  EXPECT_FALSE(decompose({}));
}

}  // namespace
}  // namespace neuronsmith::neuron
