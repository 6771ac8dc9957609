#include "neuronsmith/core/parallel.hpp"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace neuronsmith {

struct Executor::Arena {
  explicit Arena(std::size_t n_threads)
      : allowed(tbb::global_control::max_allowed_parallelism, n_threads),
        arena(static_cast<int>(n_threads)) {}

  tbb::global_control allowed;  // more threads than cores on request
  tbb::task_arena arena;
};

Executor::Executor(std::size_t n_threads)
    : arena_(std::make_unique<Arena>(
          n_threads == 0 ? static_cast<std::size_t>(tbb::info::default_concurrency())
                         : n_threads)) {}

Executor::~Executor() = default;

std::size_t Executor::n_threads() const noexcept {
  return static_cast<std::size_t>(arena_->arena.max_concurrency());
}

void Executor::for_each(std::size_t n, const std::function<void(std::size_t)>& body) const {
  if (n_threads() == 1) {
    for (std::size_t i = 0; i < n; ++i) body(i);
    return;
  }
  arena_->arena.execute([&] { tbb::parallel_for(std::size_t{0}, n, body); });
}

}  // namespace neuronsmith
