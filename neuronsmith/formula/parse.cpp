#include "neuronsmith/formula/parse.hpp"

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>
#include <vector>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::formula {
namespace {

constexpr int kMaxNesting = 200;
constexpr int kMaxIndex = 1'000'000;
constexpr double kMaxPowerExponent = 64.0;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Recursive descent over the text; a mistake is thrown as a ParseDiagnosis and caught by parse().
/// Each rule appends its nodes to the postfix array, so that time grows with the text and no
/// faster.
class Parser {
 public:
  Parser(std::string_view text, Shape input_shape) : text_(text), input_shape_(input_shape) {
    gplearn_ = looks_like_gplearn();
  }

  Formula run() {
    comparison();
    skip_spaces();
    if (at_ < text_.size()) fail(fmt::format("unexpected '{}'", text_[at_]));
    return Formula::from_nodes(std::move(nodes_), has_x_ ? input_shape_ : Shape::Scalar);
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

  void append(const Node& node) {
    if (nodes_.size() == kMaxNodes) fail("the formula is too long");
    nodes_.push_back(node);
  }

  void literal(double value) { append({.op = Op::Literal, .value = value}); }

  /// The number that everything from `first` on consists of; nullptr when that is not one literal.
  Node* only_literal(std::size_t first) {
    const bool one = nodes_.size() == first + 1 && nodes_.back().op == Op::Literal;
    return one ? &nodes_.back() : nullptr;
  }

  struct Comparison {
    Op op;
    bool is_swapped;  ///< a > b is b < a
  };

  std::optional<Comparison> accept_comparison() {
    if (accept("<=")) return Comparison{Op::LessEqual, false};
    if (accept("<")) return Comparison{Op::Less, false};
    if (accept(">=")) return Comparison{Op::LessEqual, true};
    if (accept(">")) return Comparison{Op::Less, true};
    return std::nullopt;
  }

  void comparison() {
    const auto first = static_cast<std::ptrdiff_t>(nodes_.size());
    sum();
    const auto found = accept_comparison();
    if (!found) return;
    const auto second = static_cast<std::ptrdiff_t>(nodes_.size());
    sum();
    const auto begin = nodes_.begin();
    if (found->is_swapped) std::rotate(begin + first, begin + second, nodes_.end());
    append({.op = found->op});
    skip_spaces();
    const std::size_t next = at_;
    if (accept_comparison()) {
      fail_at(next, "comparisons do not chain: a < b < c is written (a < b)*(b < c)");
    }
  }

  void sum() {
    product();
    for (;;) {
      if (accept("+")) {
        product();
        append({.op = Op::Add});
      } else if (accept("-")) {
        product();
        append({.op = Op::Sub});
      } else {
        return;
      }
    }
  }

  void product() {
    sign();
    for (;;) {
      skip_spaces();
      if (text_.substr(at_, 2) == "**") return;
      if (accept("*")) {
        sign();
        append({.op = Op::Mul});
      } else if (accept("/")) {
        sign();
        append({.op = Op::Div});
      } else {
        return;
      }
    }
  }

  void sign() {
    const Nesting nesting(*this);
    if (accept("+")) return sign();
    if (!accept("-")) return power();
    skip_spaces();
    const bool in_parentheses = at_ < text_.size() && text_[at_] == '(';
    const std::size_t first = nodes_.size();
    sign();
    Node* const number = in_parentheses ? nullptr : only_literal(first);
    if (number != nullptr) {
      number->value = -number->value;
    } else {
      append({.op = Op::Neg});
    }
  }

  void power() {
    primary();
    if (!accept("^") && !accept("**")) return;
    const std::size_t first = nodes_.size();
    sign();  // right-associative: sign() reads a further power
    const Node* const number = only_literal(first);
    const auto k = number != nullptr ? power_exponent(number->value) : std::nullopt;
    if (!k) return append({.op = Op::Pow});
    nodes_.back() = {.op = Op::PowInt, .index = *k};
  }

  void primary() {
    skip_spaces();
    if (at_ >= text_.size()) fail("expected a value, found the end");
    if (accept("(")) {
      comparison();
      return expect(')');
    }
    if (is_digit(text_[at_]) || text_[at_] == '.') return number();
    if (is_letter(text_[at_])) return word();
    fail(fmt::format("expected a value, found '{}'", text_[at_]));
  }

  void number() {
    double value = 0.0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = fast_float::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || !std::isfinite(value)) fail("not a finite number");
    at_ += static_cast<std::size_t>(end - begin);
    literal(value);
  }

  void word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    skip_spaces();
    if (at_ < text_.size() && text_[at_] == '(') return call(name, start);
    leaf(name, start);
  }

  void leaf(std::string_view name, std::size_t start) {
    if (name == "x") return input();
    if (name == "pi") return literal(std::numbers::pi);
    if (const auto index = index_of(name)) {
      switch (name[0]) {
        case 'x':
        case 'X':
          return append({.op = Op::Column, .index = *index});
        case 'p':
          return append({.op = Op::Parameter, .index = *index});
        case 'w':
          return weight(name, *index, start);
        default:
          break;
      }
    }
    fail_at(start,
            fmt::format("unknown name '{}'; known are x, x0, p0, w0, pi and functions", name));
  }

  void input() {
    has_x_ = true;
    append({.op = Op::Input});
  }

  void weight(std::string_view name, int index, std::size_t start) {
    if (input_shape_ == Shape::Scalar) {
      fail_at(start, fmt::format("{} is a weight vector, and here x is a scalar", name));
    }
    has_x_ = true;
    append({.op = Op::Weight, .index = index});
  }

  static std::optional<int> index_of(std::string_view name) {
    int index = 0;
    const char* const end = name.data() + name.size();
    const auto result = std::from_chars(name.data() + 1, end, index);
    if (name.size() < 2 || result.ec != std::errc{} || result.ptr != end) return std::nullopt;
    if (index < 0 || index > kMaxIndex) return std::nullopt;
    return index;
  }

  void call(std::string_view name, std::size_t start) {
    const Nesting nesting(*this);
    expect('(');
    const std::size_t first = nodes_.size();
    std::size_t arity = 1;
    comparison();
    for (; accept(","); ++arity) comparison();
    expect(')');
    const Op op = operator_named(name, arity, start);
    if (info(op).kind == OpKind::Reduction && input_shape_ == Shape::Scalar) {
      fail_at(start, fmt::format("{} needs a vector, and here x is a scalar", info(op).name));
    }
    if (info(op).kind == OpKind::BatchStatistic) check_batch_statistic(op, first, start);
    append({.op = op});
  }

  void check_batch_statistic(Op op, std::size_t first, std::size_t start) const {
    if (input_shape_ == Shape::Vector) {
      fail_at(start,
              fmt::format("{} needs the batches of an activation, and here x is a vector",
                          info(op).name));
    }
    if (nodes_.size() == first + 1 && nodes_.back().op == Op::Input) return;
    fail_at(start, fmt::format("the argument of {0} must be x itself: {0}(x)", info(op).name));
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
    for (int other = 1; other <= kMaxArity; ++other) {
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
  std::vector<Node> nodes_;
  bool has_x_ = false;  ///< or a weight vector, which has its shape
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

std::optional<int> power_exponent(double value) {
  if (std::trunc(value) != value || std::abs(value) > kMaxPowerExponent) return std::nullopt;
  return static_cast<int>(value);
}

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
