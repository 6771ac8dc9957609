#pragma once

#include <cstddef>
#include <cstdint>

namespace neuronsmith::network {

enum class Transpose : std::uint8_t { No, Yes };
enum class Target : std::uint8_t { Overwrite, Accumulate };

/// C = A * B or C += A * B with column-major float32 matrices: C is [m x n], A is [m x k], B is
/// [k x n], or stored as [n x k] when it is to be transposed. Column j of a matrix begins at
/// j times its leading dimension.
struct GemmShape {
  std::size_t m = 0;
  std::size_t n = 0;
  std::size_t k = 0;
  std::size_t lda = 0;  ///< >= m
  std::size_t ldb = 0;  ///< >= k; >= n when transposed
  std::size_t ldc = 0;  ///< >= m
  Transpose b = Transpose::No;
  Target target = Target::Overwrite;
};

/// A small matrix product: a kernel that libxsmm compiles for its shape, Eigen where it has none; a
/// row times columns, where libxsmm works value by value, by a kernel of our own.
/// Construction looks the kernel up (tens of microseconds when it is new); calls do not.
/// Immutable, safe to share between threads.
class Gemm {
 public:
  /// Ours or libxsmm's if there is a kernel, or Eigen all the same (for tests of the fallback).
  enum class Backend : std::uint8_t { Best, Eigen };

  Gemm() = default;
  explicit Gemm(const GemmShape& shape, Backend backend = Backend::Best);

  /// The matrices must not overlap.
  void operator()(const float* a, const float* b, float* c) const {
    if (kernel_ != nullptr) {
      kernel_(a, b, c);
    } else {
      multiply_without_kernel(a, b, c);
    }
  }

 private:
  using Kernel = void (*)(const float* a, const float* b, float* c, ...);

  void multiply_without_kernel(const float* a, const float* b, float* c) const;

  GemmShape shape_;
  Kernel kernel_ = nullptr;  ///< libxsmm's
  bool is_row_times_columns_ = false;
};

}  // namespace neuronsmith::network
