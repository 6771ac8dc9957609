#include <fmt/format.h>

#include <algorithm>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/collapse.hpp"
#include "neuronsmith/experiment/internal/pursuit.hpp"
#include "neuronsmith/neuron/composite.hpp"
#include "neuronsmith/search/fit_objective.hpp"
#include "neuronsmith/search/loss_objective.hpp"
#include "neuronsmith/search/member.hpp"

namespace neuronsmith::experiment::internal {
namespace {

using formula::Formula;
using formula::Node;
using formula::Op;
using formula::Shape;

std::vector<float> indicator(std::span<const std::uint32_t> classes, std::uint32_t label) {
  std::vector<float> values;
  values.reserve(classes.size());
  for (const std::uint32_t c : classes) values.push_back(c == label ? 1.0F : 0.0F);
  return values;
}

/// The rows of a part as a fit sees them: classes as indicator columns, of two classes one.
struct FitRows {
  FitRows(const network::Part& part, const Task& task) {
    data.features = part.features;
    if (task.kind == TaskKind::Regression) {
      data.targets = {part.target};
      return;
    }
    const auto n_classes = static_cast<std::uint32_t>(task.n_classes());
    for (std::uint32_t label = n_classes == 2 ? 1 : 0; label < n_classes; ++label) {
      indicators.push_back(indicator(part.classes, label));
    }
    data.targets.assign(indicators.begin(), indicators.end());
  }
  FitRows(const FitRows&) = delete;
  FitRows& operator=(const FitRows&) = delete;

  std::vector<std::vector<float>> indicators;
  search::FitData data;
};

/// The rows of a part as a loss sees them: a number, or whether the class is `label`.
struct LossRows {
  LossRows(const network::Part& part, const Task& task, std::uint32_t label) {
    data.features = part.features;
    data.target = part.target;
    if (task.kind == TaskKind::Regression) return;
    is_label = indicator(part.classes, label);
    data.target = is_label;
    data.loss = search::Loss::LogLoss;
  }
  LossRows(const LossRows&) = delete;
  LossRows& operator=(const LossRows&) = delete;

  std::vector<float> is_label;
  search::LossData data;
};

/// Errors on rows held out as scores, of an objective that fits formulas to other rows.
template <typename Objective, typename Data>
std::vector<search::Score> holdout_scores_of(const Objective& objective,
                                             const Data& holdout,
                                             std::span<const Formula> formulas,
                                             const Executor& executor) {
  std::vector<search::Score> scores(formulas.size());
  executor.for_each(formulas.size(), [&](std::size_t i) {
    const double error = objective.holdout_error(formulas[i], holdout);
    scores[i] = {error, static_cast<double>(formulas[i].size()), error};
  });
  return scores;
}

/// A formula of the vector x becomes the aggregation, or the whole neuron.
class AggregationPursuit final : public Pursuit {
 public:
  AggregationPursuit(const PreparedData& data,
                     const search::Recipe& recipe,
                     const network::Part& part)
      : recipe_(recipe),
        rows_(part, data.task),
        holdout_(data.validation(), data.task),
        objective_(rows_.data, recipe.fit) {}

  [[nodiscard]] search::InputSpace inputs() const override { return Shape::Vector; }
  [[nodiscard]] const search::Objective& objective() const override { return objective_; }

  [[nodiscard]] std::vector<search::Score> holdout_scores(std::span<const Formula> formulas,
                                                          const Executor& executor) const override {
    return holdout_scores_of(objective_, holdout_.data, formulas, executor);
  }

  [[nodiscard]] std::variant<Found, std::string> neuron_of(const Formula& formula) const override {
    Found found;
    if (recipe_.role == search::Role::Neuron) {
      const auto parts = parts_of(formula);
      if (!parts) return "is no activation of an aggregation";
      if (!search::aggregation_member(parts->aggregation, {})) {
        return "has no term form within its activation";
      }
      found.neuron = neuron::make_neuron(*parts, recipe_.learnable, kSource);
      return found;
    }
    found.neuron.formula = objective_.fitted(formula);
    auto aggregation = neuron::to_aggregation(found.neuron.formula);
    if (auto* none = std::get_if<neuron::NoTermForm>(&aggregation)) return std::move(none->reason);
    found.neuron.aggregation = std::get<neuron::Aggregation>(std::move(aggregation));
    return found;
  }

 private:
  /// With what was fitted, where that leaves one sum, otherwise as proposed.
  [[nodiscard]] std::optional<neuron::Composite> parts_of(const Formula& formula) const {
    auto parts = neuron::decompose(objective_.fitted(formula));
    return parts ? std::move(parts) : neuron::decompose(formula);
  }

  const search::Recipe& recipe_;
  FitRows rows_;
  FitRows holdout_;
  search::FitObjective objective_;
};

/// A formula of columns, or of x in which every column stands in turn, becomes the activation of
/// the ordinary neuron.
class ActivationPursuit final : public Pursuit {
 public:
  ActivationPursuit(const PreparedData& data,
                    const search::Recipe& recipe,
                    const network::Part& part)
      : data_(data),
        recipe_(recipe),
        rows_(part, data.task, class_told(data)),
        holdout_(data.validation(), data.task, class_told(data)),
        objective_(rows_.data, recipe.loss, slot()) {}

  [[nodiscard]] search::InputSpace inputs() const override {
    if (slot() == search::Slot::EachColumn) return Shape::Scalar;
    return search::InputSpace::columns(rows_.data.features.n_features);
  }
  [[nodiscard]] const search::Objective& objective() const override { return objective_; }

  [[nodiscard]] std::vector<search::Score> holdout_scores(std::span<const Formula> formulas,
                                                          const Executor& executor) const override {
    return holdout_scores_of(objective_, holdout_.data, formulas, executor);
  }

  [[nodiscard]] std::variant<Found, std::string> neuron_of(const Formula& formula) const override {
    if (static_cast<std::size_t>(formula.count(Op::Column)) > inputs().n_columns) {
      return "reads a column that the data lack";  // of a checkpoint that was tampered with
    }
    const CollapseRows rows{.data = rows_.data,
                            .means_of = data_.training().features,
                            .linear_scaling = recipe_.loss.linear_scaling};
    auto collapsed = collapse(objective_.resolved(formula), recipe_.collapse, rows);
    if (auto* reason = std::get_if<std::string>(&collapsed)) return std::move(*reason);
    auto& result = std::get<Collapsed>(collapsed);
    return Found{.neuron = neuron::ordinary_neuron(
                     neuron::with_learnable_literals(result.activation, recipe_.learnable)),
                 .columns = columns_formula(objective_.fitted(formula), result.column)};
  }

 private:
  [[nodiscard]] search::Slot slot() const {
    return recipe_.collapse == search::Collapse::Univariate ? search::Slot::EachColumn
                                                            : search::Slot::Columns;
  }

  [[nodiscard]] ColumnsFormula columns_formula(Formula formula, std::optional<int> kept) const {
    ColumnsFormula result{.formula = std::move(formula), .names = {}, .kept = kept};
    const std::vector<std::string> names = data_.preprocessor.feature_names();
    for (const Node& node : result.formula.nodes()) {
      if (node.op != Op::Column) continue;
      result.names.try_emplace(node.index, names[static_cast<std::size_t>(node.index)]);
    }
    if (kept) result.names.try_emplace(*kept, names[static_cast<std::size_t>(*kept)]);
    return result;
  }

  const PreparedData& data_;
  const search::Recipe& recipe_;
  LossRows rows_;
  LossRows holdout_;
  search::LossObjective objective_;
};

}  // namespace

std::uint32_t class_told(const PreparedData& data) {
  const std::size_t n_classes = data.task.n_classes();
  if (n_classes <= 2) return 1;
  std::vector<std::size_t> counts(n_classes);
  for (const std::uint32_t c : data.training().classes) ++counts[c];
  return static_cast<std::uint32_t>(std::ranges::max_element(counts) - counts.begin());
}

std::unique_ptr<Pursuit> fit_pursuit(const PreparedData& data,
                                     const search::Recipe& recipe,
                                     bool training_rows_only) {
  const network::Part part = training_rows_only ? data.training() : data.known();
  if (recipe.role == search::Role::Activation) {
    return std::make_unique<ActivationPursuit>(data, recipe, part);
  }
  return std::make_unique<AggregationPursuit>(data, recipe, part);
}

}  // namespace neuronsmith::experiment::internal
