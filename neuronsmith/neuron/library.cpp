#include "neuronsmith/neuron/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::neuron {
namespace {

using formula::Op;
using formula::Shape;

constexpr std::array kAggregations = {
    LibraryEntry{"linear", "x", "the ordinary neuron, w.x + b"},
    LibraryEntry{"quadratic",
                 "dot(w0, x)*dot(w1, x) + x^2 + x",
                 "Fan, Cong, Wang, A new type of neurons for machine learning, 2018: "
                 "(w0.x + b0)(w1.x + b1) + w2.x^2 + b, expanded"},
};

constexpr std::array kActivations = {
    LibraryEntry{"identity", "x", "no activation"},
    LibraryEntry{"relu", "relu(x)", "Nair, Hinton, Rectified linear units, ICML 2010"},
    LibraryEntry{"tanh", "tanh(x)", "classical"},
    LibraryEntry{"sigmoid", "sigmoid(x)", "classical"},
    LibraryEntry{"softplus", "softplus(x)", "Dugas et al., NIPS 2000"},
    LibraryEntry{"gelu",
                 "0.5*x*(1 + erf(0.7071067811865476*x))",
                 "Hendrycks, Gimpel, Gaussian error linear units, 2016, exact form"},
    LibraryEntry{"silu", "x*sigmoid(x)", "Elfwing, Uchibe, Doya, 2017"},
    LibraryEntry{"turbulent",
                 "sign(x)*log(1 + 0.5*abs(x)) + 0.2*exp(-zscore(x)^2/2)*sin(2*x)",
                 "Vitvitskyi et al., Mining generalizable activation functions, 2026; the base before "
                 "the + is missing there and stands here as a third party has it; statistics of the "
                 "batch for each output, not over the whole tensor"},
    LibraryEntry{"sin", "sin(x)", "Sitzmann et al., Implicit neural representations, 2020"},
};

std::optional<LibraryEntry> find(std::span<const LibraryEntry> entries, std::string_view name) {
  const auto found = std::ranges::find(entries, name, &LibraryEntry::name);
  return found == entries.end() ? std::nullopt : std::optional(*found);
}

bool looks_like_name(const std::string& text) {
  return text != "x" && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

std::string names(std::span<const LibraryEntry> entries) {
  std::string text;
  for (const LibraryEntry& entry : entries) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", entry.name);
  }
  return text;
}

}  // namespace

std::span<const LibraryEntry> library_aggregations() { return kAggregations; }
std::span<const LibraryEntry> library_activations() { return kActivations; }

std::optional<LibraryEntry> find_aggregation(std::string_view name) {
  return find(kAggregations, name);
}

std::optional<LibraryEntry> find_activation(std::string_view name) {
  return find(kActivations, name);
}

Activation resolve_activation(const std::string& text) {
  const auto entry = find_activation(text);
  if (!entry && looks_like_name(text)) {
    throw ConfigError(fmt::format(
        "--activation: no activation is called \"{}\"; known are {}, or give a formula of x",
        text,
        names(kActivations)));
  }
  const std::string source(entry ? entry->formula : std::string_view(text));
  Activation activation = formula::parse_or_throw(source, Shape::Scalar, "--activation");
  if (const std::string objection = objection_to(activation); !objection.empty()) {
    throw ConfigError(fmt::format("--activation: \"{}\" {}", text, objection));
  }
  return activation;
}

}  // namespace neuronsmith::neuron
