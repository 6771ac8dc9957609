#include "neuronsmith/neuron/activation.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::neuron {
namespace {

formula::Formula scalar(const std::string& text) {
  return formula::parse_or_throw(text, formula::Shape::Scalar, "test");
}

TEST(Activation, LiteralsBecomeParametersThatStartAsTheyWere) {
  const Activation a = with_learnable_literals(scalar("relu(2*x) + 0.1*x^3"), Learnable::Channel);
  EXPECT_EQ(formula::to_infix(a.formula), "relu(p0*x) + p1*x^3");
  EXPECT_EQ(a.parameters, (std::vector<double>{2.0, 0.1}));
  EXPECT_EQ(a.learnable, Learnable::Channel);
  EXPECT_EQ(objection_to(a), "");
}

TEST(Activation, WithoutLiteralsNothingIsLearnable) {
  EXPECT_EQ(with_learnable_literals(scalar("x*tanh(x)"), Learnable::Layer), scalar("x*tanh(x)"));
  EXPECT_EQ(with_learnable_literals(scalar("2*x"), Learnable::None), scalar("2*x"));
}

TEST(Activation, JsonKeepsEverything) {
  for (const Activation& activation :
       {Activation(), Activation(scalar("0.1*x + sin(x)")),
        with_learnable_literals(scalar("0.1*x + sin(3*x)"), Learnable::Layer)}) {
    EXPECT_EQ(activation_from_json(to_json(activation), "f"), activation);
  }
}

TEST(Activation, WhatIsNoActivationIsAParseErrorThatNamesTheFile) {
  for (const char* json : {R"("x0 + x")", R"("3")", R"("p0*x")", R"("x +")", "3",
                           R"({"formula": "p1*x", "parameters": [1], "learnable": "layer"})",
                           R"({"formula": "p0*x", "parameters": [1], "learnable": "none"})",
                           R"({"formula": "p0*x", "parameters": [1], "learnable": "all"})",
                           R"({"formula": "x", "parameters": [], "learnable": "layer"})"}) {
    try {
      static_cast<void>(activation_from_json(Json::parse(json), "a.json"));
      ADD_FAILURE() << json << " was read";
    } catch (const ParseError& error) {
      EXPECT_NE(std::string(error.what()).find("a.json"), std::string::npos) << error.what();
    }
  }
}

TEST(Activation, ParametersBecomeTheNumbersThatTheyStartFrom) {
  const auto formula = formula::parse_or_throw("relu(2*x) + 0.1", formula::Shape::Scalar, "test");
  EXPECT_EQ(with_literal_parameters(with_learnable_literals(formula, Learnable::Layer)), formula);
  EXPECT_EQ(with_literal_parameters(Activation()), formula::Formula::input(formula::Shape::Scalar));
}

}  // namespace
}  // namespace neuronsmith::neuron
