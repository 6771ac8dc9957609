#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "neuronsmith/core/file.hpp"
#include "neuronsmith/core/json.hpp"

extern char** environ;

/// Runs the real command, as a user does.
namespace neuronsmith::cli::testing {

struct Outcome {
  int status = -1;  ///< exit status; 128 + signal when it was ended by one
  std::string out;
  std::string err;

  [[nodiscard]] Json json() const { return Json::parse(out); }
  [[nodiscard]] std::size_t error_lines() const {
    return static_cast<std::size_t>(std::count(err.begin(), err.end(), '\n'));
  }
};

/// A folder of its own for one test, removed afterwards.
class CommandTest : public ::testing::Test {
 protected:
  CommandTest() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(info->test_suite_name()) + "." + info->name();
    std::replace(name.begin(), name.end(), '/', '_');
    folder_ = std::filesystem::temp_directory_path() / ("neuronsmith-" + name);
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~CommandTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  [[nodiscard]] bool exists(const std::string& name) const {
    return std::filesystem::exists(folder_ / name);
  }

  /// Names of the files in the folder, in order.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  /// Starts the command with the test's folder as working directory; output goes to files.
  [[nodiscard]] pid_t start(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words{NEURONSMITH_BINARY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder_.c_str());
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_path().c_str(), flags, 0644);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_path().c_str(), flags, 0644);
    pid_t process = -1;
    const int error =
        posix_spawn(&process, NEURONSMITH_BINARY, &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    EXPECT_EQ(error, 0);
    return process;
  }

  [[nodiscard]] Outcome finish(pid_t process) const {
    int status = 0;
    waitpid(process, &status, 0);
    Outcome outcome;
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    outcome.out = read_file(out_path());
    outcome.err = read_file(err_path());
    std::filesystem::remove(out_path());
    std::filesystem::remove(err_path());
    return outcome;
  }

  [[nodiscard]] Outcome run(const std::vector<std::string>& arguments) const {
    return finish(start(arguments));
  }

  /// Runs what must succeed and print JSON alone.
  [[nodiscard]] Json run_json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.status == 0 ? outcome.json() : Json::object();
  }

 private:
  [[nodiscard]] std::string out_path() const { return folder_.string() + ".out"; }
  [[nodiscard]] std::string err_path() const { return folder_.string() + ".err"; }

  std::filesystem::path folder_;
};

/// A real table, or a skipped test with a word where the folder of data is absent.
inline std::string shared_data(const std::string& name) {
  const char* folder = std::getenv("NEURONSMITH_DATA");
  return std::string(folder != nullptr ? folder : NEURONSMITH_SOURCE_DIR "/../shared/data") + "/" +
         name;
}

#define NEURONSMITH_SKIP_WITHOUT(file)                                              \
  if (!std::filesystem::exists(file)) {                                             \
    GTEST_SKIP() << file << " is absent (NEURONSMITH_DATA names the folder)";       \
  }                                                                                 \
  static_assert(true)

}  // namespace neuronsmith::cli::testing
