#include <fmt/format.h>

#include <array>
#include <cctype>
#include <numbers>
#include <string_view>

#include "neuronsmith/core/child_process.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/export/internal/dialect.hpp"
#include "neuronsmith/export/internal/temporary_folder.hpp"
#include "neuronsmith/export/internal/writers.hpp"

namespace neuronsmith::exports::internal {
namespace {

using formula::Formula;
using formula::Node;
using formula::Op;

constexpr double kSeconds = 120.0;

enum class Precision : std::uint8_t { Double, Float };

/// A function that the C library lacks: NAME is the activation's name, T the type, S the suffix
/// that its functions have, F that of literals.
struct Helper {
  std::string_view name;
  std::string_view text;
};

// What is used comes before its users. NaN stays NaN.
constexpr std::array kHelpers = {
    Helper{"sign", "T NAME_signS(T a) { return a > 0 ? ONE : a < 0 ? -ONE : a; }"},
    Helper{"minimum", "T NAME_minimumS(T a, T b) { return a != a || a < b ? a : b; }"},
    Helper{"maximum", "T NAME_maximumS(T a, T b) { return a != a || a > b ? a : b; }"},
    Helper{"less",
           "T NAME_lessS(T a, T b) { return a != a ? a : b != b ? b : a < b ? ONE : ZERO; }"},
    Helper{
        "less_equal",
        "T NAME_less_equalS(T a, T b) { return a != a ? a : b != b ? b : a <= b ? ONE : ZERO; }"},
    Helper{"where", "T NAME_whereS(T c, T a, T b) { return c != c ? c : c != 0 ? a : b; }"},
    Helper{"relu", "T NAME_reluS(T a) { return a <= 0 ? ZERO : a; }"},
    Helper{"pinv", "T NAME_pinvS(T a) { return fabsS(a) < LIMIT ? ZERO : ONE/a; }"},
    Helper{"plog", "T NAME_plogS(T a) { return fabsS(a) < LIMIT ? ZERO : logS(fabsS(a)); }"},
    Helper{"pdiv", "T NAME_pdivS(T a, T b) { return fabsS(b) < LIMIT ? ONE : a/b; }"},
    Helper{
        "psqrt_slope",
        "T NAME_psqrt_slopeS(T a) { return a == 0 ? ZERO : copysignS(ONE/2, a)/sqrtS(fabsS(a)); }"},
    Helper{"sigmoid",
           "T NAME_sigmoidS(T a) {\n"
           "  const T e = expS(-fabsS(a));\n"
           "  return a < 0 ? e/(ONE + e) : ONE/(ONE + e);\n"
           "}"},
    Helper{"softplus",
           "T NAME_softplusS(T a) {\n"
           "  return (a > 0 ? a : ZERO) + log1pS(expS(-fabsS(a)));\n"
           "}"},
    Helper{"gelu",
           "T NAME_geluS(T a) {\n"
           "  return fabsS(a) > 40 ? (a > 0 ? a : ZERO) : a*erfcS(-a*SQRT_HALF)/2;\n"
           "}"},
    Helper{"gelu_slope",
           "T NAME_gelu_slopeS(T a) {\n"
           "  if (fabsS(a) > 40) return a > 0 ? ONE : ZERO;\n"
           "  return erfcS(-a*SQRT_HALF)/2 + a*expS(-a*a/2)*DENSITY;\n"
           "}"},
    Helper{"sinc",
           "T NAME_sincS(T a) { /* sin(pi a)/(pi a) */\n"
           "  const T nearest = rintS(a);\n"
           "  T sine;\n"
           "  if (a == 0) return ONE;\n"
           "  if (fabsS(a) > HUGE_WHOLE) return ZERO;\n"
           "  sine = sinS(PI*(a - nearest))/(PI*a);\n"
           "  return fmodS(nearest, 2) == 0 ? sine : -sine;\n"
           "}"},
    Helper{"sinc_slope",
           "T NAME_sinc_slopeS(T a) { /* its derivative: a series near 0 */\n"
           "  const T nearest = rintS(a);\n"
           "  T cosine;\n"
           "  if (fabsS(a) < ONE/2) {\n"
           "    const T square = PI*a*PI*a;\n"
           "    T term = -PI*PI*a/3;\n"
           "    T sum = term;\n"
           "    int k;\n"
           "    for (k = 2; k < 12; ++k) {\n"
           "      term *= -square*(T)k/(T)((k - 1)*2*k*(2*k + 1));\n"
           "      sum += term;\n"
           "    }\n"
           "    return sum;\n"
           "  }\n"
           "  if (fabsS(a) > HUGE_WHOLE) return ZERO;\n"
           "  cosine = cosS(PI*(a - nearest));\n"
           "  if (fmodS(nearest, 2) != 0) cosine = -cosine;\n"
           "  return (cosine - NAME_sincS(a))/a;\n"
           "}"},
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// C of one precision.
class CDialect final : public Dialect {
 public:
  CDialect(Precision precision, std::string name) : precision_(precision), name_(std::move(name)) {}

  [[nodiscard]] std::string number(double value) const override {
    std::string text = precision_ == Precision::Double
                           ? fmt::format("{}", value)
                           : fmt::format("{}", static_cast<float>(value));
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text + suffix();
  }
  [[nodiscard]] Piece power(const Piece& base, int exponent) const override {
    if (exponent == 0) return {number(1.0)};
    if (exponent == 2 && base.text.size() < 8) {
      const std::string factor = wrapped(base, kPowerPrecedence);
      return {factor + "*" + factor, kProductPrecedence};
    }
    return {fmt::format("pow{}({}, {})", suffix(), base.text, number(exponent))};
  }
  [[nodiscard]] std::string call(Op op, const std::vector<Piece>& a) const override {
    std::string arguments;
    for (const Piece& argument : a) arguments += (arguments.empty() ? "" : ", ") + argument.text;
    if (op == Op::ProtectedSqrt) return library("sqrt", library("fabs", arguments));
    if (const std::string_view word = library_word(op); !word.empty())
      return library(word, arguments);
    return helper(helper_word(op), arguments);
  }
  [[nodiscard]] std::string library(std::string_view word, const std::string& arguments) const {
    return fmt::format("{}{}({})", word, suffix(), arguments);
  }
  [[nodiscard]] std::string helper(std::string_view word, const std::string& arguments) const {
    return fmt::format("{}_{}{}({})", name_, word, suffix(), arguments);
  }
  [[nodiscard]] const char* suffix() const { return precision_ == Precision::Double ? "" : "f"; }
  [[nodiscard]] const char* type() const {
    return precision_ == Precision::Double ? "double" : "float";
  }
  [[nodiscard]] std::string helper_text(const Helper& helper) const {
    std::string text = "static inline " + std::string(helper.text) + "\n";
    text = replaced(text, "NAME", "@");
    text = replaced(
        text, "HUGE_WHOLE", precision_ == Precision::Double ? "4503599627370496.0" : "8388608.0f");
    text = replaced(text, "ZERO", number(0.0));
    text = replaced(text, "ONE", number(1.0));
    text = replaced(text, "LIMIT", number(1e-3));
    text = replaced(text, "PI", number(std::numbers::pi));
    text = replaced(text, "SQRT_HALF", number(1.0 / std::numbers::sqrt2));
    text = replaced(text, "DENSITY", number(std::numbers::inv_sqrtpi / std::numbers::sqrt2));
    text = replaced(text, "S(", std::string(suffix()) + "(");
    text = replaced(text, "T ", std::string(type()) + " ");
    text = replaced(text, "(T)", "(" + std::string(type()) + ")");
    return replaced(text, "@", name_);
  }

 private:
  static std::string_view library_word(Op op) {
    switch (op) {
      case Op::Abs:
        return "fabs";
      case Op::Sqrt:
      case Op::Log:
      case Op::Exp:
      case Op::Sin:
      case Op::Cos:
      case Op::Tan:
      case Op::Tanh:
      case Op::Erf:
      case Op::Pow:
        return op == Op::Pow ? "pow" : formula::info(op).name;
      default:
        return {};
    }
  }
  static std::string_view helper_word(Op op) {
    switch (op) {
      case Op::Sign:
      case Op::ProtectedLog:
      case Op::ProtectedInv:
      case Op::ProtectedDiv:
      case Op::Sigmoid:
      case Op::Softplus:
      case Op::Relu:
      case Op::Gelu:
      case Op::Sinc:
        return formula::info(op).name;
      case Op::Min:
        return "minimum";
      case Op::Max:
        return "maximum";
      case Op::Less:
        return "less";
      case Op::LessEqual:
        return "less_equal";
      case Op::Where:
        return "where";
      default:
        refuse(op, "C");
    }
  }

  Precision precision_;
  std::string name_;
};

/// A subexpression within the function of the derivative: the names of its value and slope.
struct Dual {
  Piece value;
  std::string slope;  ///< empty: 0
};

/// Writes the derivative, one statement a value and one a slope, from the leaves to the root.
class SlopeWriter {
 public:
  SlopeWriter(const CDialect& dialect, const Formula& formula) : c_(dialect) {
    for (const Node& node : formula.nodes()) {
      const auto arity = static_cast<std::ptrdiff_t>(info(node.op).arity);
      const std::vector<Dual> arguments(stack_.end() - arity, stack_.end());
      stack_.erase(stack_.end() - arity, stack_.end());
      push(node, arguments);
    }
  }

  [[nodiscard]] std::string body() const {
    const std::string& slope = stack_.back().slope;
    std::string text = fmt::format("  return {};\n", slope.empty() ? c_.number(0.0) : slope);
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
      if (uses(text, line->name))
        text = fmt::format("  const {} {} = {};\n", c_.type(), line->name, line->value) + text;
    }
    return uses(text, "x") ? text : "  (void)x;\n" + text;
  }

 private:
  struct Line {
    std::string name;
    std::string value;
  };

  static bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  }

  static bool uses(const std::string& text, const std::string& name) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      const bool begins = at == 0 || !is_word(text[at - 1]);
      const std::size_t end = at + name.size();
      if (begins && (end == text.size() || !is_word(text[end]))) return true;
    }
    return false;
  }

  void push(const Node& node, const std::vector<Dual>& a) {
    std::vector<Piece> values;
    bool moves = node.op == Op::Input;
    for (const Dual& argument : a) {
      values.push_back(argument.value);
      moves |= !argument.slope.empty();
    }
    const Piece value = c_.applied(node, values);
    if (a.empty()) {
      stack_.push_back({value, moves ? c_.number(1.0) : ""});
      return;
    }
    const std::string number = fmt::format("{}", ++count_);
    lines_.push_back({"v" + number, value.text});
    const std::string slope = moves ? slope_of(node, a, "v" + number) : "";
    if (!slope.empty()) lines_.push_back({"d" + number, slope});
    Dual result;
    result.value.text = "v" + number;
    if (!slope.empty()) result.slope = "d" + number;
    stack_.push_back(std::move(result));
  }

  std::string slope_of(const Node& node, const std::vector<Dual>& a, const std::string& v) const {
    if (a.size() == 1) return times(factor(node, a[0].value, v), a[0].slope);
    return node.op == Op::Where ? chosen(a[0], a[1], a[2]) : binary(node.op, a[0], a[1], v);
  }

  /// Of where(c, a, b): that of the argument chosen alone.
  [[nodiscard]] std::string chosen(const Dual& c, const Dual& a, const Dual& b) const {
    if (a.slope.empty() && b.slope.empty()) return {};
    return fmt::format("{} != 0 ? {} : {}",
                       wrapped(c.value, kPowerPrecedence),
                       or_zero(a.slope),
                       or_zero(b.slope));
  }

  /// `factor` may be a sum.
  [[nodiscard]] std::string times(const std::string& factor, const std::string& slope) const {
    if (factor.empty() || slope.empty()) return {};
    const bool is_word_or_call = factor.find_first_of(" *-/") == std::string::npos;
    const std::string first = is_word_or_call ? factor : "(" + factor + ")";
    return slope == c_.number(1.0) ? first : first + "*" + slope;
  }

  /// d value / d argument; empty: 0.
  [[nodiscard]] std::string factor(const Node& node, const Piece& a, const std::string& v) const {
    const std::string& x = a.text;
    const std::string atom = wrapped(a, kPowerPrecedence);
    switch (node.op) {
      case Op::Neg:
        return c_.number(-1.0);
      case Op::Abs:
        return c_.helper("sign", x);
      case Op::Sign:
        return {};
      case Op::Sqrt:
        return c_.number(0.5) + "/" + v;
      case Op::ProtectedSqrt:
        return c_.helper("psqrt_slope", x);
      case Op::Log:
        return c_.number(1.0) + "/" + atom;
      case Op::ProtectedLog:
        return c_.helper("pinv", x);
      case Op::ProtectedInv:
        return fmt::format("-{}*{}", v, v);
      case Op::Exp:
        return v;
      case Op::Sin:
        return c_.library("cos", x);
      case Op::Cos:
        return "-" + c_.library("sin", x);
      case Op::Tan:
        return fmt::format("{} + {}*{}", c_.number(1.0), v, v);
      case Op::Tanh:
        return fmt::format("{} - {}*{}", c_.number(1.0), v, v);
      case Op::Sigmoid:
        return fmt::format("{}*{}", v, c_.helper("sigmoid", "-" + atom));
      case Op::Softplus:
        return c_.helper("sigmoid", x);
      case Op::Erf:
        return c_.number(2.0 * std::numbers::inv_sqrtpi) + "*" +
               c_.library("exp", fmt::format("-{}*{}", atom, atom));
      case Op::Relu:
        return fmt::format("{} > 0 ? {} : {}", x, c_.number(1.0), c_.number(0.0));
      case Op::Gelu:
        return c_.helper("gelu_slope", x);
      case Op::Sinc:
        return c_.helper("sinc_slope", x);
      case Op::PowInt:
        if (node.index == 0) return {};
        if (node.index == 1) return c_.number(1.0);
        return c_.number(node.index) + "*" +
               wrapped(node.index == 2 ? a : c_.power(a, node.index - 1), kPowerPrecedence);
      default:
        refuse(node.op, "C");
    }
  }

  static std::string sum(const std::string& a, const std::string& b) {
    if (a.empty() || b.empty()) return a + b;
    return a + " + " + b;
  }

  [[nodiscard]] std::string or_zero(const std::string& slope) const {
    return slope.empty() ? c_.number(0.0) : slope;
  }

  [[nodiscard]] std::string binary(Op op,
                                   const Dual& a,
                                   const Dual& b,
                                   const std::string& v) const {
    const std::string left = wrapped(a.value, kPowerPrecedence);
    const std::string right = wrapped(b.value, kPowerPrecedence);
    switch (op) {
      case Op::Add:
        return sum(a.slope, b.slope);
      case Op::Sub:
        return sum(a.slope, b.slope.empty() ? "" : "-" + b.slope);
      case Op::Mul:
        return sum(times(right, a.slope), times(left, b.slope));
      case Op::Div:
        return sum(times(c_.number(1.0) + "/" + right, a.slope),
                   times("-" + v + "/" + right, b.slope));
      case Op::ProtectedDiv: {
        const std::string inverse = c_.helper("pinv", b.value.text);
        return sum(times(inverse, a.slope),
                   times(fmt::format("-{}*{}*{}", left, inverse, inverse), b.slope));
      }
      case Op::Pow:
        return sum(times(power_by_base(left, right), a.slope),
                   times(fmt::format(
                             "{} == 0 ? {} : {}*{}", v, c_.number(0.0), v, c_.library("log", left)),
                         b.slope));
      case Op::Min:
      case Op::Max:
        return fmt::format("{0} != {0} || {0} {1} {2} ? {3} : {4}",
                           left,
                           op == Op::Min ? "<" : ">",
                           right,
                           or_zero(a.slope),
                           or_zero(b.slope));
      case Op::Less:
      case Op::LessEqual:
        return {};
      default:
        refuse(op, "C");
    }
  }

  /// The derivative of the constant a^0 is 0 at a = 0 too.
  [[nodiscard]] std::string power_by_base(const std::string& a, const std::string& b) const {
    const std::string power = c_.library("pow", fmt::format("{}, {} - {}", a, b, c_.number(1.0)));
    return fmt::format("{0} == 0 ? {1} : {0}*{2}", b, c_.number(0.0), power);
  }

  const CDialect& c_;
  std::vector<Line> lines_;
  std::vector<Dual> stack_;
  int count_ = 0;
};

/// The functions of one precision, behind the helpers that they use.
std::string functions(const Subject& subject, Precision precision) {
  const CDialect c(precision, subject.snake_name);
  const std::string value = c.expression(subject.fixed);
  std::string text = fmt::format(
      "/* f(x) */\nstatic inline {0} {1}_value{2}({0} x) {{\n  return {3};\n}}\n\n"
      "/* df/dx */\nstatic inline {0} {1}_derivative{2}({0} x) {{\n{4}}}\n",
      c.type(),
      subject.snake_name,
      c.suffix(),
      value,
      SlopeWriter(c, subject.fixed).body());
  for (auto helper = kHelpers.rbegin(); helper != kHelpers.rend(); ++helper) {
    if (text.find(c.helper(helper->name, "").substr(0, c.helper(helper->name, "").size() - 1)) ==
        std::string::npos) {
      continue;
    }
    text = c.helper_text(*helper) + "\n" + text;
  }
  return text;
}

std::string checking_program(const std::string& name) {
  return fmt::format(
      "#include <stdio.h>\n#include \"activation.h\"\n"
      "int main(void) {{\n  float x;\n"
      "  while (fread(&x, sizeof x, 1, stdin) == 1) {{\n"
      "    double y[4];\n"
      "    y[0] = {0}_value((double)x);\n    y[1] = {0}_derivative((double)x);\n"
      "    y[2] = (double){0}_valuef(x);\n    y[3] = (double){0}_derivativef(x);\n"
      "    if (fwrite(y, sizeof y[0], 4, stdout) != 4) return 1;\n"
      "  }}\n  return 0;\n}}\n",
      name);
}

}  // namespace

Draft c_header(const Subject& subject) {
  std::string guard = "NEURONSMITH_" + subject.snake_name + "_H_";
  for (char& c : guard) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return {.body = fmt::format("#ifndef {0}\n#define {0}\n\n#include <math.h>\n\n{1}\n{2}\n#endif\n",
                              guard,
                              functions(subject, Precision::Double),
                              functions(subject, Precision::Float)),
          .comment = " * "};
}

Verification verify_c(const Draft& draft,
                      const Subject& subject,
                      const Reference& reference,
                      const std::string& compiler) {
  const TemporaryFolder folder;
  write_file_atomically(folder.file("activation.h"), draft.body);
  write_file_atomically(folder.file("check.c"), checking_program(subject.snake_name));
  const ChildOutcome compiled = run_child({compiler,
                                           "-std=c99",
                                           "-O1",
                                           "-Wall",
                                           "-Wextra",
                                           "-Werror",
                                           "-o",
                                           folder.file("check"),
                                           folder.file("check.c"),
                                           "-lm"},
                                          "",
                                          kSeconds);
  if (!compiled.started || compiled.status == 127) {
    return {.reason = fmt::format("there is no C compiler {}", compiler)};
  }
  if (!compiled.succeeded()) {
    throw DataError("not exported: the C does not compile: " + compiled.err.substr(0, 400));
  }
  const ChildOutcome ran = run_child({folder.file("check")}, bytes_of(reference.x), kSeconds);
  const auto columns = columns_of(ran.out, reference.x.size(), 4);
  if (!ran.succeeded() || columns.empty())
    throw DataError("not exported: the compiled C does not run");
  return {
      .reason = {},
      .points = reference.x.size(),
      .differences = {compared(reference, Quantity::Value, columns[0], "value"),
                      compared(reference, Quantity::Derivative, columns[1], "derivative"),
                      compared(reference, Quantity::Value, columns[2], "value (float)"),
                      compared(reference, Quantity::Derivative, columns[3], "derivative (float)")}};
}

}  // namespace neuronsmith::exports::internal
