#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace neuronsmith {

inline constexpr std::size_t kAlignment = 64;  ///< bytes: a cache line, an AVX-512 register

/// Allocates on 64-byte boundaries.
template <typename T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <typename U>
  explicit AlignedAllocator(const AlignedAllocator<U>&) noexcept {}

  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{kAlignment}));
  }
  void deallocate(T* pointer, std::size_t) noexcept {
    ::operator delete (pointer, std::align_val_t{kAlignment});
  }
  bool operator==(const AlignedAllocator&) const = default;
};

template <typename T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

/// Allocates zeros on 64-byte boundaries and leaves them as they are, so that memory of a large
/// block is taken from the system only where it is written.
template <typename T>
struct ZeroedAllocator {
  using value_type = T;
  ZeroedAllocator() = default;
  template <typename U>
  explicit ZeroedAllocator(const ZeroedAllocator<U>&) noexcept {}

  T* allocate(std::size_t n);
  void deallocate(T* pointer, std::size_t) noexcept { std::free(block_of(pointer)); }
  /// A value that is not initialised by the user keeps its zeros.
  template <typename U>
  void construct(U*) noexcept {
    static_assert(std::is_arithmetic_v<U>);
  }
  template <typename U, typename... Arguments>
  void construct(U* pointer, Arguments&&... arguments) {
    std::construct_at(pointer, std::forward<Arguments>(arguments)...);
  }
  bool operator==(const ZeroedAllocator&) const = default;

 private:
  /// calloc knows no alignment: its own address stands just before the aligned one.
  static void*& block_of(T* pointer) { return reinterpret_cast<void**>(pointer)[-1]; }
};

template <typename T>
T* ZeroedAllocator<T>::allocate(std::size_t n) {
  constexpr std::size_t kExtra = kAlignment + sizeof(void*);
  if (n > (std::numeric_limits<std::size_t>::max() - kExtra) / sizeof(T)) throw std::bad_alloc();
  void* const block = std::calloc(n * sizeof(T) + kExtra, 1);
  if (block == nullptr) throw std::bad_alloc();
  const auto address = reinterpret_cast<std::uintptr_t>(block) + kExtra;
  T* const aligned = reinterpret_cast<T*>(address / kAlignment * kAlignment);
  block_of(aligned) = block;
  return aligned;
}

/// A borrowed view of float32 features, feature-major: column j is the contiguous span
/// data[j * stride, j * stride + n_rows).
struct FeatureView {
  const float* data = nullptr;
  std::size_t stride = 0;
  std::size_t n_features = 0;
  std::size_t n_rows = 0;

  [[nodiscard]] std::span<const float> column(std::size_t j) const {
    return {data + j * stride, n_rows};
  }
  /// Rows [first, first + count).
  [[nodiscard]] FeatureView rows(std::size_t first, std::size_t count) const {
    return {data + first, stride, n_features, count};
  }
};

/// float32 values, feature-major, 0 at first; every column starts on a 64-byte boundary.
class FeatureMatrix {
 public:
  FeatureMatrix() = default;
  FeatureMatrix(std::size_t n_rows, std::size_t n_features)
      : n_rows_(n_rows),
        n_features_(n_features),
        stride_((n_rows + kFloatsPerLine - 1) / kFloatsPerLine * kFloatsPerLine),
        values_(stride_ * n_features) {}

  [[nodiscard]] std::size_t n_rows() const { return n_rows_; }
  [[nodiscard]] std::size_t n_features() const { return n_features_; }
  [[nodiscard]] std::span<float> column(std::size_t j) {
    return {values_.data() + j * stride_, n_rows_};
  }
  [[nodiscard]] std::span<const float> column(std::size_t j) const {
    return {values_.data() + j * stride_, n_rows_};
  }
  [[nodiscard]] FeatureView view() const { return {values_.data(), stride_, n_features_, n_rows_}; }

 private:
  static constexpr std::size_t kFloatsPerLine = kAlignment / sizeof(float);

  std::size_t n_rows_ = 0;
  std::size_t n_features_ = 0;
  std::size_t stride_ = 0;
  std::vector<float, ZeroedAllocator<float>> values_;
};

}  // namespace neuronsmith
