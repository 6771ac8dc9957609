#include "neuronsmith/experiment/collapse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/evaluate.hpp"

namespace neuronsmith::experiment {
namespace {

using formula::Formula;
using formula::Node;
using formula::Op;
using formula::Shape;

constexpr float kGridEnd = 10.0F;
constexpr std::size_t kGridPoints = 4001;  ///< odd: 0 is one of them over a symmetric span
constexpr double kLeastVariation = 1e-6;   ///< of an activation, relative to its size
constexpr double kNoMean = 1e-6;           ///< what rounding leaves of the mean 0 of scaled inputs

/// The formula with some columns replaced.
template <typename Replacement>
Formula with_columns(const Formula& formula, const Replacement& replacement) {
  std::vector<Node> nodes(formula.nodes().begin(), formula.nodes().end());
  for (Node& node : nodes) {
    if (node.op == Op::Column) node = replacement(node);
  }
  return Formula::from_nodes(std::move(nodes), Shape::Scalar);
}

double mean_of(std::span<const float> values) {
  double sum = 0.0;
  for (const float value : values) sum += static_cast<double>(value);
  const double mean = values.empty() ? 0.0 : sum / static_cast<double>(values.size());
  return std::abs(mean) < kNoMean ? 0.0 : mean;
}

Node mean_node(const FeatureView& features, const Node& column) {
  return {.op = Op::Literal,
          .value = mean_of(features.column(static_cast<std::size_t>(column.index)))};
}

std::vector<float> grid_over(const FeatureView& features) {
  float low = -kGridEnd;
  float high = kGridEnd;
  for (std::size_t j = 0; j < features.n_features; ++j) {
    for (const float value : features.column(j)) {
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
  }
  std::vector<float> grid;
  const auto add_span = [&grid](double from, double to) {
    for (std::size_t i = 0; i < kGridPoints; ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(kGridPoints - 1);
      grid.push_back(static_cast<float>(from + (to - from) * share));
    }
  };
  add_span(-kGridEnd, kGridEnd);
  if (low < -kGridEnd || high > kGridEnd) add_span(low, high);
  return grid;
}

std::vector<int> columns_of(const Formula& formula) {
  std::vector<int> columns;
  for (const Node& node : formula.nodes()) {
    if (node.op == Op::Column) columns.push_back(node.index);
  }
  std::ranges::sort(columns);
  const auto rest = std::ranges::unique(columns);
  columns.erase(rest.begin(), rest.end());
  return columns;
}

/// The loss with one column at its mean; infinity where it is not finite.
double loss_without(const Formula& formula,
                    int column,
                    const search::LossObjective& objective,
                    const FeatureView& means_of) {
  return objective
      .score_one(with_columns(formula,
                              [&](const Node& node) {
                                return node.index == column ? mean_node(means_of, node) : node;
                              }))
      .error;
}

std::vector<int> by_importance(const Formula& formula, const CollapseRows& rows) {
  const search::LossObjective objective(rows.data, {.linear_scaling = rows.linear_scaling});
  std::vector<std::pair<double, int>> order;
  for (const int column : columns_of(formula)) {
    order.emplace_back(-loss_without(formula, column, objective, rows.means_of), column);
  }
  std::ranges::sort(order);
  std::vector<int> columns;
  for (const auto& [loss, column] : order) columns.push_back(column);
  return columns;
}

std::variant<Collapsed, std::string> checked(const Formula& formula,
                                             std::optional<int> column,
                                             const CollapseRows& rows) {
  Collapsed result{search::shortened(formula), column};
  std::string objection = objection_to_activation(result.activation, rows.data.features);
  if (!objection.empty()) return objection;
  return result;
}

std::variant<Collapsed, std::string> with_others_at_mean(const Formula& formula,
                                                         const CollapseRows& rows) {
  std::string reasons;
  for (const int kept : by_importance(formula, rows)) {
    const Formula single = with_columns(formula, [&](const Node& node) {
      return node.index == kept ? Node{.op = Op::Input} : mean_node(rows.means_of, node);
    });
    auto result = checked(single, kept, rows);
    const auto* reason = std::get_if<std::string>(&result);
    if (reason == nullptr) return result;
    reasons += fmt::format("{}of x{} alone it {}", reasons.empty() ? "" : ", ", kept, *reason);
  }
  return reasons.empty() ? "is a constant" : reasons;
}

}  // namespace

std::string objection_to_activation(const Formula& formula, const FeatureView& features) {
  if (!formula.uses(Op::Input)) return "is a constant";
  const std::vector<float> x = grid_over(features);
  std::vector<float> y(x.size());
  std::vector<float> slope(x.size());
  formula::ElementwiseFunction(formula).evaluate_with_slope(x, y, slope);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(y[i])) return fmt::format("is not finite at x = {:.4g}", x[i]);
    if (!std::isfinite(slope[i])) return fmt::format("has no finite slope at x = {:.4g}", x[i]);
  }
  const auto [least, most] = std::ranges::minmax(y);
  const double size =
      std::max({1.0, std::abs(static_cast<double>(least)), std::abs(static_cast<double>(most))});
  if (static_cast<double>(most) - static_cast<double>(least) <= kLeastVariation * size) {
    return "is a constant";
  }
  return {};
}

std::variant<Collapsed, std::string> collapse(const Formula& formula,
                                              search::Collapse how,
                                              const CollapseRows& rows) {
  if (how == search::Collapse::OthersAtMean) return with_others_at_mean(formula, rows);
  return checked(
      with_columns(formula, [](const Node&) { return Node{.op = Op::Input}; }), std::nullopt, rows);
}

}  // namespace neuronsmith::experiment
