#include "neuronsmith/formula/print.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "neuronsmith/formula/parse.hpp"

namespace neuronsmith::formula {
namespace {

constexpr int kCasesPrecedence = -1;
constexpr int kComparisonPrecedence = 0;
constexpr int kSumPrecedence = 1;
constexpr int kSignPrecedence = 3;
constexpr int kPowerPrecedence = 4;
constexpr int kAtomPrecedence = 5;

/// A piece of text and how tightly its outermost operator binds.
struct Text {
  std::string text;
  int precedence = kAtomPrecedence;
  std::optional<double> literal;  ///< its value, when the text is a number and no more
};

/// Prints bottom-up; the three notations override what differs.
class Printer {
 public:
  virtual ~Printer() = default;

  std::string print(const Formula& formula) const {
    std::vector<Text> stack;
    for (const Node& node : formula.nodes()) {
      const auto arity = static_cast<std::ptrdiff_t>(info(node.op).arity);
      const std::vector<Text> arguments(std::make_move_iterator(stack.end() - arity),
                                        std::make_move_iterator(stack.end()));
      stack.erase(stack.end() - arity, stack.end());
      stack.push_back(printed(node, arguments));
    }
    return stack.back().text;
  }

 protected:
  virtual std::string number(double value) const { return fmt::format("{}", value); }
  virtual std::string leaf(std::string_view letter, int index) const {
    return fmt::format("{}{}", letter, index);
  }
  virtual std::string parenthesised(const std::string& text) const { return "(" + text + ")"; }
  virtual std::string times() const { return "*"; }
  virtual Text divided(const Text& a, const Text& b) const { return joined(a, "/", b, 2); }
  virtual Text power(const Text& base, const Text& exponent) const = 0;
  virtual Text compared(const OperatorInfo& row, const std::vector<Text>& arguments) const = 0;
  virtual Text function(const OperatorInfo& row, const std::vector<Text>& arguments) const = 0;

  std::string wrapped(const Text& part, int precedence) const {
    return part.precedence >= precedence ? part.text : parenthesised(part.text);
  }

 private:
  /// Left-associative: the right side must bind more tightly.
  Text joined(const Text& a, std::string_view sign, const Text& b, int precedence) const {
    return {fmt::format("{}{}{}", wrapped(a, precedence), sign, wrapped(b, precedence + 1)),
            precedence};
  }

  Text negated(const Text& a) const {
    // A bare literal behind the sign would be read back as one negative number.
    const std::string operand = a.literal ? parenthesised(a.text) : wrapped(a, kSignPrecedence);
    return {"-" + operand, kSignPrecedence};
  }

  Text printed(const Node& node, const std::vector<Text>& arguments) const {
    switch (node.op) {
      case Op::Literal:
        return {number(node.value),
                std::signbit(node.value) ? kSignPrecedence : kAtomPrecedence,
                node.value};
      case Op::Input:
        return {"x"};
      case Op::Column:
        return {leaf("x", node.index)};
      case Op::Parameter:
        return {leaf("p", node.index)};
      case Op::Weight:
        return {leaf("w", node.index)};
      case Op::Neg:
        return negated(arguments[0]);
      case Op::Add:
        return joined(arguments[0], " + ", arguments[1], 1);
      case Op::Sub:
        return joined(arguments[0], " - ", arguments[1], 1);
      case Op::Mul:
        return joined(arguments[0], times(), arguments[1], 2);
      case Op::Div:
        return divided(arguments[0], arguments[1]);
      case Op::PowInt:
        return power(arguments[0], {fmt::format("{}", node.index), kAtomPrecedence});
      case Op::Pow:
        return power(arguments[0], arguments[1]);
      case Op::Less:
      case Op::LessEqual:
        return compared(info(node.op), arguments);
      default:
        return function(info(node.op), arguments);
    }
  }
};

class InfixPrinter : public Printer {
 protected:
  Text power(const Text& base, const Text& exponent) const override {
    if (exponent.literal && power_exponent(*exponent.literal)) {  // it would be read as a PowInt
      return {fmt::format("pow({}, {})", base.text, exponent.text)};
    }
    return {
        fmt::format("{}^{}", wrapped(base, kAtomPrecedence), wrapped(exponent, kSignPrecedence)),
        kPowerPrecedence};
  }
  Text compared(const OperatorInfo& row, const std::vector<Text>& arguments) const override {
    return {fmt::format("{} {} {}",
                        wrapped(arguments[0], kSumPrecedence),
                        row.name,
                        wrapped(arguments[1], kSumPrecedence)),
            kComparisonPrecedence};
  }
  Text function(const OperatorInfo& row, const std::vector<Text>& arguments) const override {
    std::string text;
    for (const Text& argument : arguments) text += (text.empty() ? "" : ", ") + argument.text;
    return {fmt::format("{}({})", row.name, text)};
  }
};

class RoundedInfixPrinter final : public InfixPrinter {
 public:
  explicit RoundedInfixPrinter(int digits) : digits_(digits) {}

 protected:
  std::string number(double value) const override { return fmt::format("{:.{}g}", value, digits_); }

 private:
  int digits_;
};

/// Fills the {0}, {1} and {2} of a table text.
Text filled(std::string_view pattern, const std::vector<Text>& arguments) {
  std::array<std::string_view, kMaxArity> texts;
  for (std::size_t i = 0; i < arguments.size(); ++i) texts[i] = arguments[i].text;
  return {fmt::format(fmt::runtime(pattern), texts[0], texts[1], texts[2])};
}

class SympyPrinter final : public Printer {
 protected:
  Text power(const Text& base, const Text& exponent) const override {
    return {
        fmt::format("{}**{}", wrapped(base, kAtomPrecedence), wrapped(exponent, kSignPrecedence)),
        kPowerPrecedence};
  }
  Text compared(const OperatorInfo& row, const std::vector<Text>& arguments) const override {
    return filled(row.sympy, arguments);
  }
  Text function(const OperatorInfo& row, const std::vector<Text>& arguments) const override {
    return filled(row.sympy, arguments);
  }
};

class LatexPrinter final : public Printer {
 protected:
  std::string number(double value) const override {
    std::string text = fmt::format("{:.4g}", value);
    const std::size_t e = text.find('e');
    if (e == std::string::npos) return text;
    return fmt::format("{} \\cdot 10^{{{}}}", text.substr(0, e), std::stoi(text.substr(e + 1)));
  }
  std::string leaf(std::string_view letter, int index) const override {
    return fmt::format("{}_{{{}}}", letter, index);
  }
  std::string parenthesised(const std::string& text) const override {
    return "\\left(" + text + "\\right)";
  }
  std::string times() const override { return " \\, "; }
  Text divided(const Text& a, const Text& b) const override {
    return {fmt::format("\\frac{{{}}}{{{}}}", a.text, b.text)};
  }
  Text power(const Text& base, const Text& exponent) const override {
    return {fmt::format("{}^{{{}}}", wrapped(base, kAtomPrecedence), exponent.text),
            kPowerPrecedence};
  }
  Text compared(const OperatorInfo& row, const std::vector<Text>& arguments) const override {
    const std::vector<Text> sides = {{wrapped(arguments[0], kSumPrecedence)},
                                     {wrapped(arguments[1], kSumPrecedence)}};
    return {filled(row.latex, sides).text, kComparisonPrecedence};
  }
  Text function(const OperatorInfo& row, const std::vector<Text>& arguments) const override {
    if (row.op != Op::Where) return filled(row.latex, arguments);
    // What is no comparison is compared to 0. The right side of the cases is open.
    std::vector<Text> texts = arguments;
    if (texts[0].precedence != kComparisonPrecedence) texts[0].text += " \\neq 0";
    return {filled(row.latex, texts).text, kCasesPrecedence};
  }
};

}  // namespace

std::string to_infix(const Formula& formula) { return InfixPrinter().print(formula); }

std::string to_infix(const Formula& formula, int digits) {
  return RoundedInfixPrinter(digits).print(formula);
}

std::string to_latex(const Formula& formula) { return LatexPrinter().print(formula); }

std::string to_sympy(const Formula& formula) { return SympyPrinter().print(formula); }

}  // namespace neuronsmith::formula
