#include "neuronsmith/neuron/lookup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/neuron/baselines.hpp"
#include "neuronsmith/neuron/library.hpp"

namespace neuronsmith::neuron {
namespace {

using formula::Formula;
using formula::Shape;

bool looks_like_file(const std::string& text) {
  std::error_code error;
  return text.ends_with(".json") || std::filesystem::is_regular_file(text, error);
}

NamedNeuron shipped(const LibraryEntry& entry, FormulaAs formula_as, const std::string& option) {
  const bool is_activation = formula_as == FormulaAs::Activation;
  const Shape shape = is_activation ? Shape::Scalar : Shape::Vector;
  const Formula formula = formula::parse_or_throw(entry.formula, shape, option);
  NamedNeuron named{
      .neuron = is_activation ? ordinary_neuron(with_learnable_literals(formula, entry.learnable))
                              : make_neuron(formula, option),
      .source = std::string(entry.source),
      .notes = std::string(entry.notes)};
  named.neuron.name = entry.name;
  return named;
}

std::string known_names(const UserLibrary& library, FormulaAs formula_as) {
  std::vector<std::string_view> names;
  if (formula_as == FormulaAs::Aggregation) {
    for (const LibraryEntry& entry : library_aggregations()) names.push_back(entry.name);
    for (const Baseline& baseline : library_baselines()) names.push_back(baseline.name);
  }
  for (const LibraryEntry& entry : library_activations()) names.push_back(entry.name);
  for (const UserEntry& entry : library.entries()) names.emplace_back(entry.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// A word that is no formula was meant as a name.
void require_no_unknown_name(const std::string& text,
                             const std::string& option,
                             const UserLibrary& library,
                             FormulaAs formula_as) {
  if (!looks_like_name(text)) return;
  if (std::holds_alternative<Formula>(formula::parse(text, Shape::Vector))) return;
  const bool is_activation = formula_as == FormulaAs::Activation;
  throw ConfigError(fmt::format("{}: no {} is called \"{}\"; known are {}, or give a formula of x",
                                option,
                                is_activation ? "activation" : "neuron",
                                text,
                                known_names(library, formula_as)));
}

Neuron from_formula(const std::string& text, const std::string& option, FormulaAs formula_as) {
  if (formula_as == FormulaAs::Aggregation) {
    return make_neuron(
        formula::parse_or_throw(text, Shape::Vector, option + " (no file or library name)"),
        option);
  }
  Activation activation = formula::parse_or_throw(text, Shape::Scalar, option);
  if (const std::string objection = objection_to(activation); !objection.empty()) {
    throw ConfigError(fmt::format("{}: \"{}\" {}", option, text, objection));
  }
  return ordinary_neuron(std::move(activation));
}

}  // namespace

bool looks_like_name(std::string_view text) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  return !text.empty() && is_letter(text[0]) && std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

NamedNeuron look_up(const std::string& text,
                    const std::string& option,
                    const UserLibrary& library,
                    FormulaAs formula_as) {
  if (looks_like_file(text)) return {.neuron = neuron_from_json(read_json_file(text), text)};
  if (const auto entry = find_activation(text))
    return shipped(*entry, FormulaAs::Activation, option);
  if (const auto entry = find_aggregation(text)) {
    return shipped(*entry, FormulaAs::Aggregation, option);
  }
  if (const auto baseline = find_baseline(text)) {
    return {.neuron = make_neuron(*baseline),
            .source = std::string(baseline->source),
            .notes = std::string(baseline->notes)};
  }
  if (const UserEntry* entry = library.find(text)) {
    return {.neuron = entry->neuron, .source = entry->source, .notes = entry->notes};
  }
  require_no_unknown_name(text, option, library, formula_as);
  return {.neuron = from_formula(text, option, formula_as)};
}

Neuron resolve_neuron(const std::string& text,
                      const std::string& option,
                      const UserLibrary& library) {
  return look_up(text, option, library, FormulaAs::Aggregation).neuron;
}

Activation resolve_activation(const std::string& text,
                              const std::string& option,
                              const UserLibrary& library) {
  const Neuron neuron = look_up(text, option, library, FormulaAs::Activation).neuron;
  if (has_own_activation(neuron)) return *neuron.activation;
  throw ConfigError(
      fmt::format("{}: \"{}\" is an aggregation and has no activation of its own", option, text));
}

}  // namespace neuronsmith::neuron
