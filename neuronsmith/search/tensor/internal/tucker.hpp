#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace neuronsmith::search::tensor::internal {

/// A core G contracted with one vector an index: sum over r_1..r_order of G[r_1..r_order] prod_m
/// f_m[r_m], the last index fastest. Its scratch; not to be shared between threads.
class TuckerContraction {
 public:
  TuckerContraction(int order, std::size_t rank);

  /// Factor m are the `rank` numbers at factors + m * stride.
  float value(const float* core, const float* factors, std::size_t stride);

  /// Adds the derivatives by the core to `d_core`, and writes those by the factors to `d_factors`,
  /// which lie as the factors do.
  void gradient(const float* core,
                const float* factors,
                std::size_t stride,
                float d_value,
                float* d_core,
                float* d_factors);

 private:
  std::size_t order_;
  std::size_t rank_;
  std::vector<std::vector<float>>
      contracted_;  // [m] has rank^m entries: indices from m on are summed
  std::vector<float> adjoint_;
  std::vector<float> wider_;
};

}  // namespace neuronsmith::search::tensor::internal
