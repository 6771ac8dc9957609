#include "neuronsmith/experiment/reproduce/order_identity.hpp"

#include <Eigen/Eigenvalues>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::experiment::recovery {

double quadratic_beyond_products(std::span<const double> symmetric,
                                 std::size_t n,
                                 std::size_t rank) {
  NEURONSMITH_CHECK(symmetric.size() == n * n, "a matrix of another size");
  const auto size = static_cast<Eigen::Index>(n);
  const Eigen::Map<const Eigen::MatrixXd> matrix(symmetric.data(), size, size);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix, Eigen::EigenvaluesOnly);
  const Eigen::VectorXd& values = solver.eigenvalues();  // rising
  double beyond = 0.0;
  for (Eigen::Index i = 0; i < size; ++i) {
    const auto greater = static_cast<std::size_t>(size - 1 - i);
    const auto smaller = static_cast<std::size_t>(i);
    const bool is_held = values[i] > 0.0 ? greater < rank : smaller < rank;
    if (!is_held) beyond += values[i] * values[i];
  }
  const double all = values.squaredNorm();
  return all > 0.0 ? beyond / all : 0.0;
}

std::size_t least_products(std::size_t n, int order) {
  NEURONSMITH_CHECK(order > 1, "an order above 1 is wanted");
  const auto most = static_cast<std::size_t>(order - 1);
  return (n + most - 1) / most;
}

std::size_t enough_products(std::size_t n, int order) {
  return order == 3 && n > 2 ? n / 2 + 1 : n;
}

}  // namespace neuronsmith::experiment::recovery
