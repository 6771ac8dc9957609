#include "neuronsmith/search/evolution/python_function.hpp"

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/substitute.hpp"

namespace neuronsmith::search::evolution {
namespace {

using formula::Formula;
using formula::Node;
using formula::Op;

/// A function of Python and its meaning in the formula language, where x0, x1, x2 are its
/// arguments. A meaning that the formula language does not have makes a refusal.
struct Translation {
  std::string_view name;
  std::size_t arity;
  std::string_view meaning;
};

constexpr Translation kFunctions[] = {
    {"exp", 1, "exp(x0)"},
    {"log", 1, "log(x0)"},
    {"sin", 1, "sin(x0)"},
    {"cos", 1, "cos(x0)"},
    {"tan", 1, "tan(x0)"},
    {"tanh", 1, "tanh(x0)"},
    {"sigmoid", 1, "sigmoid(x0)"},
    {"softplus", 1, "softplus(x0)"},
    {"relu", 1, "relu(x0)"},
    {"gelu", 1, "gelu(x0)"},
    {"silu", 1, "x0*sigmoid(x0)"},
    {"swish", 1, "x0*sigmoid(x0)"},
    {"erf", 1, "erf(x0)"},
    {"sqrt", 1, "sqrt(x0)"},
    {"abs", 1, "abs(x0)"},
    {"fabs", 1, "abs(x0)"},
    {"absolute", 1, "abs(x0)"},
    {"sign", 1, "sign(x0)"},
    {"square", 1, "x0^2"},
    {"sinc", 1, "sinc(x0)"},
    {"log1p", 1, "log(1 + x0)"},
    {"expm1", 1, "exp(x0) - 1"},
    {"neg", 1, "-x0"},
    {"negative", 1, "-x0"},
    {"reciprocal", 1, "1/x0"},
    {"minimum", 2, "min(x0, x1)"},
    {"min", 2, "min(x0, x1)"},
    {"maximum", 2, "max(x0, x1)"},
    {"max", 2, "max(x0, x1)"},
    {"add", 2, "x0 + x1"},
    {"subtract", 2, "x0 - x1"},
    {"multiply", 2, "x0*x1"},
    {"divide", 2, "x0/x1"},
    {"clip", 3, "min(max(x0, x1), x2)"},
    {"clamp", 3, "min(max(x0, x1), x2)"},
    {"where", 3, "where(x0, x1, x2)"},
};

constexpr std::string_view kModules[] = {
    "np", "numpy", "jnp", "torch", "F", "math", "jax", "nn", "functional", "special"};
constexpr std::string_view kPackages[] = {"numpy", "torch", "jax", "math"};

/// What begins something of Python that has no place here.
constexpr std::string_view kForbidden[] = {
    "and",    "as",   "assert", "async",  "await",    "break", "class", "continue", "def",
    "del",    "elif", "else",   "except", "finally",  "for",   "from",  "global",   "if",
    "import", "in",   "is",     "lambda", "nonlocal", "not",   "or",    "pass",     "raise",
    "return", "try",  "while",  "with",   "yield",    "True",  "False", "None"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

enum class Kind : std::uint8_t { Name, Number, String, Sign, LineEnd, End };

struct Token {
  Kind kind = Kind::End;
  std::string_view text;
  std::size_t line = 1;
  std::size_t indent = 0;  ///< of the line that it stands in
};

[[noreturn]] void refuse(std::size_t line, std::string reason) {
  throw PythonRefusal{line, std::move(reason)};
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

  std::vector<Token> all() {
    while (at_ < text_.size()) next();
    end_line();
    add(Kind::End, {});
    return std::move(tokens_);
  }

 private:
  void next() {
    const char c = text_[at_];
    if (c == '\n') return line_feed();
    if (c == ' ' || c == '\t' || c == '\r') return space();
    if (c == '#') return comment();
    at_line_begin_ = false;
    if (is_letter(c)) return take(Kind::Name, word_length());
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return take(Kind::Number, number_length());
    if (c == '"' || c == '\'') return string();
    if (c == '\\' && (peek(1) == '\n' || text_.substr(at_, 3) == "\\\r\n")) return continue_line();
    sign();
  }

  [[nodiscard]] char peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void add(Kind kind, std::string_view text) { tokens_.push_back({kind, text, line_, indent_}); }

  void take(Kind kind, std::size_t length) {
    add(kind, text_.substr(at_, length));
    at_ += length;
  }

  void end_line() {
    if (!tokens_.empty() && tokens_.back().kind != Kind::LineEnd) add(Kind::LineEnd, {});
  }

  void line_feed() {
    if (open_ == 0) {
      end_line();
      indent_ = 0;
      at_line_begin_ = true;
    }
    ++line_;
    ++at_;
  }

  void space() {
    if (at_line_begin_) indent_ += text_[at_] == '\t' ? 8 : text_[at_] == ' ' ? 1 : 0;
    ++at_;
  }

  void comment() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void continue_line() {
    at_ = text_.find('\n', at_) + 1;
    ++line_;
  }

  [[nodiscard]] std::size_t word_length() const {
    std::size_t length = 0;
    while (is_letter(peek(length)) || is_digit(peek(length))) ++length;
    return length;
  }

  [[nodiscard]] std::size_t number_length() const {
    std::size_t length = 0;
    for (;; ++length) {
      const char c = peek(length);
      const bool exponent_sign = (c == '+' || c == '-') && length > 0 &&
                                 (peek(length - 1) == 'e' || peek(length - 1) == 'E');
      if (!is_letter(c) && !is_digit(c) && c != '.' && !exponent_sign) return length;
    }
  }

  void string() {
    const std::string_view quote = text_.substr(at_, 3);
    const bool tripled = quote == "\"\"\"" || quote == "'''";
    const std::string_view end = tripled ? quote : quote.substr(0, 1);
    const std::size_t close = text_.find(end, at_ + end.size());
    if (close == text_.npos) refuse(line_, "a string without end");
    const std::string_view whole = text_.substr(at_, close + end.size() - at_);
    if (!tripled && whole.find('\n') != whole.npos) refuse(line_, "a string without end");
    take(Kind::String, whole.size());
    line_ += static_cast<std::size_t>(std::ranges::count(whole, '\n'));
  }

  void sign() {
    constexpr std::string_view kSigns[] = {
        "**=", "//=", "**", "//", "->", "<=", ">=", "==", "!=", ":=", "+=", "-=", "*=", "/="};
    for (const std::string_view sign : kSigns) {
      if (text_.substr(at_, sign.size()) == sign) return take(Kind::Sign, sign.size());
    }
    const char c = text_[at_];
    if (c <= ' ' || c > '~') refuse(line_, "a character that is not ASCII");
    if (c == '(' || c == '[' || c == '{') ++open_;
    if ((c == ')' || c == ']' || c == '}') && open_ > 0) --open_;
    take(Kind::Sign, 1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t indent_ = 0;
  std::size_t open_ = 0;  // brackets, in which a line goes on
  bool at_line_begin_ = true;
  std::vector<Token> tokens_;
};

/// Recursive descent over the tokens; a refusal is thrown and caught by translate_python().
class Translator {
 public:
  Translator(std::string_view text, const PythonLimits& limits)
      : limits_(limits), tokens_(Tokens(text).all()) {}

  Formula run() {
    while (is_word("import") || is_word("from")) import();
    if (is_sign("@")) refuse_here("a decorator");
    if (!accept_word("def")) refuse_here("expected a function: def f(x):");
    head();
    const Formula result = body();
    if (current().kind != Kind::End) refuse_here("expected the end after the function");
    return result;
  }

 private:
  [[nodiscard]] const Token& current() const { return tokens_[at_]; }
  [[nodiscard]] bool is_sign(std::string_view text) const {
    return current().kind == Kind::Sign && current().text == text;
  }
  [[nodiscard]] bool is_word(std::string_view text) const {
    return current().kind == Kind::Name && current().text == text;
  }
  [[nodiscard]] const Token& following() const {
    return tokens_[std::min(at_ + 1, tokens_.size() - 1)];
  }
  [[noreturn]] void refuse_here(std::string reason) const {
    refuse(current().line, std::move(reason));
  }
  [[noreturn]] void refuse_token() const {
    const Token& token = current();
    if (token.kind == Kind::End || token.kind == Kind::LineEnd)
      refuse_here("the line ends too soon");
    if (token.kind == Kind::String) refuse_here("a string");
    refuse_here(fmt::format("'{}' is not understood here", token.text));
  }

  bool accept(std::string_view sign) {
    if (!is_sign(sign)) return false;
    ++at_;
    return true;
  }
  bool accept_word(std::string_view word) {
    if (!is_word(word)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view sign) {
    if (!accept(sign)) refuse_token();
  }
  std::string_view expect_name() {
    if (current().kind != Kind::Name || contains(kForbidden, current().text)) refuse_token();
    return tokens_[at_++].text;
  }
  void end_line() {
    accept(";");
    if (current().kind != Kind::LineEnd) refuse_token();
    ++at_;
  }

  // "import numpy as np", "from math import exp, pi"
  void import() {
    const bool names_follow = is_word("from");
    ++at_;
    do {
      const std::string_view package = expect_name();
      if (!contains(kPackages, package)) {
        refuse_here(fmt::format("import of '{}'", package));
      }
      while (accept(".")) expect_name();
      if (accept_word("as")) expect_name();
    } while (!names_follow && accept(","));
    if (names_follow) {
      if (!accept_word("import")) refuse_token();
      do {
        expect_name();
        if (accept_word("as")) expect_name();
      } while (accept(","));
    }
    end_line();
  }

  void head() {
    name_ = expect_name();
    indent_ = current().indent;
    expect("(");
    variables_[expect_name()] = Formula::input(formula::Shape::Scalar);
    annotation(":");
    while (accept(",")) {
      if (is_sign(")")) break;
      const std::string_view name = expect_name();
      annotation(":");
      if (!accept("=")) refuse_here(fmt::format("argument '{}' without a default value", name));
      variables_[name] = expression();
    }
    expect(")");
    annotation("->");
    expect(":");
  }

  void annotation(std::string_view sign) {
    if (!accept(sign)) return;
    expect_name();
    while (accept(".")) expect_name();
  }

  Formula body() {
    const bool own_lines = current().kind == Kind::LineEnd;
    if (own_lines) ++at_;
    const std::size_t indent = current().indent;
    if (own_lines && indent <= indent_) refuse_here("a function without statements");
    for (;;) {
      if (current().kind == Kind::End || (own_lines && current().indent < indent)) {
        refuse_here("a function without return");
      }
      if (own_lines && current().indent > indent) refuse_here("a line too far to the right");
      if (current().kind == Kind::String) {  // a comment
        ++at_;
        end_line();
      } else if (accept_word("return")) {
        Formula result = expression();
        end_line();
        return result;
      } else {
        assignment();
      }
      if (!own_lines) refuse_here("a function without return");
    }
  }

  void assignment() {
    const std::string_view name = expect_name();
    const Token sign = current();
    constexpr std::string_view kSigns[] = {"=", "+=", "-=", "*=", "/=", "**="};
    if (sign.kind != Kind::Sign || !contains(kSigns, sign.text)) refuse_token();
    ++at_;
    Formula value = expression();
    if (is_sign("=")) refuse_here("two assignments in one");
    if (sign.text != "=") {
      const Formula before = variable(name);
      value = binary(sign.text.substr(0, sign.text.size() - 1), before, value);
    }
    end_line();
    variables_[name] = std::move(value);
  }

  /// Counts how deep the recursion is, so that no text can exhaust the stack.
  class Nesting {
   public:
    explicit Nesting(Translator& translator) : translator_(translator) {
      if (translator_.nesting_ >= translator_.limits_.max_depth) {
        translator_.refuse_here("nested too deeply");
      }
      ++translator_.nesting_;
    }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --translator_.nesting_; }

   private:
    Translator& translator_;
  };

  Formula expression() {
    const Nesting nesting(*this);
    const Formula value = comparison();
    if (!accept_word("if")) return value;
    const Formula condition = comparison();
    if (!accept_word("else")) refuse_token();
    return meaning("where(x0, x1, x2)", std::array{condition, value, expression()});
  }

  Formula comparison() {
    const Formula left = sum();
    const auto is_comparison = [this] {
      return is_sign("<") || is_sign("<=") || is_sign(">") || is_sign(">=") || is_sign("==") ||
             is_sign("!=");
    };
    if (!is_comparison()) return left;
    const std::string_view sign = current().text;
    if (sign == "==" || sign == "!=") refuse_token();
    ++at_;
    const Formula right = sum();
    if (is_comparison()) refuse_here("a chain of comparisons");
    const bool turned = sign.front() == '>';
    return meaning(sign.size() == 1 ? "x0 < x1" : "x0 <= x1",
                   turned ? std::array{right, left} : std::array{left, right});
  }

  Formula sum() {
    Formula value = product();
    while (is_sign("+") || is_sign("-")) {
      const std::string_view sign = tokens_[at_++].text;
      value = binary(sign, value, product());
    }
    return value;
  }

  Formula product() {
    Formula value = unary();
    while (is_sign("*") || is_sign("/")) {
      const std::string_view sign = tokens_[at_++].text;
      value = binary(sign, value, unary());
    }
    return value;
  }

  Formula unary() {
    const Nesting nesting(*this);
    if (accept("+")) return unary();
    if (!accept("-")) return power();
    const Formula value = unary();
    if (value.root().op == Op::Literal) return Formula::literal(-value.root().value);
    return meaning("-x0", std::array{value});
  }

  Formula power() {
    const Formula base = postfix();
    return accept("**") ? binary("**", base, unary()) : base;
  }

  Formula binary(std::string_view sign, const Formula& a, const Formula& b) {
    if (sign == "+") return meaning("x0 + x1", std::array{a, b});
    if (sign == "-") return meaning("x0 - x1", std::array{a, b});
    if (sign == "*") return meaning("x0*x1", std::array{a, b});
    if (sign == "/") return meaning("x0/x1", std::array{a, b});
    const auto exponent =
        b.root().op == Op::Literal ? formula::power_exponent(b.root().value) : std::nullopt;
    if (!exponent) return meaning("pow(x0, x1)", std::array{a, b});
    return meaning(fmt::format("x0^{}", *exponent), std::array{a});
  }

  Formula postfix() {
    Formula value = primary();
    for (;;) {
      if (is_sign("[")) refuse_here("a subscript");
      if (is_sign("(")) refuse_here("a call of what is not a known function");
      if (!accept(".")) return value;
      const std::string_view name = expect_name();
      if (!is_sign("(")) refuse_here(fmt::format("attribute '{}'", name));
      value = call(name, {value});
    }
  }

  Formula primary() {
    if (current().kind == Kind::Number) return number();
    if (current().kind == Kind::Name) return name();
    expect("(");
    Formula value = expression();
    expect(")");
    return value;
  }

  Formula number() {
    const std::string_view text = tokens_[at_].text;
    double value = 0.0;
    const auto [end, error] = fast_float::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
      refuse_here(fmt::format("'{}' is not a finite decimal number", text));
    }
    ++at_;
    return Formula::literal(value);
  }

  Formula name() {
    const bool is_variable = variables_.contains(current().text);
    if (!is_variable && contains(kModules, current().text) && following().text == ".") {
      return member();
    }
    const std::string_view name = expect_name();
    if (!is_variable && is_sign("(")) return call(name, {});
    if (!is_variable && name == "pi") return Formula::literal(std::numbers::pi);
    return variable(name);
  }

  // "np.pi", "torch.nn.functional.gelu(x)"
  Formula member() {
    std::string_view name = expect_name();
    while (accept(".")) {
      if (!contains(kModules, name)) refuse_here(fmt::format("attribute of '{}'", name));
      name = expect_name();
    }
    if (is_sign("(")) return call(name, {});
    if (name == "pi") return Formula::literal(std::numbers::pi);
    if (name == "e") return Formula::literal(std::numbers::e);
    refuse_here(fmt::format("attribute '{}'", name));
  }

  [[nodiscard]] Formula variable(std::string_view name) const {
    const auto found = variables_.find(name);
    if (found == variables_.end()) refuse_here(fmt::format("'{}' is not known", name));
    return found->second;
  }

  Formula call(std::string_view name, std::vector<Formula> arguments) {
    expect("(");
    while (!accept(")")) {
      keyword(name, arguments.size());
      arguments.push_back(expression());
      if (!is_sign(")")) expect(",");
    }
    return called(name, arguments);
  }

  // Bounds may be given by name, in their order: clamp(x, min=-1, max=1).
  void keyword(std::string_view function, std::size_t place) {
    if (following().text != "=") return;
    constexpr std::string_view kLow[] = {"min", "a_min"};
    constexpr std::string_view kHigh[] = {"max", "a_max"};
    const bool has_bounds = function == "clip" || function == "clamp";
    const bool fits = (place == 1 && contains(kLow, current().text)) ||
                      (place == 2 && contains(kHigh, current().text));
    if (!has_bounds || !fits) refuse_here(fmt::format("argument '{}' by name", current().text));
    at_ += 2;
  }

  Formula called(std::string_view name, std::span<const Formula> arguments) {
    if (name == name_) refuse_here("recursion");
    if ((name == "pow" || name == "power") && arguments.size() == 2) {
      return binary("**", arguments[0], arguments[1]);
    }
    bool is_known = false;
    for (const Translation& row : kFunctions) {
      if (row.name != name) continue;
      if (row.arity == arguments.size()) return meaning(row.meaning, arguments);
      is_known = true;
    }
    if (is_known) refuse_here(fmt::format("'{}' of {} argument(s)", name, arguments.size()));
    refuse_here(fmt::format("'{}' is not a known function", name));
  }

  // The text with arguments in the places of its columns; its size is looked at first.
  [[nodiscard]] Formula meaning(std::string_view text, std::span<const Formula> arguments) const {
    const auto parsed = formula::parse(text, formula::Shape::Scalar);
    const auto* const pattern = std::get_if<Formula>(&parsed);
    if (pattern == nullptr) refuse_here(fmt::format("formulas have no '{}'", text));
    std::size_t size = 0;
    for (const Node& node : pattern->nodes()) {
      size += node.op == Op::Column ? arguments[static_cast<std::size_t>(node.index)].size() : 1;
    }
    if (size > limits_.max_nodes) {
      refuse_here(fmt::format("a formula of {} nodes, more than {}", size, limits_.max_nodes));
    }
    return formula::substitute(*pattern, Op::Column, arguments, formula::Shape::Scalar);
  }

  PythonLimits limits_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t nesting_ = 0;
  std::string_view name_;   // of the function
  std::size_t indent_ = 0;  // of its first line
  std::map<std::string_view, Formula> variables_;
};

}  // namespace

PythonResult translate_python(std::string_view text, const PythonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return PythonRefusal{1, fmt::format("{} bytes, more than {}", text.size(), limits.max_bytes)};
  }
  try {
    return Translator(text, limits).run();
  } catch (const PythonRefusal& refusal) {
    return refusal;
  }
}

}  // namespace neuronsmith::search::evolution
