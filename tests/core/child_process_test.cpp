#include "neuronsmith/core/child_process.hpp"

#include <gtest/gtest.h>

#include <string>

namespace neuronsmith {
namespace {

TEST(ChildProcess, GivesInputAndTakesOutputErrorsAndStatus) {
  const auto outcome = run_child({"sh", "-c", "cat; echo bad >&2; exit 3"}, "hello", 10.0);
  EXPECT_TRUE(outcome.started);
  EXPECT_FALSE(outcome.succeeded());
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.out, "hello");
  EXPECT_EQ(outcome.err, "bad\n");
}

TEST(ChildProcess, TakesMoreThanAPipeHolds) {
  const std::string text(1 << 20, 'x');
  const auto outcome = run_child({"cat"}, text, 30.0);
  EXPECT_TRUE(outcome.succeeded());
  EXPECT_EQ(outcome.out, text);
}

TEST(ChildProcess, IsKilledWhenItsTimeIsOver) {
  const auto outcome = run_child({"sleep", "30"}, "", 0.05);
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_FALSE(outcome.succeeded());
}

TEST(ChildProcess, MayBeMissing) { EXPECT_FALSE(run_child({"/no/such/program"}, "", 1.0).succeeded()); }

TEST(ChildProcess, SurvivesAChildThatDoesNotReadItsInput) {
  EXPECT_TRUE(run_child({"true"}, std::string(1 << 20, 'x'), 10.0).succeeded());
}

}  // namespace
}  // namespace neuronsmith
