#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/network/network.hpp"
#include "neuronsmith/neuron/neuron.hpp"

namespace neuronsmith::network {
namespace {

// Decimals below it round to a finite float: the greatest float and half of its last place.
constexpr double kFloatLimit = 0x1.ffffffp127;

// The shortest decimal that reads back to the same float, where float -> double -> text is longer.
Json shortest(float value) {
  const double read_back = std::strtod(fmt::format("{}", value).c_str(), nullptr);
  const bool is_exact = static_cast<float>(read_back) == value;
  return json_number(is_exact ? read_back : static_cast<double>(value));
}

Json floats_to_json(std::span<const float> values) {
  Json array = Json::array();
  for (const float value : values) array.push_back(shortest(value));
  return array;
}

void read_floats(const Json& json,
                 const char* key,
                 const std::string& source,
                 std::span<float> values) {
  const auto array = json_get<Json>(json, key, source);
  if (!array.is_array() || array.size() != values.size()) {
    throw ParseError(
        fmt::format("{}: key \"{}\" should hold {} numbers", source, key, values.size()));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = array[i].is_number() ? array[i].get<double>() : NAN;
    if (!(std::abs(value) < kFloatLimit)) {
      throw ParseError(
          fmt::format("{}: key \"{}\": entry {} is not a finite number", source, key, i));
    }
    values[i] = static_cast<float>(value);
  }
}

std::size_t get_count(const Json& json,
                      const char* key,
                      const std::string& source,
                      std::size_t greatest) {
  const auto value = json_get<Json>(json, key, source);
  if (!value.is_number_integer() || value.get<double>() < 1.0 ||
      value.get<double>() > static_cast<double>(greatest)) {
    throw ParseError(fmt::format(
        "{}: key \"{}\" should be a whole number from 1 to {}", source, key, greatest));
  }
  return value.get<std::size_t>();
}

std::vector<std::size_t> get_widths(const Json& json, const char* key, const std::string& source) {
  const auto array = json_get<Json>(json, key, source);
  if (!array.is_array()) {
    throw ParseError(fmt::format("{}: key \"{}\" should be a list of widths", source, key));
  }
  std::vector<std::size_t> widths;
  for (const Json& width : array) {
    widths.push_back(get_count(Json{{key, width}}, key, source, Architecture::kMaxWidth));
  }
  return widths;
}

Json architecture_to_json(const Architecture& a) {
  Json json;
  json["n_inputs"] = a.n_inputs;
  json["n_outputs"] = a.n_outputs;
  json["hidden"] = a.hidden;
  json["aggregation"] = neuron::to_json(a.aggregation);
  json["activation"] = neuron::to_json(a.activation);
  json["task_based_output"] = a.task_based_output;
  json["batch_norm"] = a.batch_norm;
  json["dropout"] = a.dropout;
  return json;
}

Architecture architecture_from_json(const Json& json, const std::string& source) {
  Architecture a;
  a.n_inputs = get_count(json, "n_inputs", source, Architecture::kMaxInputs);
  a.n_outputs = get_count(json, "n_outputs", source, Architecture::kMaxInputs);
  a.hidden = get_widths(json, "hidden", source);
  a.aggregation =
      neuron::aggregation_from_json(json_get<Json>(json, "aggregation", source),
                                    source + ": key \"aggregation\"");
  a.activation = neuron::activation_from_json(json_get<Json>(json, "activation", source), source);
  a.task_based_output = json_get<bool>(json, "task_based_output", source);
  a.batch_norm = json_get<bool>(json, "batch_norm", source);
  a.dropout = json_get<double>(json, "dropout", source);
  if (!(a.dropout >= 0.0 && a.dropout < 1.0)) {
    throw ParseError(
        fmt::format("{}: key \"dropout\": {} is not at least 0 and below 1", source, a.dropout));
  }
  return a;
}

}  // namespace

Json to_json(const Network& network) {
  Json json;
  json["architecture"] = architecture_to_json(network.architecture());
  json["parameters"] = floats_to_json(network.parameters());
  json["statistics"] = floats_to_json(network.statistics());
  return json;
}

Network network_from_json(const Json& json, const std::string& source) {
  Architecture architecture = architecture_from_json(
      json_get<Json>(json, "architecture", source), source + ": key \"architecture\"");
  // Checked before the network is made, so that a bad file cannot ask for absurd amounts of memory.
  const std::size_t expected = architecture.parameter_count();
  if (json_get<Json>(json, "parameters", source).size() != expected) {
    throw ParseError(
        fmt::format("{}: key \"parameters\" should hold {} numbers", source, expected));
  }
  Network network(std::move(architecture));
  read_floats(json, "parameters", source, network.parameters());
  read_floats(json, "statistics", source, network.statistics());
  return network;
}

}  // namespace neuronsmith::network
