#include "neuronsmith/core/require_option.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/message_of.hpp"

namespace neuronsmith {
namespace {

using testing::message_of;

TEST(RequireOption, TellsWhatIsAccepted) {
  EXPECT_EQ(message_of<ConfigError>([] { require_option(true, "--rows", "at least 1"); }), "");
  EXPECT_EQ(message_of<ConfigError>([] { require_option(false, "--rows", "at least 1"); }),
            "--rows must be at least 1");
}

TEST(RequireDistinct, TellsTheValueThatIsThereTwice) {
  const auto message = [](const auto& values) {
    return message_of<ConfigError>([&] { require_distinct(values, "--seeds"); });
  };
  EXPECT_EQ(message(std::vector<int>{3, 1, 2}), "");
  EXPECT_EQ(message(std::vector<int>{3, 1, 2, 1}), "--seeds: \"1\" is given twice");
  EXPECT_EQ(message(std::vector<std::string>{"a", "a"}), "--seeds: \"a\" is given twice");
  EXPECT_EQ(message(std::vector<int>{}), "--seeds: at least one is needed");
}

}  // namespace
}  // namespace neuronsmith
