#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <numbers>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "neuronsmith/data/internal/spherical_harmonic.hpp"
#include "neuronsmith/data/synthetic/worlds.hpp"
#include "tests/data/world_rows.hpp"

// The laws of worlds, each against an evaluation of its own.

namespace neuronsmith {
namespace {

using std::numbers::pi;
using testing::row_of;

using Function = std::function<double(const std::vector<double>&)>;

/// The values of all rows are those of `law`, but for a share of 1 and the rounding to float32.
void expect_law(const World& world, const Function& law, double tolerance = 1e-12) {
  SCOPED_TRACE(world.name + ": " + world.law);
  for (const WorldPart* part : {&world.training, &world.test, &world.ood}) {
    for (std::size_t i = 0; i < part->target.size(); ++i) {
      const double expected = law(row_of(*part, i));
      const double room = (tolerance + 0x1p-23) * (1.0 + std::abs(expected));
      ASSERT_NEAR(static_cast<double>(part->target[i]), expected, room);
    }
  }
}

World small_world(WorldFamily family, std::uint64_t seed) {
  return make_world(
      {.family = family, .training_rows = 50, .test_rows = 50, .ood_rows = 50, .seed = seed});
}

TEST(FeynmanWorlds, AreTheirEquations) {
  using X = const std::vector<double>&;
  const std::map<std::string, Function> laws = {
      {"I.6.2a", [](X x) { return std::exp(-x[0] * x[0] / 2) / std::sqrt(2 * pi); }},
      {"I.8.14", [](X x) { return std::hypot(x[1] - x[0], x[3] - x[2]); }},
      {"I.10.7", [](X x) { return x[0] / std::sqrt(1 - x[1] * x[1] / (x[2] * x[2])); }},
      {"I.11.19", [](X x) { return x[0] * x[3] + x[1] * x[4] + x[2] * x[5]; }},
      {"I.13.4", [](X x) { return x[0] * (x[1] * x[1] + x[2] * x[2] + x[3] * x[3]) / 2; }},
      {"I.16.6", [](X x) { return (x[2] + x[1]) / (1 + x[2] * x[1] / (x[0] * x[0])); }},
      {"I.24.6", [](X x) { return x[0] * (x[1] * x[1] + x[2] * x[2]) * x[3] * x[3] / 4; }},
      {"I.29.16",
       [](X x) {
         return std::sqrt(x[0] * x[0] + x[1] * x[1] - 2 * x[0] * x[1] * std::cos(x[2] - x[3]));
       }},
      {"I.32.17",
       [](X x) {
         const double w2 = x[4] * x[4];
         const double difference = w2 - x[5] * x[5];
         return x[0] * x[1] * x[2] * x[2] / 2 * (8 * pi * x[3] * x[3] / 3) * w2 * w2 /
                (difference * difference);
       }},
      {"I.44.4", [](X x) { return x[0] * x[1] * x[2] * (std::log(x[4]) - std::log(x[3])); }},
      {"II.6.15a",
       [](X x) {
         return x[1] / (4 * pi * x[0]) * 3 * x[5] / std::pow(x[2], 5) * std::hypot(x[3], x[4]);
       }},
      {"II.35.18", [](X x) { return x[0] / (2 * std::cosh(x[3] * x[4] / (x[1] * x[2]))); }},
      {"III.4.32", [](X x) { return 1 / std::expm1(x[0] / (2 * pi) * x[1] / (x[2] * x[3])); }},
      {"III.19.51",
       [](X x) {
         const double bohr = 4 * pi * x[4] * x[2] / (2 * pi) * x[3];
         return -x[0] * std::pow(x[1], 4) / (2 * bohr * bohr);
       }},
  };
  for (const auto& [equation, law] : laws) {
    expect_law(make_world({.family = WorldFamily::Feynman, .equation = equation}), law, 1e-9);
  }
}

/// The real harmonic from the complex one of the standard library, whose sign is (-1)^m.
double harmonic_of_the_library(int l, int m, double theta, double phi) {
  const auto size = static_cast<unsigned>(std::abs(m));
  const double legendre = std::sph_legendre(static_cast<unsigned>(l), size, theta);
  const double wave = m < 0 ? std::sin(size * phi) : std::cos(size * phi);
  return (size % 2 == 0 ? 1.0 : -1.0) * (m == 0 ? 1.0 : std::sqrt(2.0)) * legendre * wave;
}

TEST(SphericalHarmonics, AreThoseOfTheStandardLibrary) {
  for (int l = 0; l <= 6; ++l) {
    for (int m = -l; m <= l; ++m) {
      for (const double theta : {0.0, 0.3, 1.1, 2.0, 3.0}) {
        for (const double phi : {0.0, 0.7, 2.5, 6.0}) {
          EXPECT_NEAR(internal::spherical_harmonic(l, m, theta, phi),
                      harmonic_of_the_library(l, m, theta, phi),
                      1e-12);
        }
      }
    }
  }
}

/// Integral of the product of two harmonics over the sphere, by the midpoint rule.
double inner_product(std::pair<int, int> a, std::pair<int, int> b) {
  constexpr int kThetas = 300;
  constexpr int kPhis = 16;
  double sum = 0.0;
  for (int i = 0; i < kThetas; ++i) {
    const double theta = pi * (i + 0.5) / kThetas;
    for (int k = 0; k < kPhis; ++k) {
      const double phi = 2.0 * pi * k / kPhis;
      sum += std::sin(theta) * internal::spherical_harmonic(a.first, a.second, theta, phi) *
             internal::spherical_harmonic(b.first, b.second, theta, phi);
    }
  }
  return sum * (pi / kThetas) * (2.0 * pi / kPhis);
}

TEST(SphericalHarmonics, AreOrthonormal) {
  std::vector<std::pair<int, int>> harmonics;
  for (int l = 0; l <= 5; ++l) {
    for (int m = -l; m <= l; ++m) harmonics.emplace_back(l, m);
  }
  for (const auto& a : harmonics) {
    for (const auto& b : harmonics) EXPECT_NEAR(inner_product(a, b), a == b ? 1.0 : 0.0, 1e-3);
  }
}

/// "1.2*Y(3,-2) - 0.7*Y(1,0)" at theta and phi.
double series_of(const std::string& law, double theta, double phi) {
  static const std::regex kTerm(R"((-)?\s*([0-9.]+\*)?Y\((\d+),(-?\d+)\))");
  double sum = 0.0;
  for (std::sregex_iterator term(law.begin(), law.end(), kTerm), end; term != end; ++term) {
    const std::smatch& part = *term;
    const double amplitude = part[2].matched ? std::stod(part[2]) : 1.0;
    const double value =
        harmonic_of_the_library(std::stoi(part[3]), std::stoi(part[4]), theta, phi);
    sum += (part[1].matched ? -amplitude : amplitude) * value;
  }
  return sum;
}

TEST(SphericalHarmonicWorlds, AreTheSumsThatTheirLawsSay) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const World world = small_world(WorldFamily::SphericalHarmonic, seed);
    expect_law(world, [&](const auto& x) { return series_of(world.law, x[0], x[1]); });
  }
}

using State = std::array<double, 3>;
using Flow = std::function<State(const State&)>;

/// Runge-Kutta steps of order 4 for the world's state.
State integrate(State state, double time, int steps, const Flow& flow) {
  const double h = time / steps;
  const auto add = [](State a, double factor, const State& b) {
    for (std::size_t i = 0; i < 3; ++i) a[i] += factor * b[i];
    return a;
  };
  for (int n = 0; n < steps; ++n) {
    const State a = flow(state);
    const State b = flow(add(state, h / 2, a));
    const State c = flow(add(state, h / 2, b));
    const State d = flow(add(state, h, c));
    for (const auto& [slope, weight] : {std::pair{a, 1}, {b, 2}, {c, 2}, {d, 1}}) {
      state = add(state, weight * h / 6, slope);
    }
  }
  return state;
}

/// The same coordinate after the same time in steps half as long.
void expect_flow(
    const World& world, std::size_t coordinate, double time, int steps, const Flow& flow) {
  ASSERT_LT(coordinate, 3u);
  expect_law(
      world,
      [&](const auto& x) {
        return integrate({x[0], x[1], x[2]}, time, 2 * steps, flow)[coordinate];
      },
      1e-5);
}

TEST(LorenzWorlds, AreTheFlowThatTheirLawsSay) {
  std::set<std::size_t> coordinates;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const World world = small_world(WorldFamily::Lorenz, seed);
    std::size_t coordinate = 3;
    double s = 0.0;
    double r = 0.0;
    double b = 0.0;
    const char* const text =
        "x%zu after time 0.1 of x0' = %lf*(x1 - x0), x1' = x0*(%lf - x2) - x1, x2' = x0*x1 - "
        "%lf*x2";
    ASSERT_EQ(std::sscanf(world.law.c_str(), text, &coordinate, &s, &r, &b), 4) << world.law;
    expect_flow(world, coordinate, 0.1, 50, [=](const State& x) {
      return State{s * (x[1] - x[0]), x[0] * (r - x[2]) - x[1], x[0] * x[1] - b * x[2]};
    });
    EXPECT_TRUE(8.0 <= s && s <= 12.0 && 24.0 <= r && r <= 32.0 && 2.0 <= b && b <= 3.2);
    coordinates.insert(coordinate);
  }
  EXPECT_EQ(coordinates.size(), 3u);
}

TEST(RoesslerWorlds, AreTheFlowThatTheirLawsSay) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const World world = small_world(WorldFamily::Roessler, seed);
    std::size_t coordinate = 3;
    double a = 0.0;
    double b = 0.0;
    double c = 0.0;
    const char* const text =
        "x%zu after time 0.5 of x0' = -x1 - x2, x1' = x0 + %lf*x1, x2' = %lf + x2*(x0 - %lf)";
    ASSERT_EQ(std::sscanf(world.law.c_str(), text, &coordinate, &a, &b, &c), 4) << world.law;
    expect_flow(world, coordinate, 0.5, 100, [=](const State& x) {
      return State{-x[1] - x[2], x[0] + a * x[1], b + x[2] * (x[0] - c)};
    });
  }
}

TEST(LogisticMapWorlds, AreTheMapThatTheirLawsSay) {
  std::set<int> all;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const World world = small_world(WorldFamily::LogisticMap, seed);
    int times = 0;
    ASSERT_EQ(std::sscanf(world.law.c_str(), "x after %d times x <- r*x*(1 - x)", &times), 1);
    expect_law(world, [times](const auto& x) {
      double state = x[0];
      for (int i = 0; i < times; ++i) state = x[1] * (state - state * state);
      return state;
    });
    all.insert(times);
  }
  EXPECT_EQ(all, (std::set<int>{1, 2, 3}));
}

TEST(MackeyGlassWorlds, AreTheDelayEquationThatTheirLawsSay) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const World world = small_world(WorldFamily::MackeyGlass, seed);
    double h = 0.0;
    double beta = 0.0;
    double gamma = 0.0;
    int n = 0;
    const char* const text = "x0 after x0 <- x0 + %lf*(%lf*d/(1 + d^%d) - %lf*x0) with d = x1";
    ASSERT_EQ(std::sscanf(world.law.c_str(), text, &h, &beta, &n, &gamma), 4) << world.law;
    expect_law(world, [=](const auto& x) {
      double state = x[0];
      for (std::size_t i = 1; i < x.size(); ++i) {
        state = (1 - h * gamma) * state + h * beta * x[i] / (1 + std::pow(x[i], n));
      }
      return state;
    });
    sizes.insert(world.inputs.size());
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{2, 3, 4}));
}

}  // namespace
}  // namespace neuronsmith
