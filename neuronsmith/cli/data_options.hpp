#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/data/read_table.hpp"
#include "neuronsmith/experiment/prepare.hpp"

namespace neuronsmith::cli {

/// --delimiter, --no-header.
struct FileFlags {
  std::string delimiter;
  bool no_header = false;

  /// Throws ConfigError naming --delimiter.
  [[nodiscard]] ReadOptions read_options() const;
};

/// Everything that `discover` and `train` ask about a table, as text from the command line.
struct DataFlags {
  experiment::DataOptions options;
  FileFlags file;
  std::string task = "auto";
  std::string scaling = "auto";
  std::string target_scaling;
  std::vector<double> split = {0.7, 0.1, 0.2};
  std::string shift;
  bool no_clip = false;

  /// The options with all texts understood. Throws ConfigError naming the option.
  [[nodiscard]] experiment::DataOptions resolved() const;
};

void add_file_flags(CLI::App& command, FileFlags& flags);
/// `target_scaling` is the command's default.
void add_data_flags(CLI::App& command, DataFlags& flags, const std::string& target_scaling);
/// Says so where --rows asks for more rows than there are.
void note_rows(const Context& context,
               const experiment::DataOptions& options,
               std::size_t n_table_rows);

}  // namespace neuronsmith::cli
