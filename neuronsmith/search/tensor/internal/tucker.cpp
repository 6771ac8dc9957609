#include "neuronsmith/search/tensor/internal/tucker.hpp"

#include <algorithm>

namespace neuronsmith::search::tensor::internal {

TuckerContraction::TuckerContraction(int order, std::size_t rank)
    : order_(static_cast<std::size_t>(order)), rank_(rank) {
  std::size_t entries = 1;
  for (std::size_t m = 0; m < order_; ++m) {
    contracted_.emplace_back(entries);
    entries *= rank;
  }
  adjoint_.resize(entries);
  wider_.resize(entries);
}

float TuckerContraction::value(const float* core, const float* factors, std::size_t stride) {
  const float* upper = core;
  for (std::size_t m = order_; m-- > 0;) {
    const float* const factor = factors + m * stride;
    for (std::size_t e = 0; e < contracted_[m].size(); ++e) {
      float sum = 0.0F;
      for (std::size_t r = 0; r < rank_; ++r) sum += upper[e * rank_ + r] * factor[r];
      contracted_[m][e] = sum;
    }
    upper = contracted_[m].data();
  }
  return contracted_[0][0];
}

// The adjoint of contracted[m] times the factor m gives that of contracted[m + 1], and in the end
// that of the core.
void TuckerContraction::gradient(const float* core,
                                 const float* factors,
                                 std::size_t stride,
                                 float d_value,
                                 float* d_core,
                                 float* d_factors) {
  value(core, factors, stride);
  adjoint_[0] = d_value;
  std::size_t entries = 1;
  for (std::size_t m = 0; m < order_; ++m) {
    const float* const upper = m + 1 < order_ ? contracted_[m + 1].data() : core;
    const float* const factor = factors + m * stride;
    float* const d_factor = d_factors + m * stride;
    std::fill_n(d_factor, rank_, 0.0F);
    for (std::size_t e = 0; e < entries; ++e) {
      for (std::size_t r = 0; r < rank_; ++r) {
        d_factor[r] += adjoint_[e] * upper[e * rank_ + r];
        wider_[e * rank_ + r] = adjoint_[e] * factor[r];
      }
    }
    entries *= rank_;
    std::swap(adjoint_, wider_);
  }
  for (std::size_t e = 0; e < entries; ++e) d_core[e] += adjoint_[e];
}

}  // namespace neuronsmith::search::tensor::internal
