#include "neuronsmith/core/parallel.hpp"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <optional>
#ifdef NEURONSMITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace neuronsmith {
namespace {

#ifdef NEURONSMITH_TSAN
void release(char& place) noexcept { __tsan_release(&place); }
void acquire(char& place) noexcept { __tsan_acquire(&place); }
#else
void release(char&) noexcept {}
void acquire(char&) noexcept {}
#endif

/// What TBB orders, told to ThreadSanitizer: every body begins after the call and ends before its
/// return. Two bodies are in no order, so that a race between them is seen.
class Call {
 public:
  Call() noexcept { release(begin_); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { acquire(end_); }

  void run(const std::function<void(std::size_t)>& body, std::size_t i) {
    const Ending ending(end_);  // also of a body that throws
    acquire(begin_);
    body(i);
  }

 private:
  struct Ending {
    explicit Ending(char& place) noexcept : end(place) {}
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;
    ~Ending() { release(end); }
    char& end;
  };

  char begin_ = 0;
  char end_ = 0;
};

}  // namespace

struct Executor::Arena {
  explicit Arena(std::size_t n_threads)
      : arena(static_cast<int>(n_threads)) {
    if (n_threads > 1) allowed.emplace(tbb::global_control::max_allowed_parallelism, n_threads);
  }

  // More threads than cores on request. The least of all that exist holds for the whole process, so
  // an executor of one thread, which needs none of TBB's, asks for nothing.
  std::optional<tbb::global_control> allowed;
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
  Call call;
  arena_->arena.execute(
      [&] { tbb::parallel_for(std::size_t{0}, n, [&](std::size_t i) { call.run(body, i); }); });
}

}  // namespace neuronsmith
