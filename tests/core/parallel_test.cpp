#include "neuronsmith/core/parallel.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
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

TEST(Executor, NothingToDoIsFine) {
  Executor(2).for_each(0, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace neuronsmith
