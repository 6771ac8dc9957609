#include "neuronsmith/data/split.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "tests/data/files.hpp"

namespace neuronsmith {
namespace {

using testing::message_of;
using Rows = std::vector<std::uint32_t>;

/// All rows once, every part in order.
bool is_partition(const Split& split, std::size_t n_rows) {
  Rows all;
  for (const Rows* part : {&split.training, &split.validation, &split.test}) {
    if (!std::ranges::is_sorted(*part)) return false;
    all.insert(all.end(), part->begin(), part->end());
  }
  std::ranges::sort(all);
  if (all.size() != n_rows) return false;
  for (std::size_t i = 0; i < n_rows; ++i) {
    if (all[i] != i) return false;
  }
  return true;
}

std::size_t count_class(const Rows& rows, const Rows& classes, std::uint32_t wanted) {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows, [&](std::uint32_t row) { return classes[row] == wanted; }));
}

TEST(Split, HasTheRoundedSizes) {
  const Split split = split_rows(1000, {.validation = 0.1, .test = 0.2});
  EXPECT_EQ(split.training.size(), 700u);
  EXPECT_EQ(split.validation.size(), 100u);
  EXPECT_EQ(split.test.size(), 200u);
  EXPECT_TRUE(is_partition(split, 1000));
  const Split odd = split_rows(7, {.validation = 0.1, .test = 0.2});
  EXPECT_EQ(odd.validation.size(), 1u);
  EXPECT_EQ(odd.test.size(), 1u);
}

TEST(Split, ShareAboveZeroGetsARowAndZeroNone) {
  const Split tiny = split_rows(3, {.validation = 0.01, .test = 0.01});
  EXPECT_EQ(tiny.validation.size(), 1u);
  EXPECT_EQ(tiny.test.size(), 1u);
  const Split whole = split_rows(3, {.validation = 0.0, .test = 0.0});
  EXPECT_EQ(whole.training, (Rows{0, 1, 2}));
}

TEST(Split, DependsOnTheSeedAlone) {
  const SplitOptions options{.seed = 5};
  EXPECT_EQ(split_rows(100, options).test, split_rows(100, options).test);
  EXPECT_NE(split_rows(100, options).test, split_rows(100, {.seed = 6}).test);
}

TEST(Split, NamesTheOptionOfBadShares) {
  EXPECT_EQ(
      message_of<ConfigError>([] { SplitOptions{.validation = 0.5, .test = 0.5}.validate(); }),
      "--split: shares of at least 0 with a sum below 1 are wanted, not 0.5 for validation and "
      "0.5 for the test");
  EXPECT_THROW(SplitOptions({.validation = -0.1}).validate(), ConfigError);
  EXPECT_THROW(SplitOptions({.test = std::numeric_limits<double>::quiet_NaN()}).validate(),
               ConfigError);
  EXPECT_THROW((void)split_rows(10, {.test = 1.0}), ConfigError);
}

TEST(Split, LeavesARowForTraining) {
  EXPECT_EQ(message_of<DataError>([] { (void)split_rows(2, {}); }),
            "--split: 2 rows cannot give 1 for validation, 1 for the test and at least one for "
            "training");
  EXPECT_THROW((void)split_rows(0, {.validation = 0.0, .test = 0.0}), DataError);
  EXPECT_EQ(split_rows(3, {}).training.size(), 1u);
}

TEST(SplitStratified, KeepsShares) {
  Rows classes(1000, 0);
  for (std::size_t i = 0; i < 1000; ++i) classes[i] = i % 10 == 0 ? 2 : (i % 2 == 0 ? 0 : 1);
  const Split split = split_stratified(classes, {.validation = 0.1, .test = 0.2});
  EXPECT_TRUE(is_partition(split, 1000));
  EXPECT_EQ(count_class(split.test, classes, 0), 80u);
  EXPECT_EQ(count_class(split.test, classes, 1), 100u);
  EXPECT_EQ(count_class(split.test, classes, 2), 20u);
  EXPECT_EQ(count_class(split.validation, classes, 2), 10u);
}

TEST(SplitStratified, DependsOnTheSeedAlone) {
  const Rows classes = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  EXPECT_EQ(split_stratified(classes, {}).test, split_stratified(classes, {}).test);
  bool differs = false;
  for (std::uint64_t seed = 2; seed < 6; ++seed) {
    differs |= split_stratified(classes, {}).test != split_stratified(classes, {.seed = seed}).test;
  }
  EXPECT_TRUE(differs);
}

TEST(SplitStratified, RareClassesStayInTraining) {
  Rows classes(20, 0);
  classes[3] = 1;
  classes[7] = 2;
  classes[8] = 2;
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    const Split split = split_stratified(classes, {.validation = 0.3, .test = 0.3, .seed = seed});
    EXPECT_EQ(count_class(split.training, classes, 1), 1u);
    EXPECT_GE(count_class(split.training, classes, 2), 1u);
  }
}

TEST(SplitStratified, SaysWhenClassesAreTooSmall) {
  EXPECT_EQ(message_of<DataError>([] {
              (void)split_stratified(Rows{0, 0, 1, 1}, {.validation = 0.25, .test = 0.5});
            }),
            "--split: the classes have too few rows to give any for validation and keep one for "
            "training");
  const Split single = split_stratified(Rows{0, 1, 2}, {});
  EXPECT_TRUE(is_partition(single, 3)) << "where every class has one row, some go elsewhere";
  EXPECT_EQ(single.training.size(), 1u);
}

RC_GTEST_PROP(SplitProperty, PartsAreDisjointAndComplete, ()) {
  const auto n_rows = *rc::gen::inRange<std::size_t>(3, 200);
  const double validation = *rc::gen::inRange(0, 45) / 100.0;
  const double test = *rc::gen::inRange(0, 45) / 100.0;
  const SplitOptions options{validation, test, *rc::gen::arbitrary<std::uint64_t>()};
  const Split split = split_rows(n_rows, options);
  RC_ASSERT(is_partition(split, n_rows));
  RC_ASSERT(split.test.empty() == (test == 0.0));
  RC_ASSERT(split.validation.empty() == (validation == 0.0));
}

RC_GTEST_PROP(SplitProperty, StratifiedPartsKeepShares, ()) {
  const auto n_rows = *rc::gen::inRange<std::size_t>(10, 200);
  const auto classes = *rc::gen::container<Rows>(
      n_rows, rc::gen::inRange<std::uint32_t>(0, *rc::gen::inRange(1, 6)));
  const SplitOptions options{0.15, 0.2, *rc::gen::arbitrary<std::uint64_t>()};
  const Split split = split_stratified(classes, options);
  RC_ASSERT(is_partition(split, n_rows));
  for (std::uint32_t c = 0; c < 6; ++c) {
    const auto all = static_cast<std::size_t>(std::ranges::count(classes, c));
    if (all >= 2) RC_ASSERT(count_class(split.training, classes, c) >= 1u);
    const double wanted = 0.2 * static_cast<double>(all);
    const auto got = static_cast<double>(count_class(split.test, classes, c));
    RC_ASSERT(std::abs(got - wanted) <= 2.0);
  }
}

RC_GTEST_PROP(SplitProperty, ShiftedPartsFollowEachOtherOutwards, ()) {
  const auto n_rows = *rc::gen::inRange<std::size_t>(20, 300);
  Random random(*rc::gen::arbitrary<std::uint64_t>(), Purpose::Test);
  std::vector<float> values;
  for (std::size_t i = 0; i < n_rows; ++i) {
    values.push_back(0.5F * static_cast<float>(random.below(n_rows)) - 20.0F);  // some are equal
  }
  if (*rc::gen::arbitrary<bool>()) values[n_rows / 2] = std::numeric_limits<float>::quiet_NaN();
  const auto side = *rc::gen::element(ShiftSide::Low, ShiftSide::High);
  const SplitOptions options{0.15, 0.2, *rc::gen::arbitrary<std::uint64_t>()};
  Split split = split_shifted(values, {.column = "a", .side = side}, options);
  const float sign = side == ShiftSide::High ? 1.0F : -1.0F;
  const auto range = [&](const Rows& rows) {
    std::pair<float, float> ends(HUGE_VALF, -HUGE_VALF);
    for (const std::uint32_t row : rows) {
      if (std::isnan(values[row])) continue;
      ends = {std::min(ends.first, sign * values[row]), std::max(ends.second, sign * values[row])};
    }
    return ends;
  };
  RC_ASSERT(range(split.training).second < range(split.validation).first);
  RC_ASSERT(range(split.validation).second < range(split.test).first);
  const auto is_nan = [&](std::uint32_t row) { return std::isnan(values[row]); };
  RC_ASSERT(std::ranges::none_of(split.validation, is_nan) &&
            std::ranges::none_of(split.test, is_nan));
  std::ranges::sort(split.training);
  RC_ASSERT(is_partition(split, n_rows));
}

TEST(SplitShifted, SizesAreThoseAskedForWhereValuesDiffer) {
  std::vector<float> values;
  for (int i = 0; i < 100; ++i) values.push_back(static_cast<float>((i * 37) % 100));
  const Split split = split_shifted(values, {.column = "a"}, {0.1, 0.2, 3});
  EXPECT_EQ(split.validation.size(), 10U);
  EXPECT_EQ(split.test.size(), 20U);
  EXPECT_FALSE(std::ranges::is_sorted(split.training)) << "any run of it is a sample";
  EXPECT_EQ(split.training, split_shifted(values, {.column = "a"}, {0.1, 0.2, 3}).training);
  EXPECT_NE(split.training, split_shifted(values, {.column = "a"}, {0.1, 0.2, 4}).training);
}

TEST(SplitShifted, AColumnOfTooFewValuesIsRefused) {
  const std::vector<float> two = {1, 1, 1, 1, 1, 1, 2, 2, 2, 2};
  const auto split = [&](double validation) {
    (void)split_shifted(two, {.column = "flag"}, {validation, 0.4, 1});
  };
  EXPECT_EQ(message_of<DataError>([&] { split(0.2); }),
            "--shift: column flag has too few different values to be divided into ranges");
  EXPECT_NO_THROW(split(0.0));
}

TEST(SplitShifted, AShiftIsReadFromText) {
  EXPECT_EQ(parse_shift("column=x3"), (Shift{"x3", ShiftSide::High}));
  EXPECT_EQ(parse_shift("column=a b,side=low"), (Shift{"a b", ShiftSide::Low}));
  EXPECT_EQ(parse_shift("column=a,b"), (Shift{"a,b", ShiftSide::High}));
  for (const char* text :
       {"", "x3", "column=", "column=,side=low", "column=x,side=left", "COLUMN=x"}) {
    EXPECT_NE(message_of<ConfigError>([&] { (void)parse_shift(text); }).find("--shift"),
              std::string::npos)
        << text;
  }
}

}  // namespace
}  // namespace neuronsmith
