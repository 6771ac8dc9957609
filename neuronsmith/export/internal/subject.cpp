#include "neuronsmith/export/internal/subject.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::exports::internal {
namespace {

using formula::Formula;
using formula::Node;
using formula::Op;

/// Printable ASCII without line ends: safe in a comment of any language once it cannot end one.
std::string plain(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool is_end = c == '/' && result.ends_with('*');
    if (is_end) result += ' ';
    result += c >= ' ' && c <= '~' ? c : '?';
  }
  return result;
}

std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words{""};
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  if (words.empty()) words.emplace_back("activation");
  if (std::isdigit(static_cast<unsigned char>(words[0][0])) != 0) {
    words.insert(words.begin(), "activation");
  }
  return words;
}

std::string camel(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) {
    result += static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
    result += word.substr(1);
  }
  return result;
}

bool is_literal(const Formula& formula) { return formula.root().op == Op::Literal; }

Formula applied(const Node& node, const std::vector<Formula>& arguments) {
  if (arguments.empty()) return Formula::from_nodes({node}, formula::Shape::Scalar);
  if (std::ranges::all_of(arguments, is_literal)) {
    formula::Arguments values = {0.0, static_cast<double>(node.index)};  // the exponent of PowInt
    std::ranges::transform(
        arguments, values.begin(), [](const Formula& argument) { return argument.root().value; });
    return Formula::literal(info(node.op).value(values));
  }
  if (node.op == Op::PowInt) return Formula::power(arguments[0], node.index);
  return Formula::apply(node.op, arguments);
}

/// Whatever consists of numbers alone becomes one number.
Formula folded(const Formula& formula) {
  std::vector<Formula> stack;
  for (const Node& node : formula.nodes()) {
    const auto arity = static_cast<std::ptrdiff_t>(info(node.op).arity);
    const std::vector<Formula> arguments(stack.end() - arity, stack.end());
    stack.erase(stack.end() - arity, stack.end());
    stack.push_back(applied(node, arguments));
    if (is_literal(stack.back()) && !std::isfinite(stack.back().root().value)) {
      throw ConfigError(
          fmt::format("the activation {} cannot be exported: a constant part of it is {}",
                      to_infix(formula),
                      stack.back().root().value));
    }
  }
  return stack.back();
}

std::vector<std::string> about(const neuron::NamedNeuron& named,
                               const neuron::Activation& activation) {
  std::vector<std::string> lines = {"f(x) = " + to_infix(activation.formula)};
  for (std::size_t i = 0; i < activation.parameters.size(); ++i) {
    lines.push_back(fmt::format("p{} = {} at first", i, activation.parameters[i]));
  }
  if (!activation.parameters.empty()) {
    lines.push_back(fmt::format("learnable: {}", neuron::name(activation.learnable)));
  }
  if (!named.source.empty()) lines.push_back("source: " + plain(named.source));
  if (!named.notes.empty()) lines.push_back("notes: " + plain(named.notes));
  if (named.neuron.provenance.is_object()) {
    for (const auto& [key, value] : named.neuron.provenance.items()) {
      if (!value.is_primitive()) continue;
      lines.push_back(
          plain(key + ": " + value.dump(-1, ' ', true, Json::error_handler_t::replace)));
    }
  }
  lines.emplace_back("written by neuronsmith " NEURONSMITH_VERSION);
  return lines;
}

}  // namespace

Subject make_subject(const neuron::NamedNeuron& named, const std::string& name) {
  if (!has_own_activation(named.neuron) || named.neuron.activation->formula.empty()) {
    throw ConfigError(
        fmt::format("{} has no activation of its own, and aggregations are not exported",
                    named.neuron.name.empty() ? "the neuron" : "the neuron " + named.neuron.name));
  }
  const neuron::Activation& activation = *named.neuron.activation;
  for (const Node& node : activation.formula.nodes()) {
    if (info(node.op).kind != formula::OpKind::BatchStatistic) continue;
    throw ConfigError(
        fmt::format("{}(x) is a statistic of the batch, and only functions of x alone are exported",
                    info(node.op).name));
  }
  const std::vector<std::string> words = words_of(name);
  return {.snake_name = fmt::format("{}", fmt::join(words, "_")),
          .camel_name = camel(words),
          .formula = folded(activation.formula),
          .fixed = folded(neuron::with_literal_parameters(activation)),
          .parameters = activation.parameters,
          .learnable = activation.learnable,
          .about = about(named, activation)};
}

std::vector<std::string> lines_of(const Verification& verification) {
  if (!verification.is_verified()) return {"not verified: " + plain(verification.reason)};
  std::vector<std::string> lines = {fmt::format(
      "verified against neuronsmith in float32 at {} points; greatest differences, over "
      "max(1, |f|, |x f'|):",
      verification.points)};
  for (const Difference& difference : verification.differences) {
    lines.push_back(fmt::format(
        "  {} {:.2g} at x = {:.6g}", difference.function, difference.greatest, difference.at));
  }
  return lines;
}

}  // namespace neuronsmith::exports::internal
