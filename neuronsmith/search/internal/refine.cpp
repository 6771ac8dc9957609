#include "neuronsmith/search/internal/refine.hpp"

#include <ceres/tiny_solver.h>

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/search/gram.hpp"

namespace neuronsmith::search::internal {
namespace {

using formula::Formula;
using formula::Node;
using formula::NormalFactor;
using formula::NormalTerm;
using formula::Op;

constexpr std::size_t kMaxRows = 2048;
/// Step of the central differences, near the cube root of float32's precision, relative.
constexpr double kStep = 4e-3;
/// Stands for the residual of a row where a term is not finite: worse than any real one.
constexpr double kBadResidual = 1e3;

int count(const GeneralForm& terms, Op leaf) {
  int n = 0;
  for (const NormalTerm& term : terms) {
    for (const NormalFactor& factor : term.factors) n = std::max(n, factor.base.count(leaf));
  }
  return n;
}

/// The terms with `change` applied to every node of their factors.
template <typename Change>
GeneralForm with_nodes(const GeneralForm& terms, const Change& change) {
  GeneralForm result = terms;
  for (NormalTerm& term : result) {
    for (NormalFactor& factor : term.factors) {
      std::vector<Node> nodes(factor.base.nodes().begin(), factor.base.nodes().end());
      for (Node& node : nodes) change(node);
      factor.base = Formula::from_nodes(std::move(nodes), factor.base.input_shape());
    }
  }
  return result;
}

std::vector<formula::Evaluator> evaluators_of(const GeneralForm& terms) {
  std::vector<formula::Evaluator> evaluators;
  for (const NormalTerm& term : terms) evaluators.emplace_back(formula::to_monomial(term));
  return evaluators;
}

/// Evenly spaced rows, so that a fit costs the same on any table.
FeatureMatrix sampled(const FeatureView& features, std::size_t n) {
  FeatureMatrix sample(n, features.n_features);
  for (std::size_t j = 0; j < features.n_features; ++j) {
    const auto from = features.column(j);
    const auto to = sample.column(j);
    for (std::size_t i = 0; i < n; ++i) to[i] = from[i * features.n_rows / n];
  }
  return sample;
}

/// Residuals of all targets as a function of what is not linear, for ceres::TinySolver.
class Residuals {
 public:
  using Scalar = double;
  enum { NUM_RESIDUALS = Eigen::Dynamic, NUM_PARAMETERS = Eigen::Dynamic };

  Residuals(const BoundForm& start,
            const FeatureView& features,
            std::span<const std::span<const float>> targets)
      : n_parameters_(start.parameters.size()),
        parameters_(start.parameters),
        weights_(start.weights),
        sample_(sampled(features, std::min(kMaxRows, features.n_rows))) {
    terms_ = with_nodes(start.terms, [this](Node& node) {
      if (node.op != Op::Literal) return;
      const auto index = static_cast<std::int32_t>(parameters_.size());
      parameters_.push_back(static_cast<float>(node.value));
      node = {.op = Op::Parameter, .index = index};
    });
    evaluators_ = evaluators_of(terms_);
    set_targets(features.n_rows, targets);
  }

  [[nodiscard]] bool is_empty() const { return targets_.cols() == 0; }
  [[nodiscard]] int NumResiduals() const { return static_cast<int>(targets_.size()); }
  [[nodiscard]] int NumParameters() const {
    return static_cast<int>(parameters_.size() + weights_.size());
  }

  [[nodiscard]] Eigen::VectorXd start() const {
    Eigen::VectorXd x(NumParameters());
    std::ranges::copy(parameters_, x.begin());
    std::ranges::copy(weights_, x.begin() + static_cast<std::ptrdiff_t>(parameters_.size()));
    return x;
  }

  bool operator()(const double* x, double* residuals, double* jacobian) const {
    const Eigen::Map<const Eigen::VectorXd> point(x, NumParameters());
    Eigen::Map<Eigen::VectorXd>(residuals, NumResiduals()) = at(point);
    if (jacobian == nullptr) return true;
    Eigen::Map<Eigen::MatrixXd> derivatives(jacobian, NumResiduals(), NumParameters());
    for (int k = 0; k < NumParameters(); ++k) {
      const double step = kStep * std::max(1.0, std::abs(point[k]));
      Eigen::VectorXd moved = point;
      moved[k] = point[k] + step;
      derivatives.col(k) = at(moved);
      moved[k] = point[k] - step;
      derivatives.col(k) = (derivatives.col(k) - at(moved)) / (2.0 * step);
    }
    return true;
  }

  /// The form with the values that `x` holds.
  [[nodiscard]] BoundForm form_at(const Eigen::VectorXd& x) const {
    BoundForm form;
    const auto first_literal = static_cast<std::int32_t>(n_parameters_);
    form.terms = with_nodes(terms_, [&](Node& node) {
      if (node.op != Op::Parameter || node.index < first_literal) return;
      node = {.op = Op::Literal, .value = x[node.index]};
    });
    const Values values = values_at(x);
    form.parameters.assign(values.parameters.begin(), values.parameters.begin() + first_literal);
    form.weights = values.weights;
    return form;
  }

 private:
  struct Values {
    std::vector<float> parameters;
    std::vector<float> weights;
  };

  /// Centred and of unit variance; those that do not vary are left out.
  void set_targets(std::size_t n_rows, std::span<const std::span<const float>> targets) {
    const auto n = static_cast<Eigen::Index>(sample_.n_rows());
    targets_.resize(n, 0);
    for (const auto& target : targets) {
      Eigen::VectorXd column(n);
      for (Eigen::Index i = 0; i < n; ++i) {
        column[i] = target[static_cast<std::size_t>(i) * n_rows / sample_.n_rows()];
      }
      column.array() -= column.mean();
      const double deviation = std::sqrt(column.squaredNorm() / static_cast<double>(n));
      if (!(deviation > 0.0)) continue;
      targets_.conservativeResize(Eigen::NoChange, targets_.cols() + 1);
      targets_.rightCols(1) = column / deviation;
    }
  }

  [[nodiscard]] Values values_at(const Eigen::VectorXd& x) const {
    Values values;
    for (std::size_t i = 0; i < parameters_.size() + weights_.size(); ++i) {
      auto& list = i < parameters_.size() ? values.parameters : values.weights;
      list.push_back(static_cast<float>(x[static_cast<Eigen::Index>(i)]));
    }
    return values;
  }

  [[nodiscard]] Eigen::VectorXd at(const Eigen::VectorXd& x) const {
    const Values values = values_at(x);
    const formula::Inputs inputs{sample_.view(), values.parameters, values.weights};
    const auto n = static_cast<Eigen::Index>(sample_.n_rows());
    Eigen::MatrixXd design(n, static_cast<Eigen::Index>(evaluators_.size()));
    std::vector<float> column(sample_.n_rows());
    for (std::size_t k = 0; k < evaluators_.size(); ++k) {
      evaluators_[k].evaluate(inputs, column);
      const Eigen::Map<const Eigen::VectorXf> value(column.data(), n);
      auto centred = design.col(static_cast<Eigen::Index>(k));
      centred = value.cast<double>();
      centred.array() -= centred.mean();
    }
    Eigen::MatrixXd residuals = targets_;
    if (design.allFinite()) {
      residuals -= design * design.colPivHouseholderQr().solve(targets_);
    } else {
      residuals.setConstant(kBadResidual);
    }
    return residuals.reshaped();
  }

  std::size_t n_parameters_;  ///< of the form itself; literals come behind them
  std::vector<float> parameters_;
  std::vector<float> weights_;
  FeatureMatrix sample_;
  GeneralForm terms_;
  std::vector<formula::Evaluator> evaluators_;
  Eigen::MatrixXd targets_;
};

}  // namespace

TermValues values_of(const BoundForm& form) {
  // Shared, as a std::function must be copyable and an Evaluator is not.
  const auto evaluators =
      std::make_shared<const std::vector<formula::Evaluator>>(evaluators_of(form.terms));
  return [evaluators, parameters = form.parameters, weights = form.weights](const FeatureView& rows,
                                                                            std::span<double> out) {
    std::array<float, Gram::kBlockRows> values;
    const formula::Inputs inputs{rows, parameters, weights};
    for (std::size_t k = 0; k < evaluators->size(); ++k) {
      (*evaluators)[k].evaluate(inputs, std::span(values).first(rows.n_rows));
      std::copy_n(
          values.begin(), rows.n_rows, out.begin() + static_cast<std::ptrdiff_t>(k * rows.n_rows));
    }
  };
}

BoundForm bound(const GeneralForm& terms, std::size_t n_features) {
  BoundForm form{.terms = terms, .parameters = {}, .weights = {}};
  form.parameters.assign(static_cast<std::size_t>(count(terms, Op::Parameter)), 1.0F);
  const auto n_weights = static_cast<std::size_t>(count(terms, Op::Weight)) * n_features;
  if (n_weights == 0) return form;
  const formula::NormalForm whole{terms, formula::Shape::Vector};
  Random random(formula::to_formula(whole).hash(), Purpose::Constants);
  const double deviation = 1.0 / std::sqrt(static_cast<double>(n_features));
  for (std::size_t i = 0; i < n_weights; ++i) {
    form.weights.push_back(static_cast<float>(deviation * random.normal()));
  }
  return form;
}

bool has_unknowns(const GeneralForm& terms) {
  return std::ranges::any_of(terms, [](const NormalTerm& term) {
    return std::ranges::any_of(term.factors, [](const NormalFactor& factor) {
      const Formula& base = factor.base;
      return base.uses(Op::Literal) || base.uses(Op::Parameter) || base.uses(Op::Weight);
    });
  });
}

BoundForm refine(const BoundForm& start,
                 const FeatureView& features,
                 std::span<const std::span<const float>> targets,
                 int max_iterations) {
  const Residuals residuals(start, features, targets);
  if (residuals.is_empty() || residuals.NumParameters() == 0) return start;
  ceres::TinySolver<Residuals> solver;
  solver.options.max_num_iterations = max_iterations;
  solver.options.function_tolerance = 1e-9;
  Eigen::VectorXd x = residuals.start();
  solver.Solve(residuals, &x);
  const bool better = solver.summary.final_cost < solver.summary.initial_cost && x.allFinite();
  return better ? residuals.form_at(x) : start;
}

}  // namespace neuronsmith::search::internal
