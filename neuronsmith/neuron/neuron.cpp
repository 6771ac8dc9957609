#include "neuronsmith/neuron/neuron.hpp"

#include <fmt/format.h>

#include <cmath>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/polynomial.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/neuron/lookup.hpp"

namespace neuronsmith::neuron {
namespace {

using formula::Formula;
using formula::Op;
using formula::Shape;

constexpr const char* kFormat = "neuronsmith-neuron";
constexpr int kVersion = 1;

Json term_to_json(const Term& term) {
  Json factors = Json::array();
  Json exponents = Json::array();
  for (const Formula& phi : term.factors) {
    factors.push_back(formula::to_infix(phi));
    const auto exponent = formula::exponent_of(phi);
    exponents.push_back(exponent ? Json(*exponent) : Json(nullptr));
  }
  Json json = {{"factors", factors},
               {"exponents", exponents},
               {"rank", term.rank},
               {"coefficient", json_number(term.coefficient)}};
  if (term.share != 1.0) json["share"] = term.share;
  return json;
}

Formula factor_from_text(const std::string& text, const std::string& source) {
  Formula factor = formula::parse_or_throw(text, Shape::Scalar, source);
  if (!factor.uses(Op::Input) || factor.uses(Op::Column) || factor.uses(Op::Parameter)) {
    throw ParseError(fmt::format("{}: factor \"{}\" is no function of x alone", source, text));
  }
  if (factor.uses(formula::OpKind::BatchStatistic)) {
    throw ParseError(
        fmt::format("{}: factor \"{}\" has a statistic of the batch, which only activations have",
                    source,
                    text));
  }
  return factor;
}

Term term_from_json(const Json& json, const std::string& source) {
  Term term;
  for (const auto& text : json_get<std::vector<std::string>>(json, "factors", source)) {
    term.factors.push_back(factor_from_text(text, source));
  }
  const auto rank = json_get<long long>(json, "rank", source);
  if (term.factors.empty() || term.factors.size() > kMaxFactors) {
    throw ParseError(fmt::format(
        "{}: a term has 1 to {} factors, not {}", source, kMaxFactors, term.factors.size()));
  }
  if (rank < 1 || rank > static_cast<long long>(kMaxRank) || (term.is_pure() && rank != 1)) {
    throw ParseError(fmt::format("{}: \"rank\" {} is out of range", source, rank));
  }
  term.rank = static_cast<std::size_t>(rank);
  term.coefficient = json_get<double>(json, "coefficient", source);
  if (json.contains("share")) term.share = json_get<double>(json, "share", source);
  if (!(term.share > 0.0 && term.share <= kMostShare)) {
    throw ParseError(fmt::format(
        "{}: \"share\" {} is not above 0 and at most {}", source, term.share, kMostShare));
  }
  return term;
}

}  // namespace

Neuron make_neuron(const Formula& formula, const std::string& source) {
  auto aggregation = to_aggregation(formula);
  if (const auto* reason = std::get_if<NoTermForm>(&aggregation)) {
    throw ConfigError(fmt::format("{}: the formula is no neuron: {}", source, reason->reason));
  }
  Neuron neuron;
  neuron.formula = formula;
  neuron.aggregation = std::get<Aggregation>(std::move(aggregation));
  return neuron;
}

bool has_own_activation(const Neuron& neuron) {
  if (!neuron.activation) return false;
  const bool is_identity = *neuron.activation == Activation(Formula::input(Shape::Scalar));
  return !is_identity || to_json(neuron.aggregation) == to_json(linear_aggregation());
}

Neuron ordinary_neuron(Activation activation) {
  Neuron neuron;
  neuron.formula = Formula::input(Shape::Vector);
  neuron.aggregation = linear_aggregation();
  neuron.activation = std::move(activation);
  return neuron;
}

Neuron resolve_neuron(const std::string& text, const std::string& option) {
  return resolve_neuron(text, option, UserLibrary());
}

Json to_json(const Aggregation& aggregation) {
  Json terms = Json::array();
  for (const Term& term : aggregation.terms) terms.push_back(term_to_json(term));
  return terms;
}

Aggregation aggregation_from_json(const Json& json, const std::string& source) {
  if (!json.is_array() || json.empty()) {
    throw ParseError(fmt::format("{}: \"terms\" must be a list that is not empty", source));
  }
  Aggregation aggregation;
  for (const Json& term : json) aggregation.terms.push_back(term_from_json(term, source));
  return aggregation;
}

Json to_json(const Neuron& neuron) {
  return {{"format", kFormat},
          {"version", kVersion},
          {"name", neuron.name},
          {"formula", formula::to_infix(neuron.formula)},
          {"terms", to_json(neuron.aggregation)},
          {"bias", json_number(neuron.aggregation.bias)},
          {"activation", to_json(neuron.activation.value_or(Activation()))},
          {"provenance", neuron.provenance}};
}

Neuron neuron_from_json(const Json& json, const std::string& source) {
  require_format(json, kFormat, kVersion, source);
  Neuron neuron;
  neuron.name = json_get<std::string>(json, "name", source);
  neuron.formula = formula::parse_or_throw(
      json_get<std::string>(json, "formula", source), Shape::Vector, source);
  neuron.aggregation = aggregation_from_json(json_get<Json>(json, "terms", source), source);
  neuron.aggregation.bias = json_get<double>(json, "bias", source);
  if (const auto activation = json_get<Json>(json, "activation", source); !activation.is_null()) {
    neuron.activation = activation_from_json(activation, source);
  }
  neuron.provenance = json_get<Json>(json, "provenance", source);
  return neuron;
}

}  // namespace neuronsmith::neuron
