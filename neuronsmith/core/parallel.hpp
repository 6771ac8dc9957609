#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace neuronsmith {

/// A pool of threads for coarse tasks (one candidate, one network). Never for loops over rows.
class Executor {
 public:
  /// `n_threads` 0 means all hardware threads. One of 1 thread calls bodies in the caller's thread,
  /// and may be used in the bodies of another without holding that back.
  explicit Executor(std::size_t n_threads = 0);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  [[nodiscard]] std::size_t n_threads() const noexcept;

  /// Calls body(0) ... body(n-1), in any order, on the pool's threads, and waits for all. The bodies
  /// write to places of their own, so results do not depend on the number of threads. An exception
  /// of a body reaches the caller.
  void for_each(std::size_t n, const std::function<void(std::size_t)>& body) const;

 private:
  struct Arena;
  std::unique_ptr<Arena> arena_;
};

}  // namespace neuronsmith
