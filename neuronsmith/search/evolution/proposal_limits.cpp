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

/// Why it is no function of the inputs; empty where it is one.
std::string objection_to(const Formula& f, InputSpace inputs, const ProposalLimits& limits) {
  if (inputs.is_pointwise()) {
    const bool fits = f.uses(Op::Input) && f.input_shape() == formula::Shape::Scalar &&
                      neuron::objection_to(f).empty() && !f.uses(formula::OpKind::BatchStatistic);
    return fits ? "" : "not a function of x alone";
  }
  const bool is_plain = !f.uses(Op::Parameter) && !f.uses(formula::OpKind::BatchStatistic);
  if (inputs.n_columns > 0) {
    const bool fits = is_plain && !f.uses(Op::Input) && !f.uses(Op::Weight) &&
                      !f.uses(formula::OpKind::Reduction) && f.uses(Op::Column) &&
                      static_cast<std::size_t>(f.count(Op::Column)) <= inputs.n_columns;
    return fits ? "" : fmt::format("not a function of x0 to x{} alone", inputs.n_columns - 1);
  }
  const bool fits = is_plain && f.uses(Op::Input) && !f.uses(Op::Column) &&
                    f.input_shape() == formula::Shape::Vector &&
                    static_cast<std::size_t>(f.count(Op::Weight)) <= limits.weights;
  return fits ? "" : fmt::format("not a function of x and {} weight vectors", limits.weights);
}

/// Why a function of scalar x is of no use as an activation.
std::optional<std::string> broken_on_the_line(const Formula& formula) {
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

}  // namespace

void ProposalLimits::validate() const {
  if (max_nodes == 0) throw ConfigError("the nodes of a proposal must be at least 1");
  if (!(max_cost > 0.0)) throw ConfigError("the cost of a proposal must be above 0");
}

std::optional<std::string> refusal_of(const Formula& formula,
                                      InputSpace inputs,
                                      const ProposalLimits& limits) {
  if (formula.size() > limits.max_nodes) {
    return fmt::format("{} nodes, more than {}", formula.size(), limits.max_nodes);
  }
  std::string objection = objection_to(formula, inputs, limits);
  if (!objection.empty()) return objection;
  if (inputs.shape == formula::Shape::Vector) return std::nullopt;
  const double cost = formula::operations_of(formula);
  if (!(cost <= limits.max_cost)) {
    return fmt::format("{} FLOP per element, more than {}", cost, limits.max_cost);
  }
  return inputs.is_pointwise() ? broken_on_the_line(formula) : std::nullopt;
}

}  // namespace neuronsmith::search::evolution
