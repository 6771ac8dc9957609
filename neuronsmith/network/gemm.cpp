#include "neuronsmith/network/gemm.hpp"

#include <libxsmm.h>

#include <Eigen/Core>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/network/internal/kernels.hpp"

namespace neuronsmith::network {
namespace {

using Matrix = Eigen::Map<Eigen::MatrixXf, Eigen::Unaligned, Eigen::OuterStride<>>;
using ConstMatrix = Eigen::Map<const Eigen::MatrixXf, Eigen::Unaligned, Eigen::OuterStride<>>;

ConstMatrix view(const float* data, std::size_t rows, std::size_t columns, std::size_t stride) {
  return {data,
          static_cast<Eigen::Index>(rows),
          static_cast<Eigen::Index>(columns),
          Eigen::OuterStride<>(static_cast<Eigen::Index>(stride))};
}

void check(const GemmShape& s) {
  NEURONSMITH_CHECK(s.lda >= s.m && s.ldc >= s.m && s.ldb >= (s.b == Transpose::No ? s.k : s.n),
                    "a leading dimension is shorter than its column");
}

/// All of it in one piece each.
bool is_row_times_columns(const GemmShape& s) {
  return s.m == 1 && s.lda == 1 && s.ldc == 1 && s.b == Transpose::No &&
         s.target == Target::Overwrite;
}

bool is_empty(const GemmShape& s) { return s.m == 0 || s.n == 0 || s.k == 0; }

auto dispatch(const GemmShape& s) {
  const auto to_int = [](std::size_t value) { return static_cast<libxsmm_blasint>(value); };
  const libxsmm_blasint lda = to_int(s.lda);
  const libxsmm_blasint ldb = to_int(s.ldb);
  const libxsmm_blasint ldc = to_int(s.ldc);
  const float alpha = 1.0F;
  const float beta = s.target == Target::Overwrite ? 0.0F : 1.0F;
  const int flags = s.b == Transpose::No ? LIBXSMM_GEMM_FLAG_NONE : LIBXSMM_GEMM_FLAG_TRANS_B;
  return libxsmm_smmdispatch(
      to_int(s.m), to_int(s.n), to_int(s.k), &lda, &ldb, &ldc, &alpha, &beta, &flags, nullptr);
}

}  // namespace

Gemm::Gemm(const GemmShape& shape, Backend backend) : shape_(shape) {
  check(shape);
  if (backend == Backend::Eigen || is_empty(shape)) return;
  is_row_times_columns_ = is_row_times_columns(shape);
  if (!is_row_times_columns_) kernel_ = dispatch(shape);
}

void Gemm::multiply_without_kernel(const float* a, const float* b, float* c) const {
  const GemmShape& s = shape_;
  if (is_row_times_columns_) return internal::row_times_columns({a, s.k}, b, s.ldb, {c, s.n});
  const ConstMatrix left = view(a, s.m, s.k, s.lda);
  Matrix out(c,
             static_cast<Eigen::Index>(s.m),
             static_cast<Eigen::Index>(s.n),
             Eigen::OuterStride<>(static_cast<Eigen::Index>(s.ldc)));
  if (s.target == Target::Overwrite) out.setZero();
  if (s.b == Transpose::No) {
    out.noalias() += left * view(b, s.k, s.n, s.ldb);
  } else {
    out.noalias() += left * view(b, s.n, s.k, s.ldb).transpose();
  }
}

}  // namespace neuronsmith::network
