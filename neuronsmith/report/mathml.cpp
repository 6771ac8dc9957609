#include "neuronsmith/report/mathml.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <vector>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::report {
namespace {

using formula::Formula;
using formula::Node;
using formula::Op;
using formula::Shape;

constexpr int kCasesPrecedence = -1;
constexpr int kComparisonPrecedence = 0;
constexpr int kSumPrecedence = 1;
constexpr int kProductPrecedence = 2;
constexpr int kPowerPrecedence = 4;
constexpr int kAtomPrecedence = 5;

/// Markup without its leading sign, and how tightly its outermost operator binds.
struct Piece {
  std::string core;
  bool is_negative = false;  ///< a minus stands before the core
  int precedence = kAtomPrecedence;
  bool starts_with_digit = false;  ///< a factor before it is set off by a dot
};

std::string row(const std::string& content) { return "<mrow>" + content + "</mrow>"; }

std::string fenced(const std::string& left, const std::string& content, const std::string& right) {
  return row("<mo>" + left + "</mo>" + content + "<mo>" + right + "</mo>");
}

/// The piece with its sign where it begins a row.
std::string with_sign(const Piece& piece) {
  return piece.is_negative ? "<mo form=\"prefix\">−</mo>" + piece.core : piece.core;
}

/// The piece where only what binds at least so tightly may stand without parentheses.
std::string wrapped(const Piece& piece, int precedence) {
  const bool is_bare = !piece.is_negative && piece.precedence >= precedence;
  return is_bare ? row(piece.core) : fenced("(", with_sign(piece), ")");
}

Piece number(double value) {
  const bool is_negative = std::signbit(value);
  const std::string text = fmt::format("{:.4g}", std::abs(value));
  const std::size_t e = text.find('e');
  if (e == std::string::npos) {
    const bool is_finite = std::isfinite(value);
    const std::string markup = is_finite           ? "<mn>" + text + "</mn>"
                               : std::isnan(value) ? "<mtext>NaN</mtext>"
                                                   : "<mi>∞</mi>";
    return {markup, is_negative, kAtomPrecedence, is_finite};
  }
  const int exponent = std::stoi(text.substr(e + 1));
  const std::string sign = exponent < 0 ? "<mo form=\"prefix\">−</mo>" : "";
  return {fmt::format("<mn>{}</mn><mo>⋅</mo><msup><mn>10</mn><mrow>{}<mn>{}</mn></mrow></msup>",
                      text.substr(0, e),
                      sign,
                      std::abs(exponent)),
          is_negative,
          kProductPrecedence,
          true};
}

Piece indexed(std::string_view letter, int index, bool is_vector) {
  return {fmt::format(
      "<msub><mi{}>{}</mi><mn>{}</mn></msub>", is_vector ? " class=\"v\"" : "", letter, index)};
}

Piece input(Shape shape) {
  return {shape == Shape::Vector ? "<mi class=\"v\">x</mi>" : "<mi>x</mi>"};
}

/// A core beside which a sign or a factor may stand: sums get parentheses.
std::string term(const Piece& piece) {
  return piece.precedence > kSumPrecedence ? piece.core : fenced("(", piece.core, ")");
}

/// The sign belongs to the first term alone, so a sum has none.
Piece sum(const Piece& a, const Piece& b, bool is_difference) {
  const bool is_minus = b.is_negative != is_difference;
  const std::string left = a.precedence >= kSumPrecedence ? with_sign(a) : term(a);
  return {fmt::format("{}<mo form=\"infix\">{}</mo>{}", left, is_minus ? "−" : "+", term(b)),
          false,
          kSumPrecedence};
}

Piece negated(const Piece& a) {
  const bool is_sum = a.precedence <= kSumPrecedence;
  return {term(a),
          !a.is_negative,
          is_sum ? kAtomPrecedence : a.precedence,
          a.starts_with_digit && !is_sum};
}

Piece product(const Piece& a, const Piece& b) {
  const std::string times =
      b.starts_with_digit ? "<mo>⋅</mo>" : "<mo>&#x2062;</mo><mspace width=\"0.17em\"/>";
  return {term(a) + times + term(b),
          a.is_negative != b.is_negative,
          kProductPrecedence,
          a.starts_with_digit};
}

/// Behind a number without a dot it would be read as a mixed number.
Piece fraction(const Piece& a, const Piece& b) {
  return {fmt::format("<mfrac>{}{}</mfrac>", row(a.core), row(with_sign(b))),
          a.is_negative,
          kAtomPrecedence,
          true};
}

Piece power(const Piece& base, const Piece& exponent) {
  return {
      fmt::format("<msup>{}{}</msup>", wrapped(base, kAtomPrecedence), row(with_sign(exponent))),
      false,
      kPowerPrecedence};
}

Piece called(std::string_view name, const std::string& arguments) {
  return {fmt::format("<mi>{}</mi><mo>&#x2061;</mo>{}", name, fenced("(", arguments, ")"))};
}

std::string absolute(const Piece& a) { return fenced("|", with_sign(a), "|"); }

std::string both(const Piece& a, const Piece& b) {
  return with_sign(a) + "<mo separator=\"true\">,</mo>" + with_sign(b);
}

Piece one() { return number(1.0); }

Piece comparison(const Piece& a, const std::string& sign, const Piece& b) {
  const auto side = [](const Piece& piece) {
    return piece.precedence > kComparisonPrecedence ? with_sign(piece) : term(piece);
  };
  return {side(a) + "<mo form=\"infix\">" + sign + "</mo>" + side(b), false, kComparisonPrecedence};
}

/// a where the condition holds, otherwise b; what is no comparison is compared to 0.
Piece cases(const Piece& condition, const Piece& a, const Piece& b) {
  const bool is_comparison = condition.precedence == kComparisonPrecedence;
  const Piece holds = is_comparison ? condition : comparison(condition, "≠", number(0.0));
  const auto line = [](const std::string& value, const std::string& when) {
    return "<mtr><mtd>" + row(value) + "</mtd><mtd>" + when + "</mtd></mtr>";
  };
  return {
      row("<mo>{</mo><mtable columnalign=\"left\">" + line(with_sign(a), row(with_sign(holds))) +
          line(with_sign(b), "<mtext>otherwise</mtext>") + "</mtable>"),
      false,
      kCasesPrecedence};
}

/// No default: an operator without a case does not compile.
Piece typeset(const Node& node, Shape input_shape, const std::vector<Piece>& a) {
  switch (node.op) {
    case Op::Literal:
      return number(node.value);
    case Op::Input:
      return input(input_shape);
    case Op::Column:
      return indexed("x", node.index, false);
    case Op::Parameter:
      return indexed("p", node.index, false);
    case Op::Weight:
      return indexed("w", node.index, true);
    case Op::Neg:
      return negated(a[0]);
    case Op::Abs:
      return {absolute(a[0])};
    case Op::Sign:
      return called("sgn", with_sign(a[0]));
    case Op::Sqrt:
      return {"<msqrt>" + row(with_sign(a[0])) + "</msqrt>"};
    case Op::ProtectedSqrt:
      return {"<msqrt>" + absolute(a[0]) + "</msqrt>"};
    case Op::Log:
      return called("ln", with_sign(a[0]));
    case Op::ProtectedLog:
      return {"<mi>ln</mi><mo>&#x2061;</mo>" + absolute(a[0])};
    case Op::ProtectedInv:
      return fraction(one(), a[0]);
    case Op::Exp:
      return called("exp", with_sign(a[0]));
    case Op::Sin:
      return called("sin", with_sign(a[0]));
    case Op::Cos:
      return called("cos", with_sign(a[0]));
    case Op::Tan:
      return called("tan", with_sign(a[0]));
    case Op::Tanh:
      return called("tanh", with_sign(a[0]));
    case Op::Sigmoid:
      return called("σ", with_sign(a[0]));
    case Op::Softplus:
      return called("softplus", with_sign(a[0]));
    case Op::Erf:
      return called("erf", with_sign(a[0]));
    case Op::Relu:
      return called("max", both(number(0.0), a[0]));
    case Op::Gelu:
      return called("GELU", with_sign(a[0]));
    case Op::Sinc:
      return called("sinc", with_sign(a[0]));
    case Op::PowInt:
      return power(a[0], number(node.index));
    case Op::Add:
      return sum(a[0], a[1], false);
    case Op::Sub:
      return sum(a[0], a[1], true);
    case Op::Mul:
      return product(a[0], a[1]);
    case Op::Div:
    case Op::ProtectedDiv:
      return fraction(a[0], a[1]);
    case Op::Pow:
      return power(a[0], a[1]);
    case Op::Min:
      return called("min", both(a[0], a[1]));
    case Op::Max:
      return called("max", both(a[0], a[1]));
    case Op::Less:
      return comparison(a[0], "&lt;", a[1]);
    case Op::LessEqual:
      return comparison(a[0], "≤", a[1]);
    case Op::Where:
      return cases(a[0], a[1], a[2]);
    case Op::Sum:
      return {"<munder><mo>∑</mo><mi>j</mi></munder>" + wrapped(a[0], kProductPrecedence),
              false,
              kProductPrecedence};
    case Op::Dot:
      return {fenced("⟨", both(a[0], a[1]), "⟩")};
    case Op::Mean:
      return called("mean", with_sign(a[0]));
    case Op::Std:
      return called("std", with_sign(a[0]));
    case Op::ZScore:
      return called("zscore", with_sign(a[0]));
  }
  return {};
}

/// The subtree that ends at `position`.
Piece typeset_at(const Formula& formula, std::size_t position) {
  const auto nodes = formula.nodes();
  std::vector<Piece> stack;
  for (std::size_t i = position + 1 - nodes[position].length; i <= position; ++i) {
    const auto arity = static_cast<std::ptrdiff_t>(formula::info(nodes[i].op).arity);
    const std::vector<Piece> arguments(stack.end() - arity, stack.end());
    stack.erase(stack.end() - arity, stack.end());
    stack.push_back(typeset(nodes[i], formula.input_shape(), arguments));
  }
  return stack.back();
}

/// A term of the outermost sum.
struct SumTerm {
  std::size_t position = 0;
  bool is_subtracted = false;
};

/// Terms in the order in which they are written. Sums lean to the left.
std::vector<SumTerm> terms_of(const Formula& formula) {
  std::vector<SumTerm> terms;
  std::size_t position = formula.size() - 1;
  while (true) {
    const Op op = formula.nodes()[position].op;
    if (op != Op::Add && op != Op::Sub) break;
    const auto arguments = formula.arguments(position);
    terms.push_back({arguments[1], op == Op::Sub});
    position = arguments[0];
  }
  terms.push_back({position, false});
  return {terms.rbegin(), terms.rend()};
}

/// A term with its sign; the first one shows only a minus.
std::string signed_term(const Piece& piece, bool is_subtracted, bool is_first) {
  if (is_first) return with_sign(piece);
  const bool is_minus = piece.is_negative != is_subtracted;
  return fmt::format("<mo form=\"infix\">{}</mo>{}", is_minus ? "−" : "+", term(piece));
}

}  // namespace

std::string to_mathml(const Formula& formula, std::string_view left_side) {
  NEURONSMITH_CHECK(!formula.empty() && formula.size() <= kMaxTypesetNodes,
                    "a formula of this size cannot be typeset");
  std::string text;
  bool is_first = true;
  for (const SumTerm& part : terms_of(formula)) {
    const Piece piece = typeset_at(formula, part.position);
    text += is_first ? "<math displaystyle=\"true\">" : "<wbr/><math displaystyle=\"true\">";
    if (is_first && !left_side.empty()) {
      text += fmt::format("<mi>{}</mi><mo form=\"infix\">=</mo>", left_side);
    }
    text += row(signed_term(piece, part.is_subtracted, is_first)) + "</math>";
    is_first = false;
  }
  return text;
}

}  // namespace neuronsmith::report
