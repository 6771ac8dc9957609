#include "neuronsmith/search/tensor/internal/least_squares.hpp"

#include <Eigen/Cholesky>
#include <algorithm>

namespace neuronsmith::search::tensor::internal {
namespace {

/// Relative; columns that all but coincide (powers of a 0/1 input) then share their weight.
constexpr double kRidge = 1e-7;
/// For columns of zeros, a row.
constexpr double kLeastSquare = 1e-12;

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

/// Columns of the equations: 1, then each term's.
struct Layout {
  explicit Layout(const TensorModel& model) {
    for (const TensorTerm& term : model.terms()) {
      first.push_back(n_columns);
      n_columns += term.stream == Stream::Pure ? model.n_inputs() : 1;
    }
  }
  std::vector<std::size_t> first;
  std::size_t n_columns = 1;
};

/// x_j^order in units of its root mean square.
void fill_powers(const TensorRows& rows, std::uint32_t row, int order, double* column) {
  const float* const x = rows.row(row);
  const float* const scales = rows.power_scales(order);
  for (std::size_t j = 0; j < rows.n_inputs(); ++j) {
    double power = x[j];
    for (int k = 1; k < order; ++k) power *= static_cast<double>(x[j]);
    column[j] = power * static_cast<double>(scales[j]);
  }
}

}  // namespace

std::optional<LinearSolution> solve_linear(const TensorModel& model,
                                           std::span<const float> parameters,
                                           const TensorRows& rows,
                                           std::span<const std::uint32_t> fit) {
  const Layout layout(model);
  TensorWorkspace workspace(model, rows);
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(index(layout.n_columns), index(layout.n_columns));
  Eigen::VectorXd moments = Eigen::VectorXd::Zero(index(layout.n_columns));
  Eigen::MatrixXd block(index(layout.n_columns), index(model.batch()));
  Eigen::VectorXd target(index(model.batch()));
  for (std::size_t begin = 0; begin < fit.size(); begin += model.batch()) {
    const auto batch = fit.subspan(begin, std::min(model.batch(), fit.size() - begin));
    workspace.load(batch);
    model.forward(parameters, workspace);
    block.setZero();
    target.setZero();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      double* const column = block.col(index(i)).data();
      column[0] = 1.0;
      target(index(i)) = static_cast<double>(rows.target(batch[i]));
      for (std::size_t t = 0; t < model.terms().size(); ++t) {
        const TensorTerm& term = model.terms()[t];
        if (term.stream == Stream::Pure) {
          fill_powers(rows, batch[i], term.order, column + layout.first[t]);
        } else {
          column[layout.first[t]] = static_cast<double>(workspace.values()[t * model.batch() + i]);
        }
      }
    }
    gram.selfadjointView<Eigen::Lower>().rankUpdate(block);
    moments += block * target;
  }
  gram.diagonal().array() *= 1.0 + kRidge;
  gram.diagonal().array() += kLeastSquare * static_cast<double>(fit.size());
  const Eigen::VectorXd solution = gram.selfadjointView<Eigen::Lower>().llt().solve(moments);
  if (!solution.allFinite()) return std::nullopt;
  LinearSolution result{.bias = solution(0), .coefficients = {}};
  for (std::size_t t = 0; t < model.terms().size(); ++t) {
    const bool is_pure = model.terms()[t].stream == Stream::Pure;
    const double* const first = solution.data() + layout.first[t];
    result.coefficients.emplace_back(first, first + (is_pure ? model.n_inputs() : 1));
  }
  return result;
}

}  // namespace neuronsmith::search::tensor::internal
