#include "neuronsmith/search/evolution/prompt.hpp"

#include <fmt/format.h>

#include "neuronsmith/formula/operators.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::search::evolution {
namespace {

using formula::Op;
using formula::OperatorInfo;

constexpr int kDigits = 4;

bool is_vector(const ProposalRequest& request) {
  return request.inputs.shape == formula::Shape::Vector;
}

std::string inputs_text(const ProposalRequest& request) {
  if (request.inputs.is_pointwise()) {
    return "The formulas are activation functions of a neural network: functions of one number x, "
           "applied to every pre-activation alike.";
  }
  if (!is_vector(request)) {
    return fmt::format(
        "The formulas are functions of {} numbers, x0 to x{}, the columns of a table.",
        request.inputs.n_columns,
        request.inputs.n_columns - 1);
  }
  const std::string weights =
      request.grammar.weights == 0
          ? ""
          : fmt::format(
                " Learnable weight vectors are written w0 to w{}; sum(a) adds over the "
                "coordinates and dot(a, b) is sum(a*b).",
                request.grammar.weights - 1);
  return "The formulas are aggregations of a neuron: x is the vector of its inputs and operators "
         "act on "
         "each coordinate. A formula is expanded to a sum of products, and each product is summed "
         "over "
         "the coordinates with learnable weights of its own: x is the ordinary neuron, x + x^2 a "
         "quadratic one." +
         weights;
}

/// "sin(a)", "a*b", "min(a, b)"
std::string example_of(const OperatorInfo& row) {
  constexpr std::string_view kArguments[] = {"", "a", "a, b", "a, b, c"};
  if (row.notation == formula::Notation::Function) {
    return fmt::format("{}({})", row.name, kArguments[row.arity]);
  }
  if (row.op == Op::PowInt) return "a^2";
  return row.arity == 1 ? fmt::format("{}a", row.name) : fmt::format("a {} b", row.name);
}

std::string functions_text(const ProposalRequest& request) {
  std::string text;
  for (const Op op : request.grammar.functions) {
    const OperatorInfo& row = formula::info(op);
    text += fmt::format("{}{}", text.empty() ? "" : ", ", example_of(row));
    if (!is_vector(request) && row.cost > 1.0) text += fmt::format(" ({} FLOP)", row.cost);
  }
  return text;
}

std::string protected_text(const ProposalRequest& request) {
  std::string text;
  for (const Op op : request.grammar.functions) {
    if (op == Op::ProtectedDiv) text += " pdiv(a, b) is a/b, and 1 where abs(b) <= 0.001.";
    if (op == Op::ProtectedLog) text += " plog(a) is log(abs(a)), and 0 where abs(a) < 0.001.";
    if (op == Op::ProtectedSqrt) text += " psqrt(a) is sqrt(abs(a)).";
    if (op == Op::ProtectedInv) text += " pinv(a) is 1/a, and 0 where abs(a) < 0.001.";
    if (op == Op::Sinc) text += " sinc(a) is sin(pi*a)/(pi*a).";
  }
  return text;
}

std::string limits_text(const ProposalRequest& request, double max_cost) {
  std::string text = fmt::format(
      "A formula has at most {} nodes; every number, input, operator and function counts as one.",
      request.grammar.max_nodes);
  if (is_vector(request)) return text;
  text += fmt::format(
      " It costs at most {} FLOP per element; operators without a number above cost 1.", max_cost);
  if (request.inputs.is_pointwise()) text += " It is finite and not constant for x from -8 to 8.";
  return text;
}

std::string answer_text(const ProposalRequest& request) {
  std::string text =
      "Answer with one fenced block that has one formula a line and nothing else, without names "
      "and "
      "comments.";
  if (request.inputs.is_pointwise()) {
    text +=
        " What is easier said as a function may be a Python function in a block of its own: def "
        "f(x): "
        "with assignments, numpy functions and a return. It is translated, not executed: no loops, "
        "no "
        "other imports.";
  }
  return text;
}

std::string program_text(const Program& program) {
  const Score& score = program.score;
  std::string text = fmt::format("error {:.4g}", score.error);
  if (score.trials) {
    text += fmt::format(", 95 % interval {:.4g} to {:.4g} of {} trainings, {:.4g} FLOP",
                        score.trials->low,
                        score.trials->high,
                        score.trials->trainings,
                        score.trials->cost);
  }
  return fmt::format("{}, {} nodes: {}\n",
                     text,
                     program.proposal.formula.size(),
                     formula::to_infix(program.proposal.formula, kDigits));
}

}  // namespace

std::vector<ChatMessage> prompt_of(const ProposalRequest& request,
                                   const std::string& score,
                                   double max_cost) {
  const std::string task = fmt::format(
      "You propose formulas to an evolutionary search.\n\n{}\n\n{} Of equally good formulas the "
      "shorter "
      "one is better.\n\nA formula is written in infix notation with inputs, numbers, parentheses "
      "and these "
      "operators: {}.{}\n\n{}\n\n{}",
      inputs_text(request),
      score,
      functions_text(request),
      protected_text(request),
      limits_text(request, max_cost),
      answer_text(request));
  std::string programs;
  for (const Program& program : request.programs) programs += program_text(program);
  const std::string wish = fmt::format(
      "Some formulas of the search, best first as it ranks them by error, chance and "
      "length:\n\n{}\nPropose {} new formula{} that may have a "
      "smaller "
      "error. They differ from these and from each other by more than their constants.",
      programs,
      request.wanted,
      request.wanted == 1 ? "" : "s");
  return {{"system", task}, {"user", wish}};
}

}  // namespace neuronsmith::search::evolution
