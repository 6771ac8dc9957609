#include "neuronsmith/experiment/table_problem.hpp"

#include <gtest/gtest.h>

#include "temporary_table.hpp"

namespace neuronsmith::experiment {
namespace {

using testing::TemporaryTable;

std::string law() {
  std::string text = "a,y\n";
  for (int i = 0; i < 100; ++i) text += std::to_string(i) + "," + std::to_string(3 * i) + "\n";
  return text;
}

PreparedData prepared(const std::optional<Shift>& shift) {
  const TemporaryTable table(law());
  DataOptions options{.data = table.path()};
  options.shift = shift;
  return prepare(options);
}

void expect_rows(const network::Part& part,
                 const PreparedData& data,
                 std::size_t first,
                 std::size_t n) {
  ASSERT_EQ(part.n_rows(), n);
  const network::Part expected = data.block.rows(first, n);
  for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(part.target[i], expected.target[i]) << i;
}

TEST(TableProblem, IsJudgedByTheRowsThatAreGiven) {
  const PreparedData data = prepared({});
  const network::Problem problem = table_problem(data, data.validation());
  expect_rows(problem.training, data, 0, 70);
  expect_rows(problem.test, data, 70, 10);
  EXPECT_EQ(problem.beyond.n_rows(), 0U);
}

TEST(TableProblem, OfAShiftedTableTheJudgedRowsLieBeyondAndTrainingRowsAreKeptForWithin) {
  const PreparedData data = prepared(Shift{.column = "a"});
  const network::Problem problem = table_problem(data, data.validation());
  expect_rows(problem.training, data, 0, 60);
  expect_rows(problem.test, data, 60, 10);
  expect_rows(problem.beyond, data, 70, 10);
}

TEST(TableProblem, WithinTheTrainingRowsNoOtherIsSeen) {
  for (const bool is_shifted : {false, true}) {
    const PreparedData data =
        prepared(is_shifted ? std::optional(Shift{.column = "a"}) : std::nullopt);
    const network::Problem problem = inner_problem(data);
    expect_rows(problem.training, data, 0, 60);
    expect_rows(problem.test, data, 60, 10);
    EXPECT_EQ(problem.beyond.n_rows(), 0U);
  }
}

}  // namespace
}  // namespace neuronsmith::experiment
