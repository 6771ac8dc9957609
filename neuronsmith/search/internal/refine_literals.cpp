#include "neuronsmith/search/internal/refine_literals.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <utility>
#include <vector>

#include "neuronsmith/formula/literals.hpp"

namespace neuronsmith::search::internal {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using formula::Formula;
using formula::Op;

constexpr int kMaxHalvings = 12;
constexpr double kArmijo = 1e-4;
constexpr double kLeastGain = 1e-9;  ///< relative: float32 values tell no less

/// As the loss saw them: in float32.
std::vector<double> rounded(const VectorXd& values) {
  std::vector<double> result;
  for (const double value : values) result.push_back(static_cast<double>(static_cast<float>(value)));
  return result;
}

/// A point with its loss and gradient.
struct Point {
  VectorXd x;
  VectorXd gradient;
  double loss = 0.0;

  [[nodiscard]] bool is_finite() const { return std::isfinite(loss) && gradient.allFinite(); }
};

class Descent {
 public:
  Descent(const Formula& formula, const ParameterLoss& loss)
      : evaluator_(formula), loss_(loss) {}

  [[nodiscard]] Point at(const VectorXd& x) const {
    Point point{x, VectorXd::Zero(x.size()), 0.0};
    const Eigen::VectorXf parameters = x.cast<float>();
    point.loss = loss_(evaluator_,
                       {parameters.data(), static_cast<std::size_t>(parameters.size())},
                       {point.gradient.data(), static_cast<std::size_t>(x.size())});
    return point;
  }

  [[nodiscard]] Point minimum(Point point, int max_steps) const {
    MatrixXd inverse = MatrixXd::Identity(point.x.size(), point.x.size());
    for (int i = 0; i < max_steps; ++i) {
      const VectorXd direction = -(inverse * point.gradient);
      const Point next = along(point, direction);
      if (!(next.loss < point.loss - kLeastGain * std::abs(point.loss))) break;
      update(inverse, next.x - point.x, next.gradient - point.gradient);
      point = next;
    }
    return point;
  }

 private:
  /// The first point on the way that gains enough; the start where there is none.
  [[nodiscard]] Point along(const Point& start, const VectorXd& direction) const {
    const double slope = start.gradient.dot(direction);
    if (!(slope < 0.0)) return start;
    double step = 1.0;
    for (int i = 0; i < kMaxHalvings; ++i, step *= 0.5) {
      Point next = at(start.x + step * direction);
      if (next.is_finite() && next.loss <= start.loss + kArmijo * step * slope) return next;
    }
    return start;
  }

  static void update(MatrixXd& inverse, const VectorXd& moved, const VectorXd& turned) {
    const double curvature = moved.dot(turned);
    if (!(curvature > 1e-12 * moved.norm() * turned.norm())) return;
    const MatrixXd left =
        MatrixXd::Identity(moved.size(), moved.size()) - moved * turned.transpose() / curvature;
    inverse = left * inverse * left.transpose() + moved * moved.transpose() / curvature;
  }

  formula::Evaluator evaluator_;
  const ParameterLoss& loss_;
};

}  // namespace

Formula refine_literals(const Formula& formula, const ParameterLoss& loss, int max_steps) {
  if (max_steps == 0 || !formula.uses(Op::Literal)) return formula;
  const formula::Parametrised free = formula::literals_to_parameters(formula);
  const Descent descent(free.formula, loss);
  const Point start = descent.at(Eigen::Map<const VectorXd>(
      free.values.data(), static_cast<Eigen::Index>(free.values.size())));
  if (!start.is_finite()) return formula;
  const Point end = descent.minimum(start, max_steps);
  if (!(end.loss < start.loss)) return formula;
  return formula::parameters_to_literals(free.formula, rounded(end.x));
}

}  // namespace neuronsmith::search::internal
