#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/mpi_ranks.hpp"
#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/data/metrics.hpp"

namespace neuronsmith::cli {

/// Exit statuses of the command.
inline constexpr int kUserError = 2;
inline constexpr int kInternalError = 70;
inline constexpr int kInterrupted = 130;

/// Indented JSON. A file's name need not be UTF-8: what is not becomes U+FFFD.
[[nodiscard]] std::string indented(const Json& json);

/// What every subcommand has.
struct Context {
  bool json = false;
  bool quiet = false;
  std::size_t threads = 0;  ///< 0: all
  int exit_status = 0;
  MpiRanks* ranks = nullptr;  ///< null: one process alone

  /// Whether this is the process that writes and tells.
  [[nodiscard]] bool is_first() const { return ranks == nullptr || ranks->is_first(); }

  /// A line on standard error, unless --quiet.
  template <typename... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) const {
    if (!quiet) fmt::print(stderr, "{}\n", fmt::format(format, std::forward<Args>(args)...));
  }

  /// A line on standard output for a person: nothing with --json.
  template <typename... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) const {
    if (!json) fmt::print("{}\n", fmt::format(format, std::forward<Args>(args)...));
  }

  /// The one JSON object of --json.
  void print(const Json& object) const {
    if (json) fmt::print("{}\n", indented(object));
  }

  /// Progress on standard error; null with --quiet.
  [[nodiscard]] std::unique_ptr<ProgressSink> progress() const;
};

/// --json, --quiet, --threads.
void add_common_options(CLI::App& command, Context& context);

/// Widths of hidden layers: "12,5", or "none". Throws ConfigError naming --hidden.
[[nodiscard]] std::vector<std::size_t> parse_hidden(const std::string& text);

/// "mse 1.23, rmse 1.1".
[[nodiscard]] std::string text_of(const Metrics& metrics);
[[nodiscard]] Json json_of(const Metrics& metrics);

// One a subcommand.
void add_discover(CLI::App& app, Context& context);
void add_train(CLI::App& app, Context& context);
void add_evaluate(CLI::App& app, Context& context);
void add_predict(CLI::App& app, Context& context);
void add_compare(CLI::App& app, Context& context);
void add_transfer(CLI::App& app, Context& context);
void add_reproduce(CLI::App& app, Context& context);
void add_data(CLI::App& app, Context& context);
void add_runs(CLI::App& app, Context& context);
void add_report(CLI::App& app, Context& context);
void add_library(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);

}  // namespace neuronsmith::cli
