#include "neuronsmith/formula/internal/kernels.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "tests/formula/oracle.hpp"

namespace neuronsmith::formula::internal {
namespace {

using testing::for_each_target;
using testing::ulp_distance;
using Floats = AlignedVector<float>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

const std::vector<float> kSpecial = {
    0.0F,        -0.0F,     1.0F,    -1.0F,    2.0F,        -2.0F,       3.0F,
    -3.0F,       0.5F,      -0.5F,   1e-3F,    -1e-3F,      9.99e-4F,    1e-45F,
    -1e-45F,     1e-40F,    -1e-40F, 1.2e-38F, 88.7F,       88.8F,       -87.3F,
    -88.0F,      -103.9F,   -104.1F, 1e4F,     -1e4F,       1.2e4F,      1.3e4F,
    4.1e5F,      -1e10F,    3e38F,   -3e38F,   16777216.0F, 16777217.0F, 3.14159274F,
    1.57079637F, 0.921875F, 0.625F,  4.0F,     kInfinity,   -kInfinity,  kNan};

/// Special values, then float32 bit patterns at even distances, then ordinary numbers.
Floats dense_samples() {
  Floats samples(kSpecial.begin(), kSpecial.end());
  for (std::uint32_t i = 0; i < 1U << 15U; ++i) {
    samples.push_back(std::bit_cast<float>(i * 131'101U + 7U));
  }
  Random random(1, Purpose::Test);
  for (int i = 0; i < 1 << 15; ++i) {
    samples.push_back(static_cast<float>(random.normal() * std::exp(random.uniform(-3.0, 4.0))));
  }
  samples.resize((samples.size() + kBlockRows - 1) / kBlockRows * kBlockRows, 0.5F);
  return samples;
}

bool is_elementwise(const OperatorInfo& row) { return row.kind == OpKind::Elementwise; }

Floats run(Kernel kernel, const Floats& a, const Floats& b, const Floats& c = {}) {
  Floats out(std::max({a.size(), b.size(), c.size()}));
  kernel({a.data(), b.data(), c.data()}, nullptr, nullptr, out.data(), out.size());
  return out;
}

Floats run_adjoint(Kernel kernel,
                   const Operands& operands,
                   const Floats& y,
                   const Floats& adjoint) {
  Floats out(y.size());
  kernel(operands, y.data(), adjoint.data(), out.data(), out.size());
  return out;
}

Floats run_adjoint(
    Kernel kernel, const Floats& a, const Floats& b, const Floats& y, const Floats& adjoint) {
  return run_adjoint(kernel, Operands{a.data(), b.data()}, y, adjoint);
}

Floats exponent_operand(int exponent) { return {std::bit_cast<float>(std::int32_t{exponent})}; }

struct Worst {
  std::int64_t ulp = 0;
  float a = 0.0F;
  float b = 0.0F;
};

Worst worst_error(const OperatorInfo& row, const Floats& out, const Floats& a, const Floats& b) {
  Worst worst;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float second = b[b.size() == 1 ? 0 : i];
    const auto expected = static_cast<float>(row.value({a[i], second}));
    const std::int64_t ulp = ulp_distance(out[i], expected);
    if (ulp > worst.ulp) worst = {ulp, a[i], second};
  }
  return worst;
}

void expect_within_bound(const OperatorInfo& row, const Worst& worst, const std::string& where) {
  EXPECT_LE(static_cast<double>(worst.ulp), row.max_ulp)
      << where << ": " << row.name << " at " << worst.a << ", " << worst.b;
}

/// All kernels for `n` arguments: one for every form but that of scalars alone.
bool is_complete(const Forms& forms, std::size_t n) {
  const std::size_t n_forms = n == 1 ? 1 : (std::size_t{1} << n) - 1;
  for (std::size_t form = 0; form < kFormCount; ++form) {
    if ((forms[form] != nullptr) != (n > 0 && form < n_forms)) return false;
  }
  return true;
}

TEST(FormulaKernels, EveryElementwiseOperatorHasAll) {
  for (const OperatorInfo& row : operators()) {
    const OperatorKernels& k = kernels().of(row.op, 1000);
    const std::size_t n = is_elementwise(row) ? static_cast<std::size_t>(row.arity) : 0;
    EXPECT_TRUE(is_complete(k.value, n)) << row.name;
    for (std::size_t argument = 0; argument < k.adjoint.size(); ++argument) {
      const bool has_one = argument < n && !k.reads[argument].is_flat;
      EXPECT_TRUE(is_complete(k.adjoint[argument], has_one ? n : 0)) << row.name;
    }
  }
}

TEST(FormulaKernels, OneArgumentWithinItsBound) {
  const Floats a = dense_samples();
  for_each_target([&](const char* target) {
    for (const OperatorInfo& row : operators()) {
      if (!is_elementwise(row) || row.arity != 1 || row.op == Op::PowInt) continue;
      const Floats out = run(kernels().of(row.op, 0).value[0], a, {0.0F});
      expect_within_bound(row, worst_error(row, out, a, {0.0F}), target);
    }
  });
}

TEST(FormulaKernels, IntegerPowersWithinTheirBound) {
  const Floats a = dense_samples();
  const OperatorInfo& row = info(Op::PowInt);
  for_each_target([&](const char* target) {
    for (const int k : {-64, -17, -4, -3, -2, -1, 2, 3, 4, 5, 6, 7, 8, 13, 31, 64, 1001}) {
      const Floats out = run(kernels().of(Op::PowInt, k).value[0], a, exponent_operand(k));
      const Worst worst = worst_error(row, out, a, {static_cast<float>(k)});
      expect_within_bound(row, worst, std::string(target) + " exponent " + std::to_string(k));
    }
  });
}

/// Every special value with every other, then pairs of ordinary numbers.
std::pair<Floats, Floats> dense_pairs() {
  Floats a;
  Floats b;
  for (const float left : kSpecial) {
    for (const float right : kSpecial) {
      a.push_back(left);
      b.push_back(right);
    }
  }
  Random random(2, Purpose::Test);
  while (a.size() < 20'000 || a.size() % kBlockRows != 0) {
    a.push_back(static_cast<float>(random.normal() * std::exp(random.uniform(-8.0, 8.0))));
    const double integer = static_cast<double>(random.below(9)) - 4.0;
    b.push_back(static_cast<float>(random.chance(0.3) ? integer : 6.0 * random.normal()));
  }
  return {a, b};
}

TEST(FormulaKernels, TwoArgumentsWithinTheirBound) {
  const auto [a, b] = dense_pairs();
  for_each_target([&, &a = a, &b = b](const char* target) {
    for (const OperatorInfo& row : operators()) {
      if (!is_elementwise(row) || row.arity != 2) continue;
      const Floats out = run(kernels().of(row.op, 0).value[0], a, b);
      expect_within_bound(row, worst_error(row, out, a, b), target);
    }
  });
}

TEST(FormulaKernels, WhereIsExact) {
  const auto [a, b] = dense_pairs();
  const Floats conditions(b.rbegin(), b.rend());
  const OperatorInfo& row = info(Op::Where);
  for_each_target([&, &a = a, &b = b](const char* target) {
    const Floats out = run(kernels().of(Op::Where, 0).value[0], conditions, a, b);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto expected = static_cast<float>(row.value({conditions[i], a[i], b[i]}));
      EXPECT_EQ(ulp_distance(out[i], expected), 0) << target << " where " << conditions[i];
    }
  });
}

TEST(FormulaKernels, ComparisonsOfNanAreNan) {
  for (const Op op : {Op::Less, Op::LessEqual}) {
    const double nan = std::nan("");
    EXPECT_EQ(info(op).value({1.0, 2.0}), 1.0);
    EXPECT_EQ(info(op).value({2.0, 1.0}), 0.0);
    EXPECT_EQ(info(op).value({2.0, 2.0}), op == Op::LessEqual ? 1.0 : 0.0);
    EXPECT_TRUE(std::isnan(info(op).value({nan, 1.0})));
    EXPECT_TRUE(std::isnan(info(op).value({1.0, nan})));
    EXPECT_EQ(info(op).value({-HUGE_VAL, HUGE_VAL}), 1.0);
  }
  EXPECT_TRUE(std::isnan(info(Op::Where).value({std::nan(""), 1.0, 2.0})));
  EXPECT_EQ(info(Op::Where).value({0.0, std::nan(""), 2.0}), 2.0);
  EXPECT_EQ(info(Op::Where).value({-3.0, 1.0, std::nan("")}), 1.0);
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(a, b, [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) ||
           (std::isnan(x) && std::isnan(y));
  });
}

TEST(FormulaKernels, ScalarOperandsActAsTiles) {
  Floats tile(dense_samples());
  tile.resize(4096);
  const Floats reversed(tile.rbegin(), tile.rend());
  const Floats y(tile.size(), 0.75F);
  const Floats adjoint(tile.size(), 1.5F);
  for_each_target([&](const char* target) {
    for (const OperatorInfo& row : operators()) {
      if (!is_elementwise(row) || row.arity < 2) continue;
      const OperatorKernels& k = kernels().of(row.op, 0);
      for (const float scalar : {0.0F, -1.75F, 2.0F, 1e-4F, kNan}) {
        const Floats spread(tile.size(), scalar);
        for (std::size_t form = 1; form + 1 < (std::size_t{1} << row.arity); ++form) {
          SCOPED_TRACE(fmt::format("{} {} {} {}", target, row.name, scalar, form));
          Operands with{tile.data(), reversed.data(), tile.data()};
          Operands without = with;
          for (std::size_t i = 0; i < with.size(); ++i) {
            if ((form >> i & 1U) == 0) continue;
            with[i] = &scalar;
            without[i] = spread.data();
          }
          EXPECT_TRUE(same_bits(run_adjoint(k.value[form], with, y, adjoint),
                                run_adjoint(k.value[0], without, y, adjoint)));
          for (const Forms& forms : k.adjoint) {
            if (forms[0] == nullptr) continue;
            EXPECT_TRUE(same_bits(run_adjoint(forms[form], with, y, adjoint),
                                  run_adjoint(forms[0], without, y, adjoint)));
          }
        }
      }
    }
  });
}

using Point = std::array<float, kMaxArity>;

/// Points with room for a difference quotient on both sides, away from kinks and poles.
std::vector<Point> points_of(const OperatorInfo& row) {
  std::vector<Point> points;
  Random random(4, Purpose::Test);
  while (points.size() < 400) {
    auto a = static_cast<float>(random.uniform(-3.0, 3.0));
    auto b = static_cast<float>(random.uniform(-3.0, 3.0));
    const auto c = static_cast<float>(random.uniform(-3.0, 3.0));
    const bool needs_positive = row.op == Op::Sqrt || row.op == Op::Log || row.op == Op::Pow;
    if (needs_positive) a = std::abs(a);
    if (std::abs(a) < 0.02F || std::abs(b) < 0.02F || std::abs(a - b) < 0.01F) continue;
    if (row.op == Op::Tan && std::abs(std::cos(a)) < 0.05F) continue;
    if (row.op == Op::Where && points.size() % 2 == 0) a = 0.0F;
    points.push_back({a, b, c});
  }
  return points;
}

double difference_quotient(const OperatorInfo& row, std::size_t argument, const Arguments& at) {
  constexpr double kStep = 1e-5;
  Arguments above = at;
  Arguments below = at;
  above[argument] += kStep;
  below[argument] -= kStep;
  return (row.value(above) - row.value(below)) / (2.0 * kStep);
}

void expect_derivative(const OperatorInfo& row,
                       const OperatorKernels& k,
                       std::size_t argument,
                       int power) {
  if (k.reads[argument].is_flat) return;
  const auto points = points_of(row);
  std::array<Floats, kMaxArity> operands;
  for (const Point& point : points) {
    for (std::size_t i = 0; i < point.size(); ++i) operands[i].push_back(point[i]);
  }
  if (row.op == Op::PowInt) operands[1] = exponent_operand(power);
  const Operands pointers{operands[0].data(), operands[1].data(), operands[2].data()};
  const Floats unread(points.size());
  const Floats y = run_adjoint(k.value[0], pointers, unread, unread);
  const Floats out = run_adjoint(k.adjoint[argument][0], pointers, y, Floats(points.size(), -2.0F));
  for (std::size_t i = 0; i < points.size(); ++i) {
    Arguments at{points[i][0], points[i][1], points[i][2]};
    if (row.op == Op::PowInt) at[1] = power;
    const double expected = -2.0 * difference_quotient(row, argument, at);
    ASSERT_NEAR(out[i], expected, 3e-6 * std::max(1.0, std::abs(expected)))
        << row.name << " by argument " << argument << " at " << at[0] << ", " << at[1];
  }
}

TEST(FormulaKernels, AdjointsMatchDifferenceQuotients) {
  for_each_target([&](const char* target) {
    SCOPED_TRACE(target);
    for (const OperatorInfo& row : operators()) {
      if (!is_elementwise(row)) continue;
      if (row.op == Op::PowInt) {
        for (const int k : {-9, -3, -2, -1, 2, 3, 5, 6, 9}) {
          expect_derivative(row, kernels().of(row.op, k), 0, k);
        }
        continue;
      }
      for (std::size_t i = 0; i < static_cast<std::size_t>(row.arity); ++i) {
        expect_derivative(row, kernels().of(row.op, 0), i, 0);
      }
    }
  });
}

float derivative_at(Op op, int argument, float a, float b, float y) {
  const OperatorKernels& k = kernels().of(op, 0);
  return run_adjoint(k.adjoint[static_cast<std::size_t>(argument)][0],
                     Floats(kBlockRows, a),
                     Floats(kBlockRows, b),
                     Floats(kBlockRows, y),
                     Floats(kBlockRows, 1.0F))[0];
}

TEST(FormulaKernels, DerivativesAtKinks) {
  EXPECT_EQ(derivative_at(Op::Abs, 0, 0.0F, 0.0F, 0.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::Relu, 0, 0.0F, 0.0F, 0.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::ProtectedSqrt, 0, 0.0F, 0.0F, 0.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::ProtectedLog, 0, 5e-4F, 0.0F, 0.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::ProtectedInv, 0, 5e-4F, 0.0F, 0.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::ProtectedDiv, 0, 2.0F, 5e-4F, 1.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::ProtectedDiv, 1, 2.0F, 5e-4F, 1.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::Sinc, 0, 0.0F, 0.0F, 1.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::Sinc, 0, kInfinity, 0.0F, 0.0F), 0.0F);
  // Of two equal arguments the second is returned.
  for (const Op op : {Op::Min, Op::Max}) {
    EXPECT_EQ(derivative_at(op, 0, 2.0F, 2.0F, 2.0F), 0.0F);
    EXPECT_EQ(derivative_at(op, 1, 2.0F, 2.0F, 2.0F), 1.0F);
  }
  EXPECT_EQ(derivative_at(Op::Pow, 0, 0.0F, 2.0F, 0.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::Pow, 0, 0.0F, 0.0F, 1.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::Pow, 1, 0.0F, 2.0F, 0.0F), 0.0F);
  EXPECT_EQ(derivative_at(Op::Pow, 0, -2.0F, 3.0F, -8.0F), 12.0F);
}

/// From the series of the sine, term by term: no division by x.
double sinc_slope_near_zero(double x) {
  double term = 1.0;
  double sum = 0.0;
  for (int k = 1; k < 12; ++k) {
    term *= -std::numbers::pi * std::numbers::pi * x * x / (2.0 * k * (2.0 * k + 1.0));
    sum += 2.0 * k * term;
  }
  return x == 0.0 ? 0.0 : sum / x;
}

TEST(FormulaKernels, SincAndItsDerivativeAreFiniteEverywhereAndExactNearZero) {
  const OperatorKernels& k = kernels().of(Op::Sinc, 0);
  const Floats a = dense_samples();
  for_each_target([&](const char* target) {
    const Floats y = run(k.value[0], a, {0.0F});
    const Floats slope = run_adjoint(k.adjoint[0][0], a, {0.0F}, y, Floats(a.size(), 1.0F));
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(std::isnan(y[i]), std::isnan(a[i])) << target << " at " << a[i];
      EXPECT_EQ(std::isfinite(slope[i]), !std::isnan(a[i])) << target << " at " << a[i];
      if (!(std::abs(a[i]) <= 0.5F) || std::abs(a[i]) < 1e-30F) continue;
      const double expected = sinc_slope_near_zero(a[i]);
      EXPECT_NEAR(slope[i], expected, 4e-7 * std::abs(expected)) << target << " at " << a[i];
    }
  });
  const Floats whole = run(k.value[0], Floats{0.0F, 1.0F, -2.0F, 3.0F, 1e6F, 8388609.0F, 1e20F, -1.0F,
                                              4.0F, 5.0F, 6.0F, 7.0F, 8.0F, 9.0F, 10.0F, 11.0F}, {0.0F});
  EXPECT_EQ(whole[0], 1.0F);
  for (std::size_t i = 1; i < whole.size(); ++i) EXPECT_EQ(whole[i], 0.0F);
}

TEST(FormulaKernels, TheDerivativeOfGeluIsAccurateEverywhere) {
  const OperatorKernels& k = kernels().of(Op::Gelu, 0);
  Floats a = dense_samples();
  std::ranges::copy(Floats{-0.75F, -1.0F, 1.0F, -5.5F, -12.0F, -14.0F, 14.9F, 15.1F}, a.end() - 8);
  for_each_target([&](const char* target) {
    const Floats y = run(k.value[0], a, {0.0F});
    const Floats slope = run_adjoint(k.adjoint[0][0], a, {0.0F}, y, Floats(a.size(), 1.0F));
    Floats value(a.size());
    Floats joint_slope(a.size());
    k.joint(a.data(), value.data(), joint_slope.data(), a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double x = a[i];
      EXPECT_EQ(ulp_distance(value[i], y[i]) + ulp_distance(joint_slope[i], slope[i]), 0) << x;
      EXPECT_EQ(std::isnan(slope[i]), std::isnan(x));
      if (!(std::abs(x) < 40.0)) continue;
      const double density = std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi);
      const double expected = 0.5 * std::erfc(-x / std::numbers::sqrt2) + x * density;
      // Where the exponential is subnormal it is off by its last bit, twice rounded, times 5.6.
      const double subnormal = 5.6 * 1.5e-45;
      // Below -1 relative to the value: nothing cancels there.
      const double scale = x < -1.0 ? std::abs(expected) : 1.0;
      EXPECT_NEAR(slope[i], expected, 1.5e-6 * scale + subnormal) << target << " at " << x;
    }
  });
  EXPECT_EQ(
      run_adjoint(k.adjoint[0][0], Floats(16, kInfinity), {}, Floats(16), Floats(16, 1.0F))[0],
      1.0F);
  EXPECT_EQ(
      run_adjoint(k.adjoint[0][0], Floats(16, -kInfinity), {}, Floats(16), Floats(16, 1.0F))[0],
      0.0F);
}

TEST(FormulaKernels, MayWriteOverAnOperand) {
  const Floats a = dense_samples();
  const Floats b(a.rbegin(), a.rend());
  for_each_target([&](const char* target) {
    for (const OperatorInfo& row : operators()) {
      if (!is_elementwise(row)) continue;
      const Floats second = row.op == Op::PowInt ? exponent_operand(7) : b;
      const Kernel kernel = kernels().of(row.op, 7).value[0];
      const Floats expected = run(kernel, a, second, a);
      Floats in_place = a;
      kernel({in_place.data(), second.data(), in_place.data()},
             nullptr,
             nullptr,
             in_place.data(),
             a.size());
      EXPECT_TRUE(same_bits(in_place, expected)) << target << " " << row.name;
    }
  });
}

TEST(FormulaKernels, NeedNoAlignment) {
  const Floats a = dense_samples();
  const std::size_t n = 64;
  for (const OperatorInfo& row : operators()) {
    if (!is_elementwise(row) || row.op == Op::PowInt) continue;
    const Kernel kernel = kernels().of(row.op, 0).value[0];
    const Floats two(n, 2.0F);
    const Floats expected = run(kernel, Floats(a.begin() + 3, a.begin() + 67), two, two);
    Floats out(n + 1);
    kernel({a.data() + 3, two.data(), two.data()}, nullptr, nullptr, out.data() + 1, n);
    EXPECT_TRUE(same_bits(std::span(out).subspan(1), expected)) << row.name;
  }
}

TEST(FormulaKernels, SumsOfAnyLength) {
  Floats a(600);
  Floats b(600);
  Random random(5, Purpose::Test);
  for (float& value : a) value = static_cast<float>(random.normal());
  for (float& value : b) value = static_cast<float>(random.normal());
  for_each_target([&](const char* target) {
    for (const std::size_t n : {0, 1, 7, 15, 16, 17, 33, 511, 600}) {
      double sum = 0.0;
      double product = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += a[i];
        product += static_cast<double>(a[i]) * b[i];
      }
      EXPECT_NEAR(kernels().sum(a.data(), nullptr, n), sum, 1e-12) << target << " " << n;
      EXPECT_NEAR(kernels().sum_of_product(a.data(), b.data(), n), product, 1e-12) << target;
    }
  });
}

TEST(FormulaKernels, CopySpreadAndAddProduct) {
  const Floats a(32, 3.0F);
  const Floats b(32, -0.5F);
  for_each_target([&](const char*) {
    EXPECT_EQ(run(kernels().copy, a, b), a);
    EXPECT_EQ(run(kernels().spread, {7.0F}, a), Floats(32, 7.0F));
    for (std::size_t form = 0; form < 3; ++form) {
      Floats sum(32, 1.0F);
      kernels().add_product[form]({a.data(), b.data()}, nullptr, nullptr, sum.data(), 32);
      EXPECT_EQ(sum, Floats(32, -0.5F));
    }
  });
}

TEST(FormulaKernels, TheUlpCheckRejectsWhatIsWrong) {
  const Floats a = {1.0F, 2.0F};
  const OperatorInfo& row = info(Op::Exp);
  const Floats right = {static_cast<float>(std::exp(1.0)), static_cast<float>(std::exp(2.0))};
  EXPECT_EQ(worst_error(row, right, a, {0.0F}).ulp, 0);
  EXPECT_GT(worst_error(row, {right[0], right[1] * 1.00001F}, a, {0.0F}).ulp, 20);
  EXPECT_GT(worst_error(row, {right[0], kNan}, a, {0.0F}).ulp, 1000);
  EXPECT_EQ(ulp_distance(-0.0F, 0.0F), 0);
  EXPECT_EQ(ulp_distance(-1e-45F, 1e-45F), 2);
}

}  // namespace
}  // namespace neuronsmith::formula::internal
