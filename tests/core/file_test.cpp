#include "neuronsmith/core/file.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/json.hpp"
#include "support/files.hpp"

namespace neuronsmith {
namespace {

class FileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path(const char* name) const { return folder_.path(name); }
  [[nodiscard]] std::size_t n_files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }

  testing::TemporaryFolder folder_;
};

TEST_F(FileTest, WrittenContentIsReadBack) {
  write_file_atomically(path("a"), "one\0two");
  EXPECT_EQ(read_file(path("a")), "one\0two");
  write_file_atomically(path("a"), "new");
  EXPECT_EQ(read_file(path("a")), "new");
  EXPECT_EQ(n_files(), 1u);
}

TEST_F(FileTest, AnUnwritablePlaceIsAnErrorThatLeavesNothing) {
  EXPECT_THROW(write_file_atomically(path("missing/a"), "x"), IoError);
  EXPECT_THROW(write_file_atomically(folder_.path().string(), "x"), IoError);
  EXPECT_THROW(require_writable(path("missing/a")), IoError);
  require_writable(path("b"));
  EXPECT_EQ(n_files(), 0u);
}

TEST_F(FileTest, ADeviceIsWrittenToAndNotReplaced) {
  require_writable("/dev/null");
  write_file_atomically("/dev/null", "gone");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(FileTest, MissingFileNamesThePath) {
  try {
    static_cast<void>(read_file(path("none")));
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find(path("none")), std::string::npos);
  }
}

TEST_F(FileTest, BrokenJsonNamesLineAndColumn) {
  write_file_atomically(path("j"), "{\n  \"a\": 1,\n  oops\n}");
  try {
    static_cast<void>(read_json_file(path("j")));
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_NE(std::string(error.what()).find("line 3, column 3"), std::string::npos) << error.what();
  }
}

TEST_F(FileTest, ANumberBeyondFloat64IsToldToo) {
  write_file_atomically(path("j"), "{\"a\": 1e999}");
  EXPECT_THROW(static_cast<void>(read_json_file(path("j"))), ParseError);
}

TEST(Json, GetNamesTheMissingOrMistypedKey) {
  const Json json = {{"a", "text"}};
  EXPECT_THROW(static_cast<void>(json_get<int>(json, "b", "here")), ParseError);
  EXPECT_THROW(static_cast<void>(json_get<int>(json, "a", "here")), ParseError);
  EXPECT_EQ(json_get<std::string>(json, "a", "here"), "text");
}

TEST(Json, ATextThatNestsTooDeeplyIsAParseErrorAndNoCrash) {
  EXPECT_NO_THROW(
      static_cast<void>(parse_json(std::string(100, '[') + std::string(100, ']'), "t")));
  for (const char* open : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += open;
    EXPECT_THROW(static_cast<void>(parse_json(text, "t")), ParseError);
  }
}

TEST(Json, WholeNumbersAreNotCut) {
  const Json json = {
      {"real", 1e300}, {"large", 1ULL << 40}, {"negative", -1}, {"flag", true}, {"good", 7}};
  for (const char* key : {"real", "large", "negative", "flag"}) {
    EXPECT_THROW(static_cast<void>(json_get<std::uint32_t>(json, key, "here")), ParseError) << key;
  }
  EXPECT_EQ(json_get<std::uint64_t>(json, "large", "here"), 1ULL << 40);
  EXPECT_EQ(json_get<int>(json, "negative", "here"), -1);
  EXPECT_EQ(json_get<std::uint8_t>(json, "good", "here"), 7);
}

}  // namespace
}  // namespace neuronsmith
