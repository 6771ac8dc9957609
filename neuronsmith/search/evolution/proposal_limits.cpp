#include "neuronsmith/search/evolution/proposal_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/cost.hpp"
#include "neuronsmith/formula/evaluate.hpp"

namespace neuronsmith::search::evolution {
namespace {

using formula::Formula;
using formula::Op;

constexpr int kPoints = 321;
constexpr float kEnd = 8.0F;
constexpr float kFlat = 1e-5F;  // relative to the greatest value

bool is_of_x_alone(const Formula& formula) {
  constexpr Op kOther[] = {Op::Column, Op::Parameter, Op::Weight, Op::Sum, Op::Dot, Op::ZScore};
  return formula.uses(Op::Input) && formula.input_shape() == formula::Shape::Scalar &&
         std::ranges::none_of(kOther, [&](Op op) { return formula.uses(op); });
}

}  // namespace

void ProposalLimits::validate() const {
  if (max_nodes == 0) throw ConfigError("the nodes of a proposal must be at least 1");
  if (!(max_cost > 0.0)) throw ConfigError("the cost of a proposal must be above 0");
}

std::optional<std::string> refusal_of(const Formula& formula, const ProposalLimits& limits) {
  if (formula.size() > limits.max_nodes) {
    return fmt::format("{} nodes, more than {}", formula.size(), limits.max_nodes);
  }
  if (!is_of_x_alone(formula)) return "not a function of x alone";
  const double cost = formula::operations_of(formula);
  if (!(cost <= limits.max_cost)) {
    return fmt::format("{} FLOP per element, more than {}", cost, limits.max_cost);
  }
  std::vector<float> x;
  for (int i = 0; i < kPoints; ++i) {
    x.push_back(kEnd * (2.0F * static_cast<float>(i) / (kPoints - 1) - 1.0F));
  }
  std::vector<float> y(x.size());
  formula::ElementwiseFunction(formula).evaluate(x, y);
  const auto broken = std::ranges::find_if(y, [](float value) { return !std::isfinite(value); });
  if (broken != y.end()) {
    return fmt::format("not finite at x = {}", x[static_cast<std::size_t>(broken - y.begin())]);
  }
  const auto [low, high] = std::ranges::minmax(y);
  const float greatest = std::max(std::abs(low), std::abs(high));
  if (high - low <= kFlat * greatest) return "flat";
  return std::nullopt;
}

}  // namespace neuronsmith::search::evolution
