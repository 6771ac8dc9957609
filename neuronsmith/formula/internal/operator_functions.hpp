// What each operator computes of vectors, value and derivative, compiled once for every target: no
// #pragma once, but a guard that Highway toggles. The loops over rows are in kernels.cpp.
#if defined(NEURONSMITH_FORMULA_INTERNAL_OPERATOR_FUNCTIONS_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef NEURONSMITH_FORMULA_INTERNAL_OPERATOR_FUNCTIONS_HPP_
#undef NEURONSMITH_FORMULA_INTERNAL_OPERATOR_FUNCTIONS_HPP_
#else
#define NEURONSMITH_FORMULA_INTERNAL_OPERATOR_FUNCTIONS_HPP_
#endif

#include "neuronsmith/formula/internal/kernels.hpp"
#include "neuronsmith/formula/internal/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace neuronsmith::formula::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr float kProtected = 1e-3F;  // |a| < 1e-3 and |a| <= 1e-3 are this bound's Lt in float32

using FullTag = hn::CappedTag<float, kBlockRows>;
using WideTag = hn::CappedTag<double, kBlockRows / 2>;
using NarrowTag = hn::Rebind<float, WideTag>;  // as many lanes as float64 vectors have

// What an operator computes: value() and its partial derivatives, on one vector.
struct Elementwise {
  using Tag = FullTag;
};

/// An operator's value and derivative at once, the value the same as value() gives.
template <class V>
struct Joint {
  V value;
  V slope;
};

template <Op op>
struct Function;  // a missing operator fails to compile

template <>
struct Function<Op::Neg> : Elementwise {
  static constexpr Reads kReads{};
  template <class D, class V>
  static HWY_INLINE V value(D, V a) {
    return hn::Neg(a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V, V) {
    return hn::Set(d, -1.0F);
  }
};

template <>
struct Function<Op::Abs> : Elementwise {
  static constexpr Reads kReads{.a = true};
  template <class D, class V>
  static HWY_INLINE V value(D, V a) {
    return hn::Abs(a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V) {
    return sign(d, a);
  }
};

template <>
struct Function<Op::Sign> : Elementwise {
  static constexpr Reads kReads{.is_flat = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return sign(d, a);
  }
};

template <>
struct Function<Op::Sqrt> : Elementwise {
  static constexpr Reads kReads{.value = true};
  template <class D, class V>
  static HWY_INLINE V value(D, V a) {
    return hn::Sqrt(a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V, V y) {
    return hn::Div(hn::Set(d, 0.5F), y);
  }
};

template <>
struct Function<Op::ProtectedSqrt> : Elementwise {
  static constexpr Reads kReads{.a = true, .value = true};
  template <class D, class V>
  static HWY_INLINE V value(D, V a) {
    return hn::Sqrt(hn::Abs(a));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V y) {
    const V half = hn::CopySign(hn::Set(d, 0.5F), a);
    return hn::IfThenZeroElse(hn::Eq(a, hn::Zero(d)), hn::Div(half, y));
  }
};

template <>
struct Function<Op::Log> : Elementwise {
  static constexpr Reads kReads{.a = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return log(d, a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V) {
    return hn::Div(hn::Set(d, 1.0F), a);
  }
};

template <class D, class V>
HWY_INLINE auto is_protected(D d, V a) {
  return hn::Lt(hn::Abs(a), hn::Set(d, kProtected));
}

template <>
struct Function<Op::ProtectedLog> : Elementwise {
  static constexpr Reads kReads{.a = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return hn::IfThenZeroElse(is_protected(d, a), log(d, hn::Abs(a)));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V) {
    return hn::IfThenZeroElse(is_protected(d, a), hn::Div(hn::Set(d, 1.0F), a));
  }
};

template <>
struct Function<Op::ProtectedInv> : Elementwise {
  static constexpr Reads kReads{.value = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return hn::IfThenZeroElse(is_protected(d, a), hn::Div(hn::Set(d, 1.0F), a));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D, V, V y) {
    return hn::Neg(hn::Mul(y, y));  // 0 where protected, as y is
  }
};

template <>
struct Function<Op::Exp> : Elementwise {
  static constexpr Reads kReads{.value = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return exp(d, a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D, V, V y) {
    return y;
  }
};

template <>
struct Function<Op::Sin> : Elementwise {
  static constexpr Reads kReads{.a = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return sin(d, a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V) {
    return cos(d, a);
  }
};

template <>
struct Function<Op::Cos> : Elementwise {
  static constexpr Reads kReads{.a = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return cos(d, a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V) {
    return hn::Neg(sin(d, a));
  }
};

template <>
struct Function<Op::Tan> : Elementwise {
  static constexpr Reads kReads{.value = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return tan(d, a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V, V y) {
    return hn::MulAdd(y, y, hn::Set(d, 1.0F));
  }
};

template <>
struct Function<Op::Tanh> : Elementwise {
  static constexpr Reads kReads{.value = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return tanh(d, a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V, V y) {
    return hn::NegMulAdd(y, y, hn::Set(d, 1.0F));
  }
};

/// exp(-|a|)
template <class D, class V>
HWY_INLINE V exp_of_distance(D d, V a) {
  return exp_below(d, hn::Neg(hn::Abs(a)));
}

template <>
struct Function<Op::Sigmoid> : Elementwise {
  static constexpr Reads kReads{.value = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return sigmoid(d, a, exp_of_distance(d, a));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D, V, V y) {
    return hn::NegMulAdd(y, y, y);
  }
};

template <>
struct Function<Op::Softplus> : Elementwise {
  static constexpr Reads kReads{.a = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return softplus(d, a, exp_of_distance(d, a));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V) {
    return sigmoid(d, a, exp_of_distance(d, a));
  }
  template <class D, class V>
  static HWY_INLINE Joint<V> joint(D d, V a) {
    const V e = exp_of_distance(d, a);
    return {softplus(d, a, e), sigmoid(d, a, e)};
  }
};

template <>
struct Function<Op::Erf> : Elementwise {
  static constexpr Reads kReads{.a = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    const V bounded = at_most(d, hn::Abs(a), 4.0F);
    return erf(d, a, exp_in_range(d, hn::Neg(hn::Mul(bounded, bounded))));
  }
  template <class D, class V>
  static HWY_INLINE V slope(D d, V e) {
    return hn::Mul(hn::Set(d, 1.12837917F), e);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V) {
    return slope(d, exp_below(d, hn::Neg(hn::Mul(a, a))));
  }
  template <class D, class V>
  static HWY_INLINE Joint<V> joint(D d, V a) {
    const V e = exp_below(d, hn::Neg(hn::Mul(a, a)));
    return {erf(d, a, e), slope(d, e)};
  }
};

template <>
struct Function<Op::Relu> : Elementwise {
  static constexpr Reads kReads{.a = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return hn::IfThenZeroElse(hn::Le(a, hn::Zero(d)), a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V) {
    return hn::IfThenElseZero(hn::Gt(a, hn::Zero(d)), hn::Set(d, 1.0F));
  }
};

template <>
struct Function<Op::Gelu> : Elementwise {
  static constexpr Reads kReads{.a = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return gelu(d, a, NormalTail<D, V>(d, a));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V) {
    return gelu_slope(d, a, NormalTail<D, V>(d, a));
  }
  template <class D, class V>
  static HWY_INLINE Joint<V> joint(D d, V a) {
    const NormalTail<D, V> tail(d, a);
    return {gelu(d, a, tail), gelu_slope(d, a, tail)};
  }
};

template <>
struct Function<Op::Sinc> : Elementwise {
  static constexpr Reads kReads{.a = true, .value = true};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return sinc(d, a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V y) {
    return sinc_slope(d, a, y);
  }
};

template <>
struct Function<Op::Add> : Elementwise {
  static constexpr std::array<Reads, kMaxArity> kReads{};
  template <class D, class V>
  static HWY_INLINE V value(D, V a, V b) {
    return hn::Add(a, b);
  }
  template <class D, class V>
  static HWY_INLINE V by_a(D d, V, V, V) {
    return hn::Set(d, 1.0F);
  }
  template <class D, class V>
  static HWY_INLINE V by_b(D d, V, V, V) {
    return hn::Set(d, 1.0F);
  }
};

template <>
struct Function<Op::Sub> : Elementwise {
  static constexpr std::array<Reads, kMaxArity> kReads{};
  template <class D, class V>
  static HWY_INLINE V value(D, V a, V b) {
    return hn::Sub(a, b);
  }
  template <class D, class V>
  static HWY_INLINE V by_a(D d, V, V, V) {
    return hn::Set(d, 1.0F);
  }
  template <class D, class V>
  static HWY_INLINE V by_b(D d, V, V, V) {
    return hn::Set(d, -1.0F);
  }
};

template <>
struct Function<Op::Mul> : Elementwise {
  static constexpr std::array<Reads, kMaxArity> kReads{{{.b = true}, {.a = true}}};
  template <class D, class V>
  static HWY_INLINE V value(D, V a, V b) {
    return hn::Mul(a, b);
  }
  template <class D, class V>
  static HWY_INLINE V by_a(D, V, V b, V) {
    return b;
  }
  template <class D, class V>
  static HWY_INLINE V by_b(D, V a, V, V) {
    return a;
  }
};

template <>
struct Function<Op::Div> : Elementwise {
  static constexpr std::array<Reads, kMaxArity> kReads{{{.b = true}, {.b = true, .value = true}}};
  template <class D, class V>
  static HWY_INLINE V value(D, V a, V b) {
    return hn::Div(a, b);
  }
  template <class D, class V>
  static HWY_INLINE V by_a(D d, V, V b, V) {
    return hn::Div(hn::Set(d, 1.0F), b);
  }
  template <class D, class V>
  static HWY_INLINE V by_b(D, V, V b, V y) {
    return hn::Neg(hn::Div(y, b));
  }
};

template <>
struct Function<Op::ProtectedDiv> : Elementwise {
  static constexpr std::array<Reads, kMaxArity> kReads = Function<Op::Div>::kReads;
  template <class D, class V>
  static HWY_INLINE V value(D d, V a, V b) {
    return hn::IfThenElse(is_protected(d, b), hn::Set(d, 1.0F), hn::Div(a, b));
  }
  template <class D, class V>
  static HWY_INLINE V by_a(D d, V a, V b, V y) {
    return hn::IfThenZeroElse(is_protected(d, b), Function<Op::Div>::by_a(d, a, b, y));
  }
  template <class D, class V>
  static HWY_INLINE V by_b(D d, V a, V b, V y) {
    return hn::IfThenZeroElse(is_protected(d, b), Function<Op::Div>::by_b(d, a, b, y));
  }
};

template <>
struct Function<Op::Pow> {
  using Tag = NarrowTag;
  static constexpr std::array<Reads, kMaxArity> kReads{
      {{.a = true, .b = true}, {.a = true, .value = true}}};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a, V b) {
    const WideTag wide;
    return hn::DemoteTo(d, wide_pow(wide, hn::PromoteTo(wide, a), hn::PromoteTo(wide, b)));
  }
  template <class D, class V>
  static HWY_INLINE V by_a(D d, V a, V b, V) {
    const WideTag wide;
    const auto exponent = hn::PromoteTo(wide, b);
    const auto lower = hn::Sub(exponent, hn::Set(wide, 1.0));
    const auto power = wide_pow(wide, hn::PromoteTo(wide, a), lower);
    // The derivative of the constant a^0 is 0 at a = 0 too, where the power is infinite.
    const auto product = hn::Mul(exponent, power);
    return hn::DemoteTo(d, hn::IfThenZeroElse(hn::Eq(exponent, hn::Zero(wide)), product));
  }
  template <class D, class V>
  static HWY_INLINE V by_b(D d, V a, V, V y) {
    return hn::IfThenZeroElse(hn::Eq(y, hn::Zero(d)), hn::Mul(y, log(d, a)));
  }
};

template <>
struct Function<Op::Min> : Elementwise {
  static constexpr std::array<Reads, kMaxArity> kReads{
      {{.a = true, .b = true}, {.a = true, .b = true}}};
  template <class V>
  static HWY_INLINE auto is_a(V a, V b) {
    return hn::Or(hn::IsNaN(a), hn::Lt(a, b));
  }
  template <class D, class V>
  static HWY_INLINE V value(D, V a, V b) {
    return hn::IfThenElse(is_a(a, b), a, b);
  }
  template <class D, class V>
  static HWY_INLINE V by_a(D d, V a, V b, V) {
    return hn::IfThenElseZero(is_a(a, b), hn::Set(d, 1.0F));
  }
  template <class D, class V>
  static HWY_INLINE V by_b(D d, V a, V b, V) {
    return hn::IfThenZeroElse(is_a(a, b), hn::Set(d, 1.0F));
  }
};

template <>
struct Function<Op::Max> : Elementwise {
  static constexpr std::array<Reads, kMaxArity> kReads = Function<Op::Min>::kReads;
  template <class V>
  static HWY_INLINE auto is_a(V a, V b) {
    return hn::Or(hn::IsNaN(a), hn::Gt(a, b));
  }
  template <class D, class V>
  static HWY_INLINE V value(D, V a, V b) {
    return hn::IfThenElse(is_a(a, b), a, b);
  }
  template <class D, class V>
  static HWY_INLINE V by_a(D d, V a, V b, V) {
    return hn::IfThenElseZero(is_a(a, b), hn::Set(d, 1.0F));
  }
  template <class D, class V>
  static HWY_INLINE V by_b(D d, V a, V b, V) {
    return hn::IfThenZeroElse(is_a(a, b), hn::Set(d, 1.0F));
  }
};

/// 1 or 0; NaN where either argument is.
template <class D, class V, class M>
HWY_INLINE V as_number(D d, V a, V b, M truth) {
  const V number = hn::IfThenElseZero(truth, hn::Set(d, 1.0F));
  const V nan = hn::Set(d, std::numeric_limits<float>::quiet_NaN());
  return hn::IfThenElse(hn::Or(hn::IsNaN(a), hn::IsNaN(b)), nan, number);
}

template <>
struct Function<Op::Less> : Elementwise {
  static constexpr std::array<Reads, kMaxArity> kReads{{{.is_flat = true}, {.is_flat = true}}};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a, V b) {
    return as_number(d, a, b, hn::Lt(a, b));
  }
};

template <>
struct Function<Op::LessEqual> : Elementwise {
  static constexpr std::array<Reads, kMaxArity> kReads = Function<Op::Less>::kReads;
  template <class D, class V>
  static HWY_INLINE V value(D d, V a, V b) {
    return as_number(d, a, b, hn::Le(a, b));
  }
};

template <>
struct Function<Op::Where> : Elementwise {
  static constexpr std::array<Reads, kMaxArity> kReads{
      {{.is_flat = true}, {.a = true}, {.a = true}}};
  template <class D, class V>
  static HWY_INLINE V value(D d, V condition, V a, V b) {
    const V chosen = hn::IfThenElse(hn::Eq(condition, hn::Zero(d)), b, a);
    return hn::IfThenElse(hn::IsNaN(condition), condition, chosen);
  }
  template <class D, class V>
  static HWY_INLINE V by_b(D d, V condition, V, V, V) {
    return hn::IfThenZeroElse(hn::Eq(condition, hn::Zero(d)), hn::Set(d, 1.0F));
  }
  template <class D, class V>
  static HWY_INLINE V by_c(D d, V condition, V, V, V) {
    return hn::IfThenElseZero(hn::Eq(condition, hn::Zero(d)), hn::Set(d, 1.0F));
  }
};

/// a^K for a small exponent.
template <int K>
struct SmallPower : Elementwise {
  static constexpr Reads kReads{.a = true};
  template <int Exponent, class D, class V>
  static HWY_INLINE V power(D d, V a) {
    if constexpr (Exponent == 0) {
      return hn::Set(d, 1.0F);
    } else if constexpr (Exponent < 0) {
      // Inverted first: a power of `a` would overflow where that of 1/a is still a number.
      return small_power<-Exponent>(hn::Div(hn::Set(d, 1.0F), a));
    } else {
      return small_power<Exponent>(a);
    }
  }
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return power<K>(d, a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V a, V) {
    return hn::Mul(hn::Set(d, static_cast<float>(K)), power<K - 1>(d, a));
  }
};

}  // namespace neuronsmith::formula::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NEURONSMITH_FORMULA_INTERNAL_OPERATOR_FUNCTIONS_HPP_
