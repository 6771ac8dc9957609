#include "neuronsmith/formula/normal_form.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace neuronsmith::formula {
namespace {

constexpr std::size_t kMaxTerms = 512;
constexpr int kMaxExpandedPower = 16;
constexpr int kMaxExponent = 64;

using Terms = std::vector<NormalTerm>;

template <typename T>
int order(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
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
        if (node.op == Op::PowInt) stack.back() *= node.index;
        if (node.op != Op::PowInt && node.op != Op::Sum) stack.back() = stack.back() != 0 ? 1 : 0;
        break;
      default: {
        const int right = stack.back();
        stack.pop_back();
        const bool product = node.op == Op::Mul;
        stack.back() = product ? stack.back() + right : (stack.back() != 0 || right != 0 ? 1 : 0);
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

/// Orders, adds up terms of equal factors, drops zeros.
Terms collected(Terms terms) {
  std::ranges::stable_sort(terms, [](const auto& a, const auto& b) { return compare_terms(a, b) < 0; });
  Terms result;
  for (NormalTerm& term : terms) {
    if (!result.empty() && compare_terms(result.back(), term) == 0) {
      result.back().coefficient += term.coefficient;
    } else {
      result.push_back(std::move(term));
    }
  }
  std::erase_if(result, [](const NormalTerm& term) { return term.coefficient == 0.0; });
  return result;
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
  return {{.coefficient = 1.0, .factors = {{std::move(base), exponent}}}};
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

std::optional<Terms> expanded_product(const Terms& a, const Terms& b) {
  if (a.size() * b.size() > kMaxTerms) return std::nullopt;
  Terms products;
  products.reserve(a.size() * b.size());
  for (const NormalTerm& left : a) {
    for (const NormalTerm& right : b) products.push_back(product(left, right));
  }
  products = collected(std::move(products));
  return is_tame(products) ? std::optional(std::move(products)) : std::nullopt;
}

std::optional<Terms> expanded_power(const Terms& base, int exponent) {
  Terms result = constant(1.0);
  for (int i = 0; i < exponent; ++i) {
    auto next = expanded_product(result, base);
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

/// Normalises one formula from its leaves up.
class Normaliser {
 public:
  explicit Normaliser(const Formula& formula) : input_shape_(formula.input_shape()) {
    for (const Node& node : formula.nodes()) push(node);
  }

  NormalForm result() && { return {std::move(stack_.back()), input_shape_}; }

 private:
  Formula formula_of(const Terms& terms) const { return to_formula(NormalForm{terms, input_shape_}); }

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
      default: {
        Terms b = pop();
        Terms a = pop();
        stack_.push_back(binary(node.op, a, b));
      }
    }
  }

  Terms leaf(const Node& node) const {
    if (node.op == Op::Literal) {
      return std::isfinite(node.value) ? constant(node.value) : atom(Formula::literal(node.value));
    }
    return atom(Formula::from_nodes({node}, node.op == Op::Input ? input_shape_ : Shape::Scalar));
  }

  Terms unary(const Node& node, Terms& a) const {
    if (node.op == Op::Neg) return scaled(std::move(a), -1.0);
    if (node.op == Op::PowInt) return power(a, node.index);
    if (node.op == Op::Sum) return sum(a);
    if (is_constant(a)) {
      const double value = info(node.op).value(constant_value(a), 0.0);
      if (std::isfinite(value)) return constant(value);
    }
    return atom(Formula::apply(node.op, formula_of(a)));
  }

  Terms binary(Op op, Terms& a, Terms& b) const {
    switch (op) {
      case Op::Add:
        return added(a, b);
      case Op::Sub:
        return added(a, scaled(std::move(b), -1.0));
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

  Terms added(const Terms& a, const Terms& b) const {
    Terms terms = a;
    terms.insert(terms.end(), b.begin(), b.end());
    terms = collected(std::move(terms));
    if (is_tame(terms)) return terms;
    return atom(Formula::apply(Op::Add, formula_of(a), formula_of(b)));
  }

  Terms multiplied(const Terms& a, const Terms& b) const {
    if (auto product_terms = expanded_product(a, b)) return std::move(*product_terms);
    return atom(Formula::apply(Op::Mul, formula_of(a), formula_of(b)));
  }

  Terms power(const Terms& base, int exponent) const {
    if (exponent == 0) return constant(1.0);
    const bool zero_inverted = base.empty() && exponent < 0;
    std::optional<Terms> result;
    if (base.size() == 1) result = power_of_term(base[0], exponent);
    if (base.size() > 1 && exponent > 0 && exponent <= kMaxExpandedPower) {
      result = expanded_power(base, exponent);
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
    return collected(std::move(terms));
  }

  Terms other(Op op, const Terms& a, const Terms& b) const {
    if (is_constant(a) && is_constant(b)) {
      const double value = info(op).value(constant_value(a), constant_value(b));
      if (std::isfinite(value)) return constant(value);
    }
    Formula left = formula_of(a);
    Formula right = formula_of(b);
    if (info(op).commutative && compare(left, right) > 0) std::swap(left, right);
    return atom(Formula::apply(op, left, right));
  }

  Shape input_shape_;
  std::vector<Terms> stack_;
};

Formula factor_formula(const NormalFactor& factor) {
  return factor.exponent == 1 ? factor.base : Formula::power(factor.base, factor.exponent);
}

Formula scaled_monomial(double coefficient, const NormalTerm& term) {
  if (term.factors.empty()) return Formula::literal(coefficient);
  const Formula monomial = to_monomial(term);
  if (coefficient == 1.0) return monomial;
  return Formula::apply(Op::Mul, Formula::literal(coefficient), monomial);
}

}  // namespace

Shape NormalTerm::shape() const {
  const bool vector = std::ranges::any_of(
      factors, [](const NormalFactor& f) { return f.base.shape() == Shape::Vector; });
  return vector ? Shape::Vector : Shape::Scalar;
}

int NormalTerm::degree() const {
  int degree = 0;
  for (const NormalFactor& factor : factors) degree += factor.exponent * degree_of(factor.base);
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
  if (term.factors.empty()) return Formula::literal(1.0);
  Formula result = factor_formula(term.factors[0]);
  for (std::size_t i = 1; i < term.factors.size(); ++i) {
    result = Formula::apply(Op::Mul, result, factor_formula(term.factors[i]));
  }
  return result;
}

Formula to_formula(const NormalTerm& term) {
  return scaled_monomial(term.coefficient, term);
}

Formula to_formula(const NormalForm& form) {
  if (form.terms.empty()) return Formula::literal(0.0);
  Formula result = to_formula(form.terms[0]);
  for (std::size_t i = 1; i < form.terms.size(); ++i) {
    const NormalTerm& term = form.terms[i];
    const bool minus = term.coefficient < 0.0;
    const Formula part = scaled_monomial(std::abs(term.coefficient), term);
    result = Formula::apply(minus ? Op::Sub : Op::Add, result, part);
  }
  return result;
}

Formula simplify(const Formula& formula) { return to_formula(normalise(formula)); }

std::uint64_t canonical_hash(const Formula& formula) { return simplify(formula).hash(); }

}  // namespace neuronsmith::formula
