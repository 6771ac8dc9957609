#include "neuronsmith/formula/normal_form.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>

namespace neuronsmith::formula {
namespace {

constexpr std::size_t kMaxTerms = 512;
constexpr int kMaxExpandedPower = 16;
constexpr int kMaxExponent = 64;
/// Nodes that all products of one formula may be expanded to.
constexpr std::size_t kMaxExpandedNodes = 50'000;
/// Degrees are only compared, and towers of powers would pass the range of int.
constexpr std::int64_t kMaxDegree = 1'000'000;

using Terms = std::vector<NormalTerm>;

template <typename T>
int order(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

int as_degree(std::int64_t degree) {
  return static_cast<int>(std::clamp(degree, -kMaxDegree, kMaxDegree));
}

/// Degree in x of a product of powers, also below a sum over coordinates; any other function of x
/// counts as one, what does not hold x as none.
int degree_of(const Formula& base) {
  std::vector<int> stack;
  for (const Node& node : base.nodes()) {
    switch (info(node.op).arity) {
      case 0:
        stack.push_back(node.op == Op::Input || node.op == Op::Column ? 1 : 0);
        break;
      case 1:
        if (node.op == Op::PowInt) {
          stack.back() = as_degree(std::int64_t{stack.back()} * node.index);
        }
        if (node.op != Op::PowInt && node.op != Op::Sum) stack.back() = stack.back() != 0 ? 1 : 0;
        break;
      default: {
        const auto first = stack.end() - info(node.op).arity;
        const int degree =
            node.op == Op::Mul
                ? as_degree(std::int64_t{first[0]} + first[1])
                : static_cast<int>(std::any_of(first, stack.end(), [](int d) { return d != 0; }));
        stack.erase(first + 1, stack.end());
        stack.back() = degree;
      }
    }
  }
  return stack.back();
}

int compare_nodes(const Node& a, const Node& b) {
  if (const int c = order(a.op, b.op)) return c;
  if (const int c = order(a.index, b.index)) return c;
  return order(a.value, b.value);
}

int compare_factors(const NormalTerm& a, const NormalTerm& b) {
  const std::size_t n = std::min(a.factors.size(), b.factors.size());
  for (std::size_t i = 0; i < n; ++i) {
    if (const int c = compare(a.factors[i].base, b.factors[i].base)) return c;
    if (const int c = order(b.factors[i].exponent, a.factors[i].exponent)) return c;
  }
  return order(a.factors.size(), b.factors.size());
}

int compare_terms(const NormalTerm& a, const NormalTerm& b) {
  if (const int c = order(b.degree(), a.degree())) return c;
  if (const int c = order(a.factors.empty(), b.factors.empty())) return c;
  return compare_factors(a, b);
}

bool comes_before(const NormalTerm& a, const NormalTerm& b) { return compare_terms(a, b) < 0; }

void drop_zeros(Terms& terms) {
  std::erase_if(terms, [](const NormalTerm& term) { return term.coefficient == 0.0; });
}

/// Orders, adds up terms of equal factors, drops zeros.
Terms collected(Terms terms) {
  std::ranges::stable_sort(terms, comes_before);
  Terms result;
  for (NormalTerm& term : terms) {
    if (!result.empty() && compare_terms(result.back(), term) == 0) {
      result.back().coefficient += term.coefficient;
    } else {
      result.push_back(std::move(term));
    }
  }
  drop_zeros(result);
  return result;
}

/// Where `term` stands among ordered terms, or belongs.
Terms::iterator place_of(Terms& terms, const NormalTerm& term) {
  return std::ranges::lower_bound(terms, term, comes_before);
}

bool stands_at(Terms& terms, Terms::iterator place, const NormalTerm& term) {
  return place != terms.end() && compare_terms(*place, term) == 0;
}

/// The sum of ordered terms, in time that grows with the smaller list: sums are long chains.
Terms merged(Terms a, Terms b) {
  if (a.size() < b.size()) std::swap(a, b);
  for (NormalTerm& term : b) {
    const auto place = place_of(a, term);
    if (stands_at(a, place, term)) {
      place->coefficient += term.coefficient;
    } else {
      a.insert(place, std::move(term));
    }
  }
  drop_zeros(a);
  return a;
}

bool overflows(Terms& a, const Terms& b) {
  return std::ranges::any_of(b, [&a](const NormalTerm& term) {
    const auto place = place_of(a, term);
    return stands_at(a, place, term) && !std::isfinite(place->coefficient + term.coefficient);
  });
}

std::size_t count_nodes(const Terms& terms) {
  std::size_t n = 0;
  for (const NormalTerm& term : terms) {
    n += 2;
    for (const NormalFactor& factor : term.factors) n += 2 + factor.base.size();
  }
  return n;
}

bool is_tame(const Terms& terms) {
  return std::ranges::all_of(terms, [](const NormalTerm& term) {
    return std::isfinite(term.coefficient) &&
           std::ranges::all_of(term.factors, [](const NormalFactor& factor) {
             return std::abs(factor.exponent) <= kMaxExponent;
           });
  });
}

bool is_constant(const Terms& terms) {
  return terms.empty() || (terms.size() == 1 && terms[0].factors.empty());
}

double constant_value(const Terms& terms) { return terms.empty() ? 0.0 : terms[0].coefficient; }

Terms constant(double value) {
  return value == 0.0 ? Terms{} : Terms{{.coefficient = value, .factors = {}}};
}

Terms atom(Formula base, int exponent = 1) {
  Terms terms(1);  // filled in place: an initializer list would copy the base
  terms[0].coefficient = 1.0;
  terms[0].factors.push_back({std::move(base), exponent});
  return terms;
}

NormalTerm product(const NormalTerm& a, const NormalTerm& b) {
  NormalTerm result{a.coefficient * b.coefficient, {}};
  auto left = a.factors.begin();
  auto right = b.factors.begin();
  while (left != a.factors.end() || right != b.factors.end()) {
    const int c = left == a.factors.end()    ? 1
                  : right == b.factors.end() ? -1
                                             : compare(left->base, right->base);
    if (c < 0) {
      result.factors.push_back(*left++);
    } else if (c > 0) {
      result.factors.push_back(*right++);
    } else {
      if (const int exponent = left->exponent + right->exponent) {
        result.factors.push_back({left->base, exponent});
      }
      ++left;
      ++right;
    }
  }
  return result;
}

/// What is left to expand to; a product of products of products would otherwise fill the memory.
class Budget {
 public:
  /// Takes what the product needs. False, and nothing happens, when that is too much.
  [[nodiscard]] bool take(const Terms& a, const Terms& b) {
    const std::size_t n = a.size() * count_nodes(b) + b.size() * count_nodes(a);
    if (a.size() * b.size() > kMaxTerms || n > left_) return false;
    left_ -= n;
    return true;
  }

 private:
  std::size_t left_ = kMaxExpandedNodes;
};

std::optional<Terms> expanded_product(const Terms& a, const Terms& b, Budget& budget) {
  if (!budget.take(a, b)) return std::nullopt;
  Terms products;
  products.reserve(a.size() * b.size());
  for (const NormalTerm& left : a) {
    for (const NormalTerm& right : b) products.push_back(product(left, right));
  }
  products = collected(std::move(products));
  return is_tame(products) ? std::optional(std::move(products)) : std::nullopt;
}

std::optional<Terms> expanded_power(const Terms& base, int exponent, Budget& budget) {
  Terms result = constant(1.0);
  for (int i = 0; i < exponent; ++i) {
    auto next = expanded_product(result, base, budget);
    if (!next) return std::nullopt;
    result = std::move(*next);
  }
  return result;
}

std::optional<Terms> power_of_term(const NormalTerm& term, int exponent) {
  NormalTerm result{std::pow(term.coefficient, exponent), term.factors};
  for (NormalFactor& factor : result.factors) factor.exponent *= exponent;
  Terms terms{std::move(result)};
  return is_tame(terms) ? std::optional(std::move(terms)) : std::nullopt;
}

/// Splits a term into what does not depend on the coordinate and what is summed over.
std::pair<NormalTerm, NormalTerm> split_by_shape(const NormalTerm& term) {
  NormalTerm scalar{term.coefficient, {}};
  NormalTerm vector{1.0, {}};
  for (const NormalFactor& factor : term.factors) {
    (factor.base.shape() == Shape::Vector ? vector : scalar).factors.push_back(factor);
  }
  return {std::move(scalar), std::move(vector)};
}

NormalTerm summed(const NormalTerm& term) {
  const auto [scalar, vector] = split_by_shape(term);
  const Formula inside = to_monomial(vector);
  return product(scalar, {1.0, {{Formula::apply(Op::Sum, inside), 1}}});
}

/// Puts formulas together in one array, so that long ones do not take quadratic time.
class Writer {
 public:
  void sum(std::span<const NormalTerm> terms) {
    if (terms.empty()) return literal(0.0);
    scaled(terms[0].coefficient, terms[0]);
    for (const NormalTerm& term : terms.subspan(1)) {
      scaled(std::abs(term.coefficient), term);
      nodes_.push_back({.op = term.coefficient < 0.0 ? Op::Sub : Op::Add});
    }
  }

  void scaled(double coefficient, const NormalTerm& term) {
    if (term.factors.empty()) return literal(coefficient);
    const bool has_coefficient = coefficient != 1.0;
    if (has_coefficient) literal(coefficient);
    monomial(term);
    if (has_coefficient) nodes_.push_back({.op = Op::Mul});
  }

  void monomial(const NormalTerm& term) {
    if (term.factors.empty()) return literal(1.0);
    factor(term.factors[0]);
    for (const NormalFactor& next : std::span(term.factors).subspan(1)) {
      factor(next);
      nodes_.push_back({.op = Op::Mul});
    }
  }

  Formula result() && { return Formula::from_nodes(std::move(nodes_), input_shape_); }

 private:
  void literal(double value) { nodes_.push_back({.op = Op::Literal, .value = value}); }

  void factor(const NormalFactor& factor) {
    const auto nodes = factor.base.nodes();
    nodes_.insert(nodes_.end(), nodes.begin(), nodes.end());
    if (factor.base.input_shape() == Shape::Vector) input_shape_ = Shape::Vector;
    if (factor.exponent != 1) nodes_.push_back({.op = Op::PowInt, .index = factor.exponent});
  }

  std::vector<Node> nodes_;
  Shape input_shape_ = Shape::Scalar;
};

/// Normalises one formula from its leaves up.
class Normaliser {
 public:
  explicit Normaliser(const Formula& formula) : input_shape_(formula.input_shape()) {
    for (const Node& node : formula.nodes()) push(node);
  }

  NormalForm result() && { return {std::move(stack_.back()), input_shape_}; }

 private:
  static Formula formula_of(const Terms& terms) {
    Writer writer;
    writer.sum(terms);
    return std::move(writer).result();
  }

  Terms pop() {
    Terms top = std::move(stack_.back());
    stack_.pop_back();
    return top;
  }

  void push(const Node& node) {
    switch (info(node.op).arity) {
      case 0:
        stack_.push_back(leaf(node));
        break;
      case 1: {
        Terms a = pop();
        stack_.push_back(unary(node, a));
        break;
      }
      case 2: {
        Terms b = pop();
        Terms a = pop();
        stack_.push_back(binary(node.op, a, b));
        break;
      }
      default: {
        Terms b = pop();
        Terms a = pop();
        Terms condition = pop();
        stack_.push_back(where(condition, a, b));
      }
    }
  }

  Terms leaf(const Node& node) const {
    if (node.op == Op::Literal) {
      return std::isfinite(node.value) ? constant(node.value) : atom(Formula::literal(node.value));
    }
    return atom(Formula::from_nodes({node}, node.op == Op::Input ? input_shape_ : Shape::Scalar));
  }

  Terms unary(const Node& node, Terms& a) {
    if (node.op == Op::Neg) return scaled(std::move(a), -1.0);
    if (node.op == Op::PowInt) return power(a, node.index);
    if (node.op == Op::Sum) return sum(a);
    if (is_constant(a)) {
      const double value = info(node.op).value({constant_value(a)});
      if (std::isfinite(value)) return constant(value);
    }
    return atom(Formula::apply(node.op, formula_of(a)));
  }

  Terms binary(Op op, Terms& a, Terms& b) {
    switch (op) {
      case Op::Add:
        return added(std::move(a), std::move(b));
      case Op::Sub:
        return added(std::move(a), scaled(std::move(b), -1.0));
      case Op::Mul:
        return multiplied(a, b);
      case Op::Div:
        return multiplied(a, power(b, -1));
      case Op::Dot:
        return sum(multiplied(a, b));
      default:
        return other(op, a, b);
    }
  }

  static Terms scaled(Terms terms, double factor) {
    for (NormalTerm& term : terms) term.coefficient *= factor;
    return terms;
  }

  Terms added(Terms a, Terms b) const {
    if (!overflows(a, b)) return merged(std::move(a), std::move(b));
    return atom(Formula::apply(Op::Add, formula_of(a), formula_of(b)));
  }

  Terms multiplied(const Terms& a, const Terms& b) {
    if (auto product_terms = expanded_product(a, b, budget_)) return std::move(*product_terms);
    return atom(Formula::apply(Op::Mul, formula_of(a), formula_of(b)));
  }

  Terms power(const Terms& base, int exponent) {
    if (exponent == 0) return constant(1.0);
    const bool zero_inverted = base.empty() && exponent < 0;
    std::optional<Terms> result;
    if (base.size() == 1) result = power_of_term(base[0], exponent);
    if (base.size() > 1 && exponent > 0 && exponent <= kMaxExpandedPower) {
      result = expanded_power(base, exponent, budget_);
    }
    if (base.empty() && !zero_inverted) return {};
    if (result) return std::move(*result);
    if (zero_inverted || base.size() == 1) {
      return atom(Formula::power(formula_of(base), exponent));
    }
    return atom(formula_of(base), exponent);
  }

  Terms sum(const Terms& a) const {
    Terms terms;
    for (const NormalTerm& term : a) terms.push_back(summed(term));
    terms = collected(std::move(terms));
    return is_tame(terms) ? terms : atom(Formula::apply(Op::Sum, formula_of(a)));
  }

  Terms other(Op op, const Terms& a, const Terms& b) const {
    if (is_constant(a) && is_constant(b)) {
      const double value = info(op).value({constant_value(a), constant_value(b)});
      if (std::isfinite(value)) return constant(value);
    }
    Formula left = formula_of(a);
    Formula right = formula_of(b);
    if (op == Op::ProtectedDiv && left == right) return constant(1.0);
    if (info(op).commutative && compare(left, right) > 0) std::swap(left, right);
    return atom(Formula::apply(op, left, right));
  }

  static Terms where(const Terms& condition, Terms& a, Terms& b) {
    if (is_constant(condition)) return std::move(constant_value(condition) != 0.0 ? a : b);
    return atom(Formula::apply(Op::Where, formula_of(condition), formula_of(a), formula_of(b)));
  }

  Shape input_shape_;
  Budget budget_;
  std::vector<Terms> stack_;
};

}  // namespace

Shape NormalTerm::shape() const {
  const bool vector = std::ranges::any_of(
      factors, [](const NormalFactor& f) { return f.base.shape() == Shape::Vector; });
  return vector ? Shape::Vector : Shape::Scalar;
}

int NormalTerm::degree() const {
  int degree = 0;
  for (const NormalFactor& factor : factors) {
    degree = as_degree(degree + std::int64_t{factor.exponent} * degree_of(factor.base));
  }
  return degree;
}

int compare(const Formula& a, const Formula& b) {
  if (const int c = order(a.size(), b.size())) return c;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (const int c = compare_nodes(a.nodes()[i], b.nodes()[i])) return c;
  }
  return 0;
}

NormalForm normalise(const Formula& formula) { return Normaliser(formula).result(); }

NormalForm reduce(const Formula& formula) {
  NormalForm form = normalise(formula);
  for (NormalTerm& term : form.terms) {
    if (term.shape() == Shape::Vector) term = summed(term);
  }
  form.terms = collected(std::move(form.terms));
  return form;
}

Formula to_monomial(const NormalTerm& term) {
  Writer writer;
  writer.monomial(term);
  return std::move(writer).result();
}

Formula to_formula(const NormalTerm& term) {
  Writer writer;
  writer.scaled(term.coefficient, term);
  return std::move(writer).result();
}

Formula to_formula(const NormalForm& form) {
  Writer writer;
  writer.sum(form.terms);
  return std::move(writer).result();
}

Formula simplify(const Formula& formula) { return to_formula(normalise(formula)); }

std::uint64_t canonical_hash(const Formula& formula) { return simplify(formula).hash(); }

}  // namespace neuronsmith::formula
