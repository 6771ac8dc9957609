// Elementary functions of float32 vectors, compiled once for every target: no #pragma once, but a
// guard that Highway toggles. The polynomials are minimax fits of relative error, their
// coefficients rounded to float32 one after the other from the lowest.
#if defined(NEURONSMITH_FORMULA_INTERNAL_VECTOR_MATH_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef NEURONSMITH_FORMULA_INTERNAL_VECTOR_MATH_HPP_
#undef NEURONSMITH_FORMULA_INTERNAL_VECTOR_MATH_HPP_
#else
#define NEURONSMITH_FORMULA_INTERNAL_VECTOR_MATH_HPP_
#endif

#include <hwy/highway.h>

// Behind highway.h, which it includes per target too.
#include <hwy/contrib/math/math-inl.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace neuronsmith::formula::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
using Int32Of = hn::RebindToSigned<D>;

template <class D, class V, typename... Rest>
HWY_INLINE V polynomial(D d, V x, float c0, Rest... rest) {
  if constexpr (sizeof...(rest) == 0) {
    return hn::Set(d, c0);
  } else {
    return hn::MulAdd(polynomial(d, x, rest...), x, hn::Set(d, c0));
  }
}

// Bounds that keep NaN, unlike Min and Max.
template <class D, class V>
HWY_INLINE V at_most(D d, V x, float bound) {
  const V limit = hn::Set(d, bound);
  return hn::IfThenElse(hn::Gt(x, limit), limit, x);
}

template <class D, class V>
HWY_INLINE V at_least(D d, V x, float bound) {
  const V limit = hn::Set(d, bound);
  return hn::IfThenElse(hn::Lt(x, limit), limit, x);
}

/// -1, 0 or 1; NaN of NaN.
template <class D, class V>
HWY_INLINE V sign(D d, V x) {
  const V signed_one = hn::CopySign(hn::Set(d, 1.0F), x);
  const V magnitude = hn::IfThenElse(hn::IsNaN(x), x, signed_one);
  return hn::IfThenZeroElse(hn::Eq(x, hn::Zero(d)), magnitude);
}

/// 2^n for -126 <= n <= 127.
template <class D, class VI>
HWY_INLINE hn::Vec<D> power_of_two(D d, VI n) {
  const Int32Of<D> di;
  return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(n, hn::Set(di, 127))));
}

/// p * 2^n, rounded once where it is subnormal; p within [0.7, 1.42], -150 <= n <= 185.
template <class D, class V, class VI>
HWY_INLINE V times_power_of_two(D d, V p, VI n) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3  // one instruction, for which Highway has no name
  if constexpr (sizeof(V) == 64) {
    return V{_mm512_scalef_ps(p.raw, _mm512_cvtepi32_ps(n.raw))};
  }
#endif
  const auto half = hn::ShiftRight<1>(n);  // 2^n alone may lie outside the normal numbers
  return hn::Mul(hn::Mul(p, power_of_two(d, half)), power_of_two(d, hn::Sub(n, half)));
}

/// Adding it leaves an integer below 2^22 in the last bits of the sum.
inline constexpr float kRoundsToInteger = 12582912.0F;

/// exp of the remainder of x by ln 2, in [0.7, 1.42], and the multiple n of ln 2; |x| < 2^20 or
/// NaN, whose n is any number.
template <class D, class V, class VI>
HWY_INLINE V exp_of_remainder(D d, V x, VI& n) {
  const Int32Of<D> di;
  const V shift = hn::Set(d, kRoundsToInteger);
  const V shifted = hn::MulAdd(x, hn::Set(d, 1.44269504F), shift);
  n = hn::Sub(hn::BitCast(di, shifted), hn::BitCast(di, shift));
  const V multiple = hn::Sub(shifted, shift);
  // ln 2 in two parts, the first of so few bits that the product is exact also without FMA.
  V r = hn::NegMulAdd(multiple, hn::Set(d, 0.693145751953125F), x);
  r = hn::NegMulAdd(multiple, hn::Set(d, 1.428606765330187e-06F), r);
  const V p =
      polynomial(d, r, 0.49999994F, 0.166665211F, 0.041668281F, 0.0083686905F, 0.00138194859F);
  return hn::Add(hn::MulAdd(p, hn::Mul(r, r), r), hn::Set(d, 1.0F));
}

/// exp(x) for -87 <= x <= 88, up to 1 ULP.
template <class D, class V>
HWY_INLINE V exp_in_range(D d, V x) {
  hn::Vec<Int32Of<D>> n = hn::Zero(Int32Of<D>());
  const V p = exp_of_remainder(d, x, n);
  return hn::Mul(p, power_of_two(d, n));
}

/// exp(x) for x <= 128, subnormal values included.
template <class D, class V>
HWY_INLINE V exp_below(D d, V x) {
  hn::Vec<Int32Of<D>> n = hn::Zero(Int32Of<D>());
  const V p = exp_of_remainder(d, at_least(d, x, -104.0F), n);
  return times_power_of_two(d, p, n);
}

template <class D, class V>
HWY_INLINE V exp(D d, V x) {
  return exp_below(d, at_most(d, x, 89.0F));
}

/// log(1 + f) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1, plus `multiple` times ln 2.
template <class D, class V>
HWY_INLINE V log_of_remainder(D d, V f, V multiple) {
  const V p = polynomial(d,
                         f,
                         0.333333313F,
                         -0.250008196F,
                         0.200012416F,
                         -0.166234091F,
                         0.142015815F,
                         -0.131596148F,
                         0.127622023F,
                         -0.0763639659F);
  const V square = hn::Mul(f, f);
  // From small to large, as the rounding errors of the small parts vanish in the large ones.
  V tail = hn::Mul(hn::Mul(f, square), p);
  tail = hn::MulAdd(multiple, hn::Set(d, 1.428606765330187e-06F), tail);
  tail = hn::NegMulAdd(square, hn::Set(d, 0.5F), tail);
  return hn::MulAdd(multiple, hn::Set(d, 0.693145751953125F), hn::Add(f, tail));
}

/// log(x) for finite x > 0, subnormal ones included.
template <class D, class V>
HWY_INLINE V log_of_positive(D d, V x) {
  const Int32Of<D> di;
  const auto subnormal = hn::Lt(x, hn::Set(d, std::numeric_limits<float>::min()));
  const V scaled = hn::IfThenElse(subnormal, hn::Mul(x, hn::Set(d, 16777216.0F)), x);
  const V correction = hn::IfThenElseZero(subnormal, hn::Set(d, -24.0F));
  // Splits into 2^n * m with m in [sqrt(1/2), sqrt(2)).
  const auto sqrt_half = hn::Set(di, 0x3F3504F3);
  const auto bits = hn::BitCast(di, scaled);
  const auto n = hn::ShiftRight<23>(hn::Sub(bits, sqrt_half));
  const V m = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(n)));
  const V f = hn::Sub(m, hn::Set(d, 1.0F));
  return log_of_remainder(d, f, hn::Add(hn::ConvertTo(d, n), correction));
}

template <class D, class V>
HWY_INLINE V log(D d, V x) {
  const V infinity = hn::Set(d, std::numeric_limits<float>::infinity());
  const V zero = hn::Zero(d);
  const V nan = hn::Set(d, std::numeric_limits<float>::quiet_NaN());
  const auto ordinary = hn::And(hn::Gt(x, zero), hn::Lt(x, infinity));
  // What is left: 0, below 0, and inf or NaN, which stay themselves.
  const V at_zero_or_below = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), nan);
  const V special = hn::IfThenElse(hn::Le(x, zero), at_zero_or_below, x);
  return hn::IfThenElse(ordinary, log_of_positive(d, x), special);
}

/// log(1 + e) for 0 <= e <= 1.
template <class D, class V>
HWY_INLINE V log1p_of_unit(D d, V e) {
  const V one = hn::Set(d, 1.0F);
  const auto above = hn::Gt(e, hn::Set(d, 0.41421356F));
  const V f = hn::IfThenElse(above, hn::Mul(hn::Sub(e, one), hn::Set(d, 0.5F)), e);
  return log_of_remainder(d, f, hn::IfThenElseZero(above, one));
}

/// Where the range reduction of sine, cosine and tangent is exact enough.
inline constexpr float kFastAngle = 12000.0F;

/// x - multiple * pi * scale, pi in four parts of which the first three have so few bits that the
/// products are exact also without FMA; scale is 1 or 1/2.
template <class D, class V>
HWY_INLINE V reduce_by_pi(D d, V x, V multiple, float scale) {
  x = hn::NegMulAdd(multiple, hn::Set(d, scale * 3.140625F), x);
  x = hn::NegMulAdd(multiple, hn::Set(d, scale * 0.0009675025939941406F), x);
  x = hn::NegMulAdd(multiple, hn::Set(d, scale * 1.5099067240953445e-07F), x);
  return hn::NegMulAdd(multiple, hn::Set(d, scale * 5.126688136514179e-12F), x);
}

/// sin(r) for |r| <= pi/2.
template <class D, class V>
HWY_INLINE V sin_of_remainder(D d, V r) {
  const V s = hn::Mul(r, r);
  const V p = polynomial(d, s, -0.166666597F, 0.00833306927F, -0.000198097725F, 2.60607476e-06F);
  return hn::MulAdd(hn::Mul(r, s), p, r);
}

/// The sign bit of odd n.
template <class D, class VI>
HWY_INLINE hn::Vec<D> sign_of_odd(D d, VI n) {
  return hn::BitCast(d, hn::ShiftLeft<31>(n));
}

/// sin(x) for |x| <= kFastAngle.
template <class D, class V>
HWY_INLINE V sin_in_range(D d, V x) {
  const auto n = hn::NearestInt(hn::Mul(x, hn::Set(d, 0.318309886F)));
  const V r = reduce_by_pi(d, x, hn::ConvertTo(d, n), 1.0F);
  return hn::Xor(sin_of_remainder(d, r), sign_of_odd(d, n));
}

/// cos(x) for |x| <= kFastAngle: the sine of the distance to the odd multiple of pi/2 nearby.
template <class D, class V>
HWY_INLINE V cos_in_range(D d, V x) {
  const Int32Of<D> di;
  const V half = hn::Set(d, 0.5F);
  const auto n = hn::NearestInt(hn::MulSub(x, hn::Set(d, 0.318309886F), half));
  const V odd = hn::Add(hn::Add(hn::ConvertTo(d, n), hn::ConvertTo(d, n)), hn::Set(d, 1.0F));
  const V r = reduce_by_pi(d, x, odd, 0.5F);
  return hn::Xor(sin_of_remainder(d, r), sign_of_odd(d, hn::Add(n, hn::Set(di, 1))));
}

/// tan(x) for |x| <= kFastAngle.
template <class D, class V>
HWY_INLINE V tan_in_range(D d, V x) {
  const auto n = hn::NearestInt(hn::Mul(x, hn::Set(d, 0.636619772F)));
  const V r = reduce_by_pi(d, x, hn::ConvertTo(d, n), 0.5F);
  const V s = hn::Mul(r, r);
  const V sine = hn::MulAdd(
      hn::Mul(r, s), polynomial(d, s, -0.166666552F, 0.00833218731F, -0.000195178945F), r);
  const V fourth = polynomial(d, s, 0.0416666456F, -0.00138873095F, 2.44323292e-05F);
  const V cosine =
      hn::Add(hn::MulAdd(hn::Mul(s, s), fourth, hn::Mul(s, hn::Set(d, -0.5F))), hn::Set(d, 1.0F));
  // tan(r + pi/2) = -cos(r) / sin(r)
  const auto odd = hn::RebindMask(d, hn::TestBit(n, hn::Set(Int32Of<D>(), 1)));
  const V top = hn::IfThenElse(odd, cosine, sine);
  const V bottom = hn::IfThenElse(odd, sine, cosine);
  return hn::Xor(hn::Div(top, bottom), sign_of_odd(d, n));
}

template <class D, class V>
HWY_INLINE bool are_fast_angles(D d, V x) {
  return HWY_LIKELY(hn::AllFalse(d, hn::Gt(hn::Abs(x), hn::Set(d, kFastAngle))));
}

/// `y` with function(x) in float64 where |x| > kFastAngle.
template <class D, class V>
HWY_NOINLINE V mend_large_angles(D d, V x, V y, double (*function)(double)) {
  HWY_ALIGN float angles[hn::MaxLanes(d)];
  HWY_ALIGN float values[hn::MaxLanes(d)];
  hn::Store(x, d, angles);
  hn::Store(y, d, values);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) {
    if (!(std::abs(angles[i]) > kFastAngle)) continue;
    values[i] = static_cast<float>(function(static_cast<double>(angles[i])));
  }
  return hn::Load(d, values);
}

template <class D, class V>
HWY_INLINE V sin(D d, V x) {
  const V y = sin_in_range(d, x);
  return are_fast_angles(d, x) ? y : mend_large_angles(d, x, y, std::sin);
}

template <class D, class V>
HWY_INLINE V cos(D d, V x) {
  const V y = cos_in_range(d, x);
  return are_fast_angles(d, x) ? y : mend_large_angles(d, x, y, std::cos);
}

template <class D, class V>
HWY_INLINE V tan(D d, V x) {
  const V y = tan_in_range(d, x);
  return are_fast_angles(d, x) ? y : mend_large_angles(d, x, y, std::tan);
}

template <class D, class V>
HWY_INLINE V tanh(D d, V x) {
  const V magnitude = hn::Abs(x);
  const V s = hn::Mul(x, x);
  const V p =
      polynomial(d, s, -0.333332807F, 0.133314088F, -0.053737063F, 0.0206309054F, -0.00569634233F);
  const V small = hn::MulAdd(hn::Mul(magnitude, s), p, magnitude);
  const V bounded = at_most(d, magnitude, 10.0F);  // from there on it rounds to 1
  const V e = exp_in_range(d, hn::Add(bounded, bounded));
  const V one = hn::Set(d, 1.0F);
  const V large = hn::Sub(one, hn::Div(hn::Set(d, 2.0F), hn::Add(e, one)));
  const auto is_small = hn::Lt(magnitude, hn::Set(d, 0.625F));
  return hn::CopySignToAbs(hn::IfThenElse(is_small, small, large), x);
}

/// 1 / (1 + exp(-x)), given e = exp(-|x|).
template <class D, class V>
HWY_INLINE V sigmoid(D d, V x, V e) {
  const V one = hn::Set(d, 1.0F);
  const V top = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one);
  return hn::Div(top, hn::Add(one, e));
}

/// log(1 + exp(x)), given e = exp(-|x|).
template <class D, class V>
HWY_INLINE V softplus(D d, V x, V e) {
  return hn::Add(at_least(d, x, 0.0F), log1p_of_unit(d, e));
}

/// erf(x), given e = exp(-x^2), which is read where |x| <= 4 only: x + x * P(x^2) near 0,
/// 1 - e * Q(|x|) beyond, Q(x) = exp(x^2) erfc(x).
template <class D, class V>
HWY_INLINE V erf(D d, V x, V e) {
  const V magnitude = hn::Abs(x);
  const V small_p = polynomial(d,
                               hn::Mul(x, x),
                               0.128379151F,
                               -0.376124978F,
                               0.112818435F,
                               -0.0267673489F,
                               0.00499403803F,
                               -0.00059945049F);
  const V small = hn::MulAdd(magnitude, small_p, magnitude);
  const V bounded = at_most(d, magnitude, 4.0F);  // from there on it rounds to 1
  const V q = polynomial(d,
                         bounded,
                         0.99415326F,
                         -1.0894489F,
                         0.8836149F,
                         -0.5443209F,
                         0.24956761F,
                         -0.08164238F,
                         0.017843707F,
                         -0.0023184102F,
                         0.00013469208F);
  const V large = hn::NegMulAdd(e, q, hn::Set(d, 1.0F));
  const auto is_small = hn::Lt(magnitude, hn::Set(d, 0.921875F));
  return hn::CopySignToAbs(hn::IfThenElse(is_small, small, large), x);
}

/// exp(-t^2/2) for 0 <= t <= 15. t^2 exactly, as a rounded one and a rest: rounded alone, it would
/// shift the exponential by many ULP.
template <class D, class V>
HWY_INLINE V normal_exponential(D d, V t) {
  const V minus_half = hn::Set(d, -0.5F);
#if HWY_NATIVE_FMA
  const V square = hn::Mul(t, t);
  const V e = exp_below(d, hn::Mul(square, minus_half));
  return hn::MulAdd(e, hn::Mul(hn::MulSub(t, t, square), minus_half), e);
#else  // as the square of its first half and what that lacks
  const Int32Of<D> di;
  const V first = hn::BitCast(d, hn::And(hn::BitCast(di, t), hn::Set(di, -4096)));
  const V e = exp_below(d, hn::Mul(hn::Mul(first, first), minus_half));
  const V rest = hn::Mul(hn::Mul(hn::Sub(t, first), hn::Add(t, first)), minus_half);
  const V growth = hn::Mul(rest, polynomial(d, rest, 1.0F, 0.5F, 0.166666667F, 0.0416666667F));
  return hn::MulAdd(e, growth, e);
#endif
}

/// What gelu and its derivative have in common, of t = |x| up to 15, where both are at their limits:
/// exp(-t^2/2) and q(t) = exp(t^2/2) Phi(-t), Phi the normal distribution function.
template <class D, class V>
struct NormalTail {
  NormalTail(D d, V x) {
    t = at_most(d, hn::Abs(x), 15.0F);
    exponential = normal_exponential(d, t);
    const V inverse = hn::Div(hn::Set(d, 1.0F), hn::Add(t, hn::Set(d, 2.5F)));
    const V s = hn::Mul(hn::Sub(t, hn::Set(d, 2.5F)), inverse);
    q = hn::Mul(inverse,
                polynomial(d,
                           s,
                           0.706656635F,
                           -0.433692127F,
                           0.131987959F,
                           0.00923777837F,
                           -0.0163931493F,
                           -0.0016101792F,
                           0.00254062144F,
                           0.000703105296F,
                           -0.000324537395F,
                           -0.000171086853F));
  }
  V t;
  V exponential;
  V q;
};

/// x Phi(x) as max(x, 0) - t exp(-t^2/2) q(t), so that nothing cancels below 0 and never more than
/// half above.
template <class D, class V>
HWY_INLINE V gelu(D d, V x, const NormalTail<D, V>& tail) {
  const V lost = hn::Mul(hn::Mul(tail.t, tail.q), tail.exponential);
  return hn::Sub(at_least(d, x, 0.0F), lost);
}

/// Phi(x) + x Phi'(x), by what is missing to 0 or 1.
template <class D, class V>
HWY_INLINE V gelu_slope(D d, V x, const NormalTail<D, V>& tail) {
  const V difference = hn::MulSub(tail.t, hn::Set(d, 0.398942280F), tail.q);
  const V missing = hn::Mul(tail.exponential, difference);
  return hn::IfThenElse(
      hn::Lt(x, hn::Zero(d)), hn::Neg(missing), hn::Add(hn::Set(d, 1.0F), missing));
}

/// sin(pi r)/(pi r) of s = r^2 for |r| <= 1/2.
template <class D, class V>
HWY_INLINE V sinc_of_square(D d, V s) {
  return polynomial(
      d, s, 1.0F, -1.64493406F, 0.811742067F, -0.190746501F, 0.0261112787F, -0.00222760672F);
}

/// |x| as the integer nearest to it and the exact rest; what is beyond 2^24 is even, as 2^24 is.
template <class D, class V>
struct NearestInteger {
  NearestInteger(D d, V magnitude) {
    const V bounded = at_most(d, magnitude, 16777216.0F);
    n = hn::NearestInt(bounded);
    rest = hn::Sub(bounded, hn::ConvertTo(d, n));
  }
  hn::Vec<Int32Of<D>> n;
  V rest;
};

/// sin(pi x)/(pi x): 1 at 0, 0 at other integers and at infinity. pi cancels.
template <class D, class V>
HWY_INLINE V sinc(D d, V x) {
  const V magnitude = hn::Abs(x);
  const NearestInteger<D, V> nearest(d, magnitude);
  const V near = sinc_of_square(d, hn::Mul(nearest.rest, nearest.rest));
  const V far = hn::Div(hn::Mul(nearest.rest, near), magnitude);
  const V y = hn::IfThenElse(hn::Le(magnitude, hn::Set(d, 0.5F)), near, far);
  return hn::Xor(y, sign_of_odd(d, nearest.n));
}

/// The derivative of sinc at x, given y = sinc(x): a series near 0, (cos(pi x) - y)/x beyond.
template <class D, class V>
HWY_INLINE V sinc_slope(D d, V x, V y) {
  const V magnitude = hn::Abs(x);
  const V s = hn::Mul(x, x);
  const V near = hn::Mul(
      magnitude,
      polynomial(d, s, -3.28986812F, 3.24696803F, -1.14447355F, 0.208853781F, -0.0222013928F));
  const NearestInteger<D, V> nearest(d, magnitude);
  // cos(pi r) is the sine of pi times the distance to 1/2.
  const V distance = hn::Sub(hn::Set(d, 0.5F), hn::Abs(nearest.rest));
  const V cosine = hn::Mul(hn::Mul(hn::Set(d, 3.14159265F), distance),
                           sinc_of_square(d, hn::Mul(distance, distance)));
  const V far = hn::Div(hn::Sub(hn::Xor(cosine, sign_of_odd(d, nearest.n)), y), magnitude);
  const V slope = hn::IfThenElse(hn::Le(magnitude, hn::Set(d, 0.5F)), near, far);
  return hn::Xor(slope, hn::And(hn::SignBit(d), x));
}

/// x^K by multiplications, for small K != 0.
template <int K, class V>
HWY_INLINE V small_power(V x) {
  if constexpr (K == 1) {
    return x;
  } else if constexpr (K % 2 == 0) {
    const V root = small_power<K / 2>(x);
    return hn::Mul(root, root);
  } else {
    return hn::Mul(small_power<K - 1>(x), x);
  }
}

/// x^exponent in float64 by squaring.
template <class D, class V>
HWY_INLINE V wide_integer_power(D d, V x, std::int32_t exponent) {
  const V one = hn::Set(d, 1.0);
  V result = one;
  const auto sign_bit = static_cast<std::uint32_t>(exponent >> 31);
  for (std::uint32_t k = (static_cast<std::uint32_t>(exponent) ^ sign_bit) - sign_bit; k != 0;) {
    if ((k & 1U) != 0) result = hn::Mul(result, x);
    k >>= 1U;
    if (k != 0) x = hn::Mul(x, x);
  }
  return exponent < 0 ? hn::Div(one, result) : result;
}

/// log(x) in float64 for x >= 0 that was a float32.
template <class D, class V>
HWY_INLINE V wide_log(D d, V x) {
  const V infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const V value = hn::IfThenElse(hn::Lt(x, infinity), hn::Log(d, x), x);
  return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(infinity), value);
}

/// exp(x) in float64, for results that become float32.
template <class D, class V>
HWY_INLINE V wide_exp(D d, V x) {
  const V limit = hn::Set(d, 200.0);
  const V bounded = hn::Max(hn::Neg(limit), hn::Min(limit, x));
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Exp(d, bounded));
}

/// a^b in float64 with the special cases of std::pow, for operands and results of float32.
template <class D, class V>
HWY_NOINLINE V wide_pow(D d, V a, V b) {
  const V zero = hn::Zero(d);
  const V one = hn::Set(d, 1.0);
  const V magnitude = hn::Abs(a);
  const V product = hn::Mul(b, wide_log(d, magnitude));
  // 0 * inf and NaN where pow is 1: a^0, 1^b and (-1)^(+-inf).
  const V infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const auto from_unit = hn::And(hn::Eq(a, hn::Neg(one)), hn::Eq(hn::Abs(b), infinity));
  const auto is_one = hn::Or(hn::Or(hn::Eq(b, zero), hn::Eq(a, one)), from_unit);
  const V value = wide_exp(d, hn::IfThenZeroElse(is_one, product));
  // A negative base has a power where b is an integer, negative where that is odd.
  const V half = hn::Mul(b, hn::Set(d, 0.5));
  const auto is_integer = hn::Eq(hn::Round(b), b);
  const auto is_odd = hn::And(is_integer, hn::Ne(hn::Round(half), half));
  const V sign_bit = hn::And(hn::SignBit(d), a);
  const V signed_value = hn::Xor(value, hn::IfThenElseZero(is_odd, sign_bit));
  const auto is_negative = hn::And(hn::Lt(a, zero), hn::Lt(magnitude, infinity));
  const V nan = hn::Set(d, std::numeric_limits<double>::quiet_NaN());
  return hn::IfThenElse(hn::AndNot(is_integer, is_negative), nan, signed_value);
}

}  // namespace neuronsmith::formula::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NEURONSMITH_FORMULA_INTERNAL_VECTOR_MATH_HPP_
