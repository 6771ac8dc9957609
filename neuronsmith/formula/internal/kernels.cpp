#include "neuronsmith/formula/internal/kernels.hpp"

#include <bit>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neuronsmith/formula/internal/kernels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "neuronsmith/formula/internal/operator_functions.hpp"

HWY_BEFORE_NAMESPACE();
namespace neuronsmith::formula::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

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
