#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "neuronsmith/core/file.hpp"
#include "neuronsmith/core/json.hpp"
#include "support/files.hpp"

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
  [[nodiscard]] std::string path(const std::string& name) const { return folder_.path(name); }

  std::string write(const std::string& name, const std::string& content) const {
    return folder_.write(name, content);
  }

  [[nodiscard]] bool exists(const std::string& name) const {
    return std::filesystem::exists(path(name));
  }

  /// Names of the files in the folder, in order.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  /// Starts the command with the test's folder as working directory; output goes to files.
  [[nodiscard]] pid_t start(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words = launcher_;
    words.emplace_back(NEURONSMITH_BINARY);
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder_.path().c_str());
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_path().c_str(), flags, 0644);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_path().c_str(), flags, 0644);
    pid_t process = -1;
    const int error =
        posix_spawnp(&process, argv[0], &actions, nullptr, argv.data(), environ);
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

  /// Runs what must be refused: status 2, nothing printed, no file written, and one last line that
  /// names the mistake by `parts`. Notes about the data may come before it.
  void expect_refused(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& parts) const {
    const auto before = files();
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    const std::string& err = outcome.err;
    const std::size_t line = err.rfind("neuronsmith: ");
    ASSERT_NE(line, std::string::npos) << err;
    const std::string mistake = err.substr(line);
    EXPECT_EQ(std::count(mistake.begin(), mistake.end(), '\n'), 1) << err;
    for (const std::string& part : parts) {
      EXPECT_NE(mistake.find(part), std::string::npos) << "\"" << part << "\" not in: " << mistake;
    }
    EXPECT_EQ(files(), before);
  }

  /// What starts the command, with its own words; nothing: the test itself.
  std::vector<std::string> launcher_;

 private:
  [[nodiscard]] std::string out_path() const { return folder_.path().string() + ".out"; }
  [[nodiscard]] std::string err_path() const { return folder_.path().string() + ".err"; }

  neuronsmith::testing::TemporaryFolder folder_;
};

}  // namespace neuronsmith::cli::testing
