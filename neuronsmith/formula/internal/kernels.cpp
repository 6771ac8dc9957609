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

#define NEURONSMITH_KERNEL_ARGUMENTS                                          \
  [[maybe_unused]] const Operands &operands, [[maybe_unused]] const float *y, \
      [[maybe_unused]] const float *adjoint, float *out, std::size_t n

template <class F>
void unary_value(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const typename F::Tag d;
  const float* const a = operands[0];
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    hn::StoreU(F::value(d, hn::LoadU(d, a + i)), d, out + i);
  }
}

template <class F>
void unary_adjoint(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const typename F::Tag d;
  const float* const a = operands[0];
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

constexpr bool is_scalar(std::size_t form, std::size_t operand) {
  return ((form >> operand) & 1U) != 0;
}

/// The one value of a scalar operand, read before the loop; of a tile nothing.
template <class F, std::size_t form, std::size_t operand>
HWY_INLINE auto scalar_of(const Operands& operands) {
  const typename F::Tag d;
  return hn::Set(d, is_scalar(form, operand) ? *operands[operand] : 0.0F);
}

template <class F, std::size_t form, std::size_t... operand, class... V>
HWY_INLINE void joined_values(std::index_sequence<operand...> /*of several arguments*/,
                              const Operands& operands,
                              float* out,
                              std::size_t n,
                              V... scalars) {
  const typename F::Tag d;
  const Operands tiles = operands;  // `out` may lie anywhere, but not here
#pragma GCC unroll 4
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto value =
        F::value(d, (is_scalar(form, operand) ? scalars : hn::LoadU(d, tiles[operand] + i))...);
    hn::StoreU(value, d, out + i);
  }
}

template <class F, std::size_t argument, class D, class... V>
HWY_INLINE auto partial(D d, V... operands_and_value) {
  if constexpr (argument == 0) {
    return F::by_a(d, operands_and_value...);
  } else if constexpr (argument == 1) {
    return F::by_b(d, operands_and_value...);
  } else {
    return F::by_c(d, operands_and_value...);
  }
}

template <class F, std::size_t form, std::size_t argument, std::size_t... operand, class... V>
HWY_INLINE void joined_adjoints(std::index_sequence<operand...> /*of several arguments*/,
                                const Operands& operands,
                                const float* y,
                                const float* adjoint,
                                float* out,
                                std::size_t n,
                                V... scalars) {
  const typename F::Tag d;
  const Operands tiles = operands;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto slope = partial<F, argument>(
        d,
        (is_scalar(form, operand) ? scalars : hn::LoadU(d, tiles[operand] + i))...,
        hn::LoadU(d, y + i));
    hn::StoreU(hn::Mul(hn::LoadU(d, adjoint + i), slope), d, out + i);
  }
}

/// The kernels of an operator of several arguments.
template <class F, std::size_t... operand>
struct Joined {
  static constexpr std::index_sequence<operand...> kOperands{};

  template <std::size_t form>
  static void value(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
    joined_values<F, form>(kOperands, operands, out, n, scalar_of<F, form, operand>(operands)...);
  }
  template <std::size_t form, std::size_t argument>
  static void by(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
    joined_adjoints<F, form, argument>(
        kOperands, operands, y, adjoint, out, n, scalar_of<F, form, operand>(operands)...);
  }
};

template <std::size_t form>
void add_product(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const FullTag d;
  const float* const a = operands[0];
  const float* const b = operands[1];
  const auto first = hn::Set(d, is_scalar(form, 0) ? *a : 0.0F);
  const auto second = hn::Set(d, is_scalar(form, 1) ? *b : 0.0F);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto left = is_scalar(form, 0) ? first : hn::LoadU(d, a + i);
    const auto right = is_scalar(form, 1) ? second : hn::LoadU(d, b + i);
    hn::StoreU(hn::MulAdd(left, right, hn::LoadU(d, out + i)), d, out + i);
  }
}

// PowInt of any exponent.

void power_value(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const auto exponent = std::bit_cast<std::int32_t>(*operands[1]);
  const WideTag wide;
  const NarrowTag d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto base = hn::PromoteTo(wide, hn::LoadU(d, operands[0] + i));
    hn::StoreU(hn::DemoteTo(d, wide_integer_power(wide, base, exponent)), d, out + i);
  }
}

void power_adjoint(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const auto exponent = std::bit_cast<std::int32_t>(*operands[1]);
  const WideTag wide;
  const NarrowTag d;
  const auto factor = hn::Set(wide, static_cast<double>(exponent));
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto base = hn::PromoteTo(wide, hn::LoadU(d, operands[0] + i));
    // Wraps round at the least exponent, whose powers are 0, 1 or infinite in any case.
    const auto lower = static_cast<std::int32_t>(static_cast<std::uint32_t>(exponent) - 1U);
    const auto derivative = hn::Mul(factor, wide_integer_power(wide, base, lower));
    const auto product = hn::Mul(hn::PromoteTo(wide, hn::LoadU(d, adjoint + i)), derivative);
    hn::StoreU(hn::DemoteTo(d, product), d, out + i);
  }
}

void copy(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const FullTag d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d))
    hn::StoreU(hn::LoadU(d, operands[0] + i), d, out + i);
}

void spread(NEURONSMITH_KERNEL_ARGUMENTS) noexcept {
  const FullTag d;
  const auto value = hn::Set(d, *operands[0]);
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
  OperatorKernels result{.value = {unary_value<F>}, .reads = {{F::kReads}}};
  if constexpr (!F::kReads.is_flat) result.adjoint = {{{unary_adjoint<F>}}};
  result.joint = joint_kernel<F>();
  return result;
}

template <class Kernels, std::size_t... forms>
constexpr Forms value_forms(std::index_sequence<forms...> /*all but the last*/) {
  return {Kernels::template value<forms>...};
}

template <class F, class Kernels, std::size_t argument, std::size_t... forms>
constexpr Forms adjoint_forms(std::index_sequence<forms...> /*all but the last*/) {
  if constexpr (F::kReads[argument].is_flat) {
    return {};
  } else {
    return {Kernels::template by<forms, argument>...};
  }
}

template <class F, std::size_t... operand>
constexpr OperatorKernels joined_kernels(std::index_sequence<operand...> /*its arguments*/) {
  using Kernels = Joined<F, operand...>;
  constexpr std::make_index_sequence<(std::size_t{1} << sizeof...(operand)) - 1> kForms;
  return {.value = value_forms<Kernels>(kForms),
          .adjoint = {adjoint_forms<F, Kernels, operand>(kForms)...},
          .reads = F::kReads};
}

constexpr OperatorKernels power_kernels() {
  return {
      .value = {power_value}, .adjoint = {{{power_adjoint}}}, .reads = {{{.a = true, .b = true}}}};
}

constexpr auto kFirstUnary = static_cast<std::size_t>(Op::Neg);
constexpr auto kFirstBinary = static_cast<std::size_t>(Op::Add);
constexpr auto kFirstTernary = static_cast<std::size_t>(Op::Where);
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
    return joined_kernels<Function<op>>(std::make_index_sequence < i < kFirstTernary ? 2 : 3 > ());
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
    .add_product = {add_product<0>, add_product<1>, add_product<2>},
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
