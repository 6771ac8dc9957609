#include "neuronsmith/formula/parse.hpp"

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::formula {
namespace {

constexpr int kMaxNesting = 200;
constexpr std::size_t kMaxNodes = 100'000;
constexpr int kMaxIndex = 1'000'000;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Recursive descent over the text; a mistake is thrown as a ParseDiagnosis and caught by parse().
class Parser {
 public:
  Parser(std::string_view text, Shape input_shape) : text_(text), input_shape_(input_shape) {
    gplearn_ = looks_like_gplearn();
  }

  Formula run() {
    Formula formula = sum();
    skip_spaces();
    if (at_ < text_.size()) fail(fmt::format("unexpected '{}'", text_[at_]));
    return formula;
  }

 private:
  [[noreturn]] void fail(std::string message) const { fail_at(at_, std::move(message)); }
  [[noreturn]] static void fail_at(std::size_t position, std::string message) {
    throw ParseDiagnosis{position, std::move(message)};
  }

  bool looks_like_gplearn() const {
    std::size_t i = 0;
    while (i < text_.size()) {
      if (!is_letter(text_[i])) {
        ++i;
        continue;
      }
      const std::size_t start = i;
      while (i < text_.size() && (is_letter(text_[i]) || is_digit(text_[i]))) ++i;
      const std::string_view word = text_.substr(start, i - start);
      for (const char* name : {"add", "sub", "mul", "div", "inv", "sig"}) {
        if (word == name) return true;
      }
      if (word.size() > 1 && word[0] == 'X' && is_digit(word[1])) return true;
    }
    return false;
  }

  void skip_spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  bool accept(std::string_view token) {
    skip_spaces();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }

  void expect(char token) {
    if (accept({&token, 1})) return;
    fail(at_ < text_.size() ? fmt::format("expected '{}', found '{}'", token, text_[at_])
                            : fmt::format("expected '{}', found the end", token));
  }

  Formula joined(Op op, const Formula& a, const Formula& b) const {
    if (a.size() + b.size() > kMaxNodes) fail("the formula is too long");
    return Formula::apply(op, a, b);
  }

  Formula sum() {
    Formula left = product();
    for (;;) {
      if (accept("+")) {
        left = joined(Op::Add, left, product());
      } else if (accept("-")) {
        left = joined(Op::Sub, left, product());
      } else {
        return left;
      }
    }
  }

  Formula product() {
    Formula left = sign();
    for (;;) {
      skip_spaces();
      if (text_.substr(at_, 2) == "**") return left;
      if (accept("*")) {
        left = joined(Op::Mul, left, sign());
      } else if (accept("/")) {
        left = joined(Op::Div, left, sign());
      } else {
        return left;
      }
    }
  }

  Formula sign() {
    const Nesting nesting(*this);
    if (accept("+")) return sign();
    if (!accept("-")) return power();
    skip_spaces();
    const bool number = at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.');
    const Formula operand = sign();
    if (number && operand.size() == 1) return Formula::literal(-operand.root().value);
    return Formula::apply(Op::Neg, operand);
  }

  Formula power() {
    const Formula base = primary();
    if (!accept("^") && !accept("**")) return base;
    const Formula exponent = sign();  // right-associative: sign() reads a further power
    if (const auto k = small_integer(exponent)) return Formula::power(base, *k);
    return joined(Op::Pow, base, exponent);
  }

  static std::optional<int> small_integer(const Formula& formula) {
    if (formula.size() != 1 || formula.root().op != Op::Literal) return std::nullopt;
    const double value = formula.root().value;
    if (std::trunc(value) != value || std::abs(value) > 64.0) return std::nullopt;
    return static_cast<int>(value);
  }

  Formula primary() {
    skip_spaces();
    if (at_ >= text_.size()) fail("expected a value, found the end");
    if (accept("(")) {
      Formula inside = sum();
      expect(')');
      return inside;
    }
    if (is_digit(text_[at_]) || text_[at_] == '.') return number();
    if (is_letter(text_[at_])) return word();
    fail(fmt::format("expected a value, found '{}'", text_[at_]));
  }

  Formula number() {
    double value = 0.0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = fast_float::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || !std::isfinite(value)) fail("not a finite number");
    at_ += static_cast<std::size_t>(end - begin);
    return Formula::literal(value);
  }

  Formula word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    skip_spaces();
    if (at_ < text_.size() && text_[at_] == '(') return call(name, start);
    return leaf(name, start);
  }

  Formula leaf(std::string_view name, std::size_t start) const {
    if (name == "x") return Formula::input(input_shape_);
    if (name == "pi") return Formula::literal(std::numbers::pi);
    if (const auto index = index_of(name)) {
      switch (name[0]) {
        case 'x':
        case 'X':
          return Formula::column(*index);
        case 'p':
          return Formula::parameter(*index);
        case 'w':
          if (input_shape_ == Shape::Vector) return Formula::weight(*index);
          fail_at(start, fmt::format("{} is a weight vector, and here x is a scalar", name));
        default:
          break;
      }
    }
    fail_at(start, fmt::format("unknown name '{}'; known are x, x0, p0, w0, pi and functions", name));
  }

  static std::optional<int> index_of(std::string_view name) {
    int index = 0;
    const char* const end = name.data() + name.size();
    const auto result = std::from_chars(name.data() + 1, end, index);
    if (name.size() < 2 || result.ec != std::errc{} || result.ptr != end) return std::nullopt;
    if (index < 0 || index > kMaxIndex) return std::nullopt;
    return index;
  }

  Formula call(std::string_view name, std::size_t start) {
    const Nesting nesting(*this);
    expect('(');
    std::vector<Formula> arguments{sum()};
    while (accept(",")) arguments.push_back(sum());
    expect(')');
    return applied(operator_named(name, arguments.size(), start), arguments, start);
  }

  Op operator_named(std::string_view name, std::size_t arity, std::size_t start) const {
    const int n = static_cast<int>(arity);
    if (name == "pow" && n == 2) return Op::Pow;  // how a power with an integer literal is kept Pow
    if (gplearn_) {
      if (const auto op = find_gplearn_operator(name, n)) return *op;
    }
    if (const auto op = find_operator(name, n)) {
      if (info(*op).notation == Notation::Function) return *op;
    }
    for (int other = 1; other <= 2; ++other) {
      const auto op = gplearn_ && find_gplearn_operator(name, other)
                          ? find_gplearn_operator(name, other)
                          : find_operator(name, other);
      if (op) fail_at(start, fmt::format("{} takes {} argument(s), not {}", name, other, arity));
    }
    fail_at(start, fmt::format("unknown function '{}'; known are {}", name, function_names()));
  }

  static std::string function_names() {
    std::string names;
    for (const OperatorInfo& row : operators()) {
      if (row.notation != Notation::Function) continue;
      names += fmt::format("{}{}", names.empty() ? "" : ", ", row.name);
    }
    return names;
  }

  Formula applied(Op op, const std::vector<Formula>& arguments, std::size_t start) const {
    if (info(op).kind == OpKind::Reduction && input_shape_ == Shape::Scalar) {
      fail_at(start, fmt::format("{} needs a vector, and here x is a scalar", info(op).name));
    }
    return arguments.size() == 1 ? Formula::apply(op, arguments[0])
                                 : joined(op, arguments[0], arguments[1]);
  }

  /// Counts how deep the recursion is, so that no text can exhaust the stack.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > kMaxNesting) parser_.fail("the formula is nested too deeply");
    }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --parser_.nesting_; }

   private:
    Parser& parser_;
  };

  std::string_view text_;
  Shape input_shape_;
  bool gplearn_ = false;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

std::string ParseDiagnosis::text() const {
  return fmt::format("column {}: {}", position + 1, message);
}

ParseResult parse(std::string_view text, Shape input_shape) {
  try {
    return Parser(text, input_shape).run();
  } catch (const ParseDiagnosis& diagnosis) {
    return diagnosis;
  }
}

Formula parse_or_throw(std::string_view text, Shape input_shape, const std::string& source) {
  ParseResult result = parse(text, input_shape);
  if (const auto* diagnosis = std::get_if<ParseDiagnosis>(&result)) {
    throw ParseError(fmt::format("{}: {} in \"{}\"", source, diagnosis->text(), text));
  }
  return std::get<Formula>(std::move(result));
}

}  // namespace neuronsmith::formula
