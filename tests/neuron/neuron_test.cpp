#include "neuronsmith/neuron/neuron.hpp"

#include <gtest/gtest.h>

#include "neuronsmith/core/file.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/neuron/library.hpp"

namespace neuronsmith::neuron {
namespace {

TEST(Neuron, FileRoundTripKeepsEverything) {
  Neuron neuron = resolve_neuron("0.1*x^3 + dot(w0, x)*dot(w1, x) - 0.25");
  neuron.activation = resolve_activation("gelu");
  neuron.provenance = {{"seed", 7}};
  const Json json = to_json(neuron);
  const Neuron again = neuron_from_json(Json::parse(json.dump()), "memory");
  EXPECT_EQ(to_json(again).dump(), json.dump());
  EXPECT_EQ(again.aggregation.terms.size(), 2u);
  EXPECT_EQ(again.aggregation.bias, -0.25);
}

TEST(Neuron, EveryLibraryEntryResolves) {
  for (const LibraryEntry& entry : library_aggregations()) {
    EXPECT_EQ(resolve_neuron(std::string(entry.name)).name, entry.name);
  }
  for (const LibraryEntry& entry : library_activations()) {
    EXPECT_FALSE(resolve_activation(std::string(entry.name)).formula.empty());
  }
}

TEST(Neuron, EveryDamageToAFileIsAParseError) {
  const Json good = to_json(resolve_neuron("quadratic"));
  for (const auto& [key, value] : good.items()) {
    Json missing = good;
    missing.erase(key);
    EXPECT_THROW(static_cast<void>(neuron_from_json(missing, "f")), ParseError) << key;
  }
  const auto with = [&good](const char* pointer, const Json& value) {
    Json bad = good;
    bad[Json::json_pointer(pointer)] = value;
    return bad;
  };
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/version", 99), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/format", "x"), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/formula", "x +"), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/terms", Json::array()), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/terms/0/rank", 0), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/terms/0/rank", -1), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/terms/0/factors", Json::array()), "f")), ParseError);
  for (const Json& share : {Json(0), Json(-1), Json(1e7), Json("x"), Json()}) {
    EXPECT_THROW(static_cast<void>(neuron_from_json(with("/terms/0/share", share), "f")), ParseError);
  }
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/terms/0/factors", {"x0"}), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/terms/0/factors", {"zscore(x)"}), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/terms/0/factors", {"x*std(x)"}), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/terms", "x"), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(with("/bias", "x"), "f")), ParseError);
  EXPECT_THROW(static_cast<void>(neuron_from_json(Json(3), "f")), ParseError);
}

TEST(Neuron, AnActivationThatIsNoFunctionOfXAloneIsAParseError) {
  Json json = to_json(resolve_neuron("x"));
  for (const char* text : {"x0 + x", "p0*x", "3"}) {
    json["activation"] = text;
    EXPECT_THROW(static_cast<void>(neuron_from_json(json, "f")), ParseError) << text;
  }
}

TEST(Neuron, WholeNumbersMustBeWholeAndInRange) {
  const Json good = to_json(resolve_neuron("x"));
  for (const Json& version : {Json(1e96), Json(1.0), Json(true), Json(4294967297), Json(-1)}) {
    Json bad = good;
    bad["version"] = version;
    EXPECT_THROW(static_cast<void>(neuron_from_json(bad, "f")), ParseError) << version;
  }
}

TEST(Neuron, TheNameOfAnActivationIsTheOrdinaryNeuronWithIt) {
  const Neuron gelu = resolve_neuron("gelu");
  EXPECT_EQ(gelu.name, "gelu");
  EXPECT_EQ(gelu.activation, resolve_activation("gelu"));
  EXPECT_EQ(to_json(gelu.aggregation), to_json(linear_aggregation()));
}

TEST(Neuron, MistakesOfTheUserAreErrors) {
  EXPECT_THROW(static_cast<void>(resolve_neuron("missing.json")), IoError);
  EXPECT_THROW(static_cast<void>(resolve_neuron("linaer")), ConfigError);
  EXPECT_THROW(static_cast<void>(resolve_neuron("tanh(dot(w0, x))")), ConfigError);
  EXPECT_THROW(static_cast<void>(resolve_activation("rellu")), ConfigError);
  EXPECT_THROW(static_cast<void>(resolve_activation("x0 + 1")), ConfigError);
  EXPECT_THROW(static_cast<void>(resolve_activation("3")), ConfigError);
}

}  // namespace
}  // namespace neuronsmith::neuron
