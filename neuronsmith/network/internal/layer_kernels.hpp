#pragma once

#include <vector>

#include "neuronsmith/network/internal/gemm.hpp"
#include "neuronsmith/network/layer.hpp"

namespace neuronsmith::network {

/// The matrix products of a layer for one number of rows.
struct LayerWorkspace::Kernels {
  std::size_t n_rows = 0;
  internal::Gemm pure;                        // Z = [1 Phi] W
  std::vector<internal::Gemm> groups;         // P = Phi V
  internal::Gemm pure_weights;                // dW = dZ^T [1 Phi]
  std::vector<internal::Gemm> group_weights;  // dV = dP^T Phi
  internal::Gemm pure_basis;                  // dPhi = dZ W^T
  std::vector<internal::Gemm> group_basis;    // dPhi += dP V^T
};

}  // namespace neuronsmith::network
