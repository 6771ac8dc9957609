#include "neuronsmith/formula/internal/kernels.hpp"

#include <bit>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neuronsmith/formula/internal/kernels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

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
  static constexpr Reads kReads{};
  template <class D, class V>
  static HWY_INLINE V value(D d, V a) {
    return sign(d, a);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V, V) {
    return hn::Zero(d);
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
  static constexpr std::array<Reads, 2> kReads{};
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
  static constexpr std::array<Reads, 2> kReads{};
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
  static constexpr std::array<Reads, 2> kReads{{{.b = true}, {.a = true}}};
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
  static constexpr std::array<Reads, 2> kReads{{{.b = true}, {.b = true, .value = true}}};
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
  static constexpr std::array<Reads, 2> kReads = Function<Op::Div>::kReads;
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
  static constexpr std::array<Reads, 2> kReads{
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
  static constexpr std::array<Reads, 2> kReads{{{.a = true, .b = true}, {.a = true, .b = true}}};
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
  static constexpr std::array<Reads, 2> kReads = Function<Op::Min>::kReads;
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

#define NEURONSMITH_KERNEL_ARGUMENTS                                                      \
  [[maybe_unused]] const float *a, [[maybe_unused]] const float *b,                       \
      [[maybe_unused]] const float *y, [[maybe_unused]] const float *adjoint, float *out, \
      std::size_t n

template <class F>
void unary_value(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const typename F::Tag d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    hn::StoreU(F::value(d, hn::LoadU(d, a + i)), d, out + i);
  }
}

template <class F>
void unary_adjoint(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const typename F::Tag d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto derivative = F::derivative(d, hn::LoadU(d, a + i), hn::LoadU(d, y + i));
    hn::StoreU(hn::Mul(hn::LoadU(d, adjoint + i), derivative), d, out + i);
  }
}

template <class F>
void unary_joint(const float* HWY_RESTRICT a,
                 float* HWY_RESTRICT value,
                 float* HWY_RESTRICT slope,
                 std::size_t n) noexcept {
  const typename F::Tag d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto joint = F::joint(d, hn::LoadU(d, a + i));
    hn::StoreU(joint.value, d, value + i);
    hn::StoreU(joint.slope, d, slope + i);
  }
}

template <class F, Form form>
void binary_value(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const typename F::Tag d;
  const auto first = hn::Set(d, form == Form::ScalarVector ? *a : 0.0F);
  const auto second = hn::Set(d, form == Form::VectorScalar ? *b : 0.0F);
#pragma GCC unroll 4
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto left = form == Form::ScalarVector ? first : hn::LoadU(d, a + i);
    const auto right = form == Form::VectorScalar ? second : hn::LoadU(d, b + i);
    hn::StoreU(F::value(d, left, right), d, out + i);
  }
}

template <class F, Form form, int argument>
void binary_adjoint(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const typename F::Tag d;
  const auto first = hn::Set(d, form == Form::ScalarVector ? *a : 0.0F);
  const auto second = hn::Set(d, form == Form::VectorScalar ? *b : 0.0F);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto left = form == Form::ScalarVector ? first : hn::LoadU(d, a + i);
    const auto right = form == Form::VectorScalar ? second : hn::LoadU(d, b + i);
    const auto value = hn::LoadU(d, y + i);
    const auto partial =
        argument == 0 ? F::by_a(d, left, right, value) : F::by_b(d, left, right, value);
    hn::StoreU(hn::Mul(hn::LoadU(d, adjoint + i), partial), d, out + i);
  }
}

template <Form form>
void add_product(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const FullTag d;
  const auto first = hn::Set(d, form == Form::ScalarVector ? *a : 0.0F);
  const auto second = hn::Set(d, form == Form::VectorScalar ? *b : 0.0F);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto left = form == Form::ScalarVector ? first : hn::LoadU(d, a + i);
    const auto right = form == Form::VectorScalar ? second : hn::LoadU(d, b + i);
    hn::StoreU(hn::MulAdd(left, right, hn::LoadU(d, out + i)), d, out + i);
  }
}

// PowInt of any exponent.

void power_value(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const auto exponent = std::bit_cast<std::int32_t>(*b);
  const WideTag wide;
  const NarrowTag d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto base = hn::PromoteTo(wide, hn::LoadU(d, a + i));
    hn::StoreU(hn::DemoteTo(d, wide_integer_power(wide, base, exponent)), d, out + i);
  }
}

void power_adjoint(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const auto exponent = std::bit_cast<std::int32_t>(*b);
  const WideTag wide;
  const NarrowTag d;
  const auto factor = hn::Set(wide, static_cast<double>(exponent));
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto base = hn::PromoteTo(wide, hn::LoadU(d, a + i));
    // Wraps round at the least exponent, whose powers are 0, 1 or infinite in any case.
    const auto lower = static_cast<std::int32_t>(static_cast<std::uint32_t>(exponent) - 1U);
    const auto derivative = hn::Mul(factor, wide_integer_power(wide, base, lower));
    const auto product = hn::Mul(hn::PromoteTo(wide, hn::LoadU(d, adjoint + i)), derivative);
    hn::StoreU(hn::DemoteTo(d, product), d, out + i);
  }
}

void copy(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const FullTag d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(hn::LoadU(d, a + i), d, out + i);
}

void spread(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const FullTag d;
  const auto value = hn::Set(d, *a);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(value, d, out + i);
}

#undef NEURONSMITH_KERNEL_ARGUMENTS

// Two sums side by side, as one would wait for itself at every addition.
template <class Summand>
HWY_INLINE double wide_sum(std::size_t n, const Summand& summand) {
  const WideTag wide;
  const std::size_t lanes = hn::Lanes(wide);
  auto even = hn::Zero(wide);
  auto odd = hn::Zero(wide);
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    even = hn::Add(even, summand(wide, i));
    odd = hn::Add(odd, summand(wide, i + lanes));
  }
  double sum = hn::GetLane(hn::SumOfLanes(wide, hn::Add(even, odd)));
  const hn::CappedTag<double, 1> single;
  for (; i < n; ++i) sum += hn::GetLane(summand(single, i));
  return sum;
}

double sum(const float* a, const float*, std::size_t n) noexcept {
  return wide_sum(n, [a](auto d, std::size_t i) HWY_ATTR {
    const hn::Rebind<float, decltype(d)> narrow;
    return hn::PromoteTo(d, hn::LoadU(narrow, a + i));
  });
}

double sum_of_product(const float* a, const float* b, std::size_t n) noexcept {
  return wide_sum(n, [a, b](auto d, std::size_t i) HWY_ATTR {
    const hn::Rebind<float, decltype(d)> narrow;
    return hn::Mul(hn::PromoteTo(d, hn::LoadU(narrow, a + i)),
                   hn::PromoteTo(d, hn::LoadU(narrow, b + i)));
  });
}

// The table.

template <class F>
constexpr JointKernel joint_kernel() {
  using V = hn::Vec<FullTag>;
  if constexpr (requires(V a) { F::joint(FullTag(), a); }) {
    return unary_joint<F>;
  } else {
    return nullptr;
  }
}

template <class F>
constexpr OperatorKernels unary_kernels() {
  return {.value = {unary_value<F>},
          .adjoint = {{{unary_adjoint<F>}}},
          .reads = {{F::kReads}},
          .joint = joint_kernel<F>()};
}

template <class F, int argument>
constexpr Forms adjoint_forms() {
  return {binary_adjoint<F, Form::VectorVector, argument>,
          binary_adjoint<F, Form::VectorScalar, argument>,
          binary_adjoint<F, Form::ScalarVector, argument>};
}

template <class F>
constexpr OperatorKernels binary_kernels() {
  return {.value = {binary_value<F, Form::VectorVector>,
                    binary_value<F, Form::VectorScalar>,
                    binary_value<F, Form::ScalarVector>},
          .adjoint = {adjoint_forms<F, 0>(), adjoint_forms<F, 1>()},
          .reads = F::kReads};
}

constexpr OperatorKernels power_kernels() {
  return {
      .value = {power_value}, .adjoint = {{{power_adjoint}}}, .reads = {{{.a = true, .b = true}}}};
}

constexpr auto kFirstUnary = static_cast<std::size_t>(Op::Neg);
constexpr auto kFirstBinary = static_cast<std::size_t>(Op::Add);
constexpr auto kFirstReduction = static_cast<std::size_t>(Op::Sum);

template <std::size_t i>
constexpr OperatorKernels kernels_at() {
  constexpr Op op = static_cast<Op>(i);
  if constexpr (i < kFirstUnary || i >= kFirstReduction) {
    return {};
  } else if constexpr (op == Op::PowInt) {
    return power_kernels();
  } else if constexpr (i < kFirstBinary) {
    return unary_kernels<Function<op>>();
  } else {
    return binary_kernels<Function<op>>();
  }
}

template <std::size_t... i>
constexpr std::array<OperatorKernels, sizeof...(i)> all_operators(std::index_sequence<i...>) {
  return {kernels_at<i>()...};
}

template <int... k>
constexpr std::array<OperatorKernels, sizeof...(k)> all_powers(std::integer_sequence<int, k...>) {
  return {unary_kernels<SmallPower<kLeastPower + k>>()...};
}

constexpr KernelTable kTable = {
    .operators = all_operators(std::make_index_sequence<kOpCount>()),
    .powers = all_powers(std::make_integer_sequence<int, kGreatestPower - kLeastPower + 1>()),
    .copy = copy,
    .spread = spread,
    .add_product = {add_product<Form::VectorVector>,
                    add_product<Form::VectorScalar>,
                    add_product<Form::ScalarVector>},
    .sum = sum,
    .sum_of_product = sum_of_product,
};

const KernelTable* table() { return &kTable; }

}  // namespace neuronsmith::formula::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace neuronsmith::formula::internal {

HWY_EXPORT(table);

const KernelTable& kernels() { return *HWY_DYNAMIC_DISPATCH(table)(); }

}  // namespace neuronsmith::formula::internal
#endif
