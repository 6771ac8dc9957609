#include "neuronsmith/neuron/user_library.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/neuron/lookup.hpp"

namespace neuronsmith::neuron {
namespace {

class UserLibraryTest : public ::testing::Test {
 protected:
  UserLibraryTest() {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("library-test-{}", ::getpid());
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / "library.json").string();
  }
  ~UserLibraryTest() override { std::filesystem::remove_all(folder_); }

  static UserEntry wave() {
    const UserLibrary none;
    NamedNeuron named = look_up("x + sin(3*x)", "test", none, FormulaAs::Activation);
    return {.name = "wave-3", .neuron = named.neuron, .source = "me", .notes = "period 2.09"};
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(UserLibraryTest, KeepsNeuronsThroughAFile) {
  UserLibrary library;
  library.add(wave(), Existing::Refuse);
  library.add({.name = "cubic", .neuron = resolve_neuron("x^3 + x")}, Existing::Refuse);
  library.write(path_);
  const UserLibrary again = UserLibrary::read(path_);
  ASSERT_EQ(again.entries().size(), 2u);
  EXPECT_EQ(again.find("wave-3")->notes, "period 2.09");
  EXPECT_EQ(to_json(again.find("cubic")->neuron), to_json(library.find("cubic")->neuron));
  EXPECT_EQ(again.find("none"), nullptr);
  EXPECT_TRUE(UserLibrary::read_if_there(path_ + ".none").entries().empty());
  EXPECT_THROW(static_cast<void>(UserLibrary::read(path_ + ".none")), IoError);
}

TEST_F(UserLibraryTest, ItsNamesResolve) {
  UserLibrary library;
  library.add(wave(), Existing::Refuse);
  library.add({.name = "cubic", .neuron = resolve_neuron("x^3 + x")}, Existing::Refuse);
  EXPECT_EQ(resolve_neuron("wave-3", "o", library).name, "wave-3");
  EXPECT_EQ(to_json(resolve_neuron("wave-3", "o", library).aggregation),
            to_json(linear_aggregation()));
  EXPECT_EQ(resolve_activation("wave-3", "o", library), *wave().neuron.activation);
  EXPECT_EQ(resolve_neuron("cubic", "o", library).aggregation.terms.size(), 2u);
  EXPECT_THROW(static_cast<void>(resolve_activation("cubic", "o", library)), ConfigError);
  try {
    static_cast<void>(resolve_neuron("wave-4", "--neuron", library));
    FAIL();
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    for (const char* part : {"--neuron", "wave-4", "linear", "gelu", "wave-3", "cubic"}) {
      EXPECT_NE(text.find(part), std::string::npos) << text;
    }
  }
}

TEST_F(UserLibraryTest, RefusesNamesThatAreTakenOrNone) {
  UserLibrary library;
  library.add(wave(), Existing::Refuse);
  EXPECT_THROW(library.add(wave(), Existing::Refuse), ConfigError);
  UserEntry other = wave();
  other.notes = "other";
  library.add(other, Existing::Replace);
  EXPECT_EQ(library.entries().size(), 1u);
  EXPECT_EQ(library.find("wave-3")->notes, "other");
  for (const char* name : {"gelu", "linear", "x", "x1", "pi", "x-x", "", "1a", "a b", "a,b", "a:b"}) {
    other.name = name;
    EXPECT_THROW(library.add(other, Existing::Replace), ConfigError) << name;
  }
}

TEST_F(UserLibraryTest, EveryDamageToAFileIsAParseError) {
  UserLibrary library;
  library.add(wave(), Existing::Refuse);
  library.write(path_);
  const Json good = read_json_file(path_);
  const auto expect_refused = [&](const Json& json) {
    write_file_atomically(path_, json.dump());
    EXPECT_THROW(static_cast<void>(UserLibrary::read(path_)), ParseError) << json;
  };
  for (const auto& [key, value] : good.items()) {
    Json bad = good;
    bad.erase(key);
    expect_refused(bad);
    bad[key] = 7;
    expect_refused(bad);
  }
  for (const auto& [key, value] : good["neurons"][0].items()) {
    Json bad = good;
    bad["neurons"][0].erase(key);
    expect_refused(bad);
  }
  Json twice = good;
  twice["neurons"].push_back(good["neurons"][0]);
  expect_refused(twice);
  Json shipped = good;
  shipped["neurons"][0]["name"] = "gelu";
  expect_refused(shipped);
}

}  // namespace
}  // namespace neuronsmith::neuron
