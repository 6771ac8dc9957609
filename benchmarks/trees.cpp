#include "benchmarks/trees.hpp"

#include <array>

#include "neuronsmith/core/random.hpp"

namespace neuronsmith::benchmarks {
namespace {

using formula::Formula;
using formula::Op;

constexpr std::array<Op, 3> kBinary = {Op::Add, Op::Sub, Op::Mul};
constexpr std::array<Op, 4> kUnary = {Op::Sin, Op::Cos, Op::Exp, Op::Tanh};
constexpr double kUnaryShare = 0.4;

/// A tree of exactly `n` nodes. Without functions `n` is odd, and so are both sides of a split.
Formula grow(std::size_t n, TreeKind kind, Random& random) {
  if (n == 1) return Formula::column(static_cast<int>(random.below(kTreeColumns)));
  const bool has_functions = kind == TreeKind::Transcendental;
  if (n == 2 || (has_functions && random.chance(kUnaryShare))) {
    return Formula::apply(kUnary[random.below(kUnary.size())], grow(n - 1, kind, random));
  }
  const std::size_t left =
      has_functions ? 1 + random.below(n - 2) : 1 + 2 * random.below((n - 1) / 2);
  const Op op = kBinary[random.below(kBinary.size())];
  const Formula a = grow(left, kind, random);
  return Formula::apply(op, a, grow(n - 1 - left, kind, random));
}

}  // namespace

std::vector<Formula> random_trees(TreeKind kind) {
  Random random(1, Purpose::Genetic, static_cast<std::uint32_t>(kind));
  std::vector<Formula> trees;
  for (std::size_t i = 0; i < kTreeCount; ++i) trees.push_back(grow(kTreeNodes, kind, random));
  return trees;
}

}  // namespace neuronsmith::benchmarks
