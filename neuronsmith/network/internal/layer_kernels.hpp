#pragma once

#include <vector>

#include "neuronsmith/network/gemm.hpp"
#include "neuronsmith/network/layer.hpp"

namespace neuronsmith::network {

/// The matrix products of a layer for one number of rows.
struct LayerWorkspace::Kernels {
  std::size_t n_rows = 0;
  Gemm pure;                        // Z = [1 Phi] W
  std::vector<Gemm> groups;         // P = Phi V
  Gemm pure_weights;                // dW = dZ^T [1 Phi]
  std::vector<Gemm> group_weights;  // dV = dP^T Phi
  Gemm pure_basis;                  // dPhi = dZ W^T
  std::vector<Gemm> group_basis;    // dPhi += dP V^T
};

}  // namespace neuronsmith::network
