#include "neuronsmith/search/evolution/proposal_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/cost.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/neuron/activation.hpp"
#include "neuronsmith/search/internal/grid.hpp"

namespace neuronsmith::search::evolution {
namespace {

using formula::Formula;
using formula::Op;

constexpr std::size_t kPoints = 321;
constexpr float kEnd = 8.0F;
constexpr float kFlat = 1e-5F;  // relative to the greatest value

bool is_of_x_alone(const Formula& formula) {
  return formula.uses(Op::Input) && formula.input_shape() == formula::Shape::Scalar &&
         neuron::objection_to(formula).empty() && !formula.uses(formula::OpKind::BatchStatistic);
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
  const std::vector<float> x = internal::symmetric_grid(kEnd, kPoints);
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
