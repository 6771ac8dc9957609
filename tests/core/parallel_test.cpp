#include "neuronsmith/core/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace neuronsmith {
namespace {

TEST(Executor, VisitsEveryIndexOnceWithAnyNumberOfThreads) {
  for (const std::size_t n_threads : {1u, 2u, 5u}) {
    const Executor executor(n_threads);
    EXPECT_EQ(executor.n_threads(), n_threads);
    std::vector<int> visits(1000);
    executor.for_each(visits.size(), [&](std::size_t i) { ++visits[i]; });
    EXPECT_EQ(visits, std::vector<int>(1000, 1));
  }
}

TEST(Executor, AnExceptionReachesTheCaller) {
  const Executor executor(2);
  EXPECT_THROW(executor.for_each(100,
                                 [](std::size_t i) {
                                   if (i == 57) throw std::runtime_error("57");
                                 }),
               std::runtime_error);
}

TEST(Executor, OneOfOneThreadDoesNotHoldBackTheOther) {
  const Executor executor(2);
  const Executor one(1);
  std::atomic<int> arrived = 0;
  executor.for_each(2, [&](std::size_t) {
    one.for_each(1, [&](std::size_t) { ++arrived; });
    // Both come together only where two threads are at work.
    for (int i = 0; i < 1000 && arrived < 2; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(arrived, 2);
  });
}

TEST(Executor, NothingToDoIsFine) {
  Executor(2).for_each(0, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace neuronsmith
