#include "neuronsmith/cli/data_options.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::cli {
namespace {

std::optional<char> parse_delimiter(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "tab" || text == "\\t") return '\t';
  const bool usable = text.size() == 1 && text != "\"" && text != "\n" && text != "\r";
  if (usable) return text[0];
  throw ConfigError(fmt::format("--delimiter must be one character or tab, not \"{}\"", text));
}

/// Ratios of any size, e.g. 8,1,1.
SplitOptions parse_split(const std::vector<double>& ratios, std::uint64_t seed) {
  const double sum = std::accumulate(ratios.begin(), ratios.end(), 0.0);
  const bool fit = ratios.size() == 3 && ratios[0] > 0.0 && ratios[1] >= 0.0 && ratios[2] >= 0.0 &&
                   std::isfinite(sum);
  if (!fit) {
    throw ConfigError(
        "--split must be three ratios TRAINING,VALIDATION,TEST, the first above 0 and the others at "
        "least 0");
  }
  return {.validation = ratios[1] / sum, .test = ratios[2] / sum, .seed = seed};
}

}  // namespace

ReadOptions FileFlags::read_options() const {
  ReadOptions options;
  options.delimiter = parse_delimiter(delimiter);
  options.has_header = !no_header;
  return options;
}

experiment::DataOptions DataFlags::resolved() const {
  experiment::DataOptions result = options;
  const ReadOptions read = file.read_options();
  result.delimiter = read.delimiter;
  result.has_header = read.has_header;
  result.task = parse_task_choice(task);
  if (scaling != "auto") result.scaling = parse_scaling(scaling, "--scaling");
  if (target_scaling != "auto") {
    result.target_scaling = parse_scaling(target_scaling, "--target-scaling");
  }
  result.clip = !no_clip;
  result.split = parse_split(split, options.split.seed);
  if (!shift.empty()) result.shift = parse_shift(shift);
  return result;
}

void add_file_flags(CLI::App& command, FileFlags& flags) {
  command.add_option("--delimiter", flags.delimiter, "Field delimiter: one character, or tab")
      ->default_str("told from the first line");
  command.add_flag("--no-header", flags.no_header, "The file has no header: columns are x0, x1, ..., y");
}

void add_data_flags(CLI::App& command, DataFlags& flags, const std::string& target_scaling) {
  experiment::DataOptions& options = flags.options;
  flags.target_scaling = target_scaling;
  const std::string group = "Data";
  command.add_option("--data", options.data, "CSV, TSV or ARFF file, also gzip'ed")
      ->required()
      ->group(group);
  command.add_option("--target", options.target, "Column to predict")
      ->default_str("the last")
      ->group(group);
  command.add_option("--task", flags.task, "auto, regression or classification")
      ->capture_default_str()
      ->group(group);
  command.add_option("--drop", options.drop, "Columns that are no inputs, e.g. id,date")
      ->delimiter(',')
      ->group(group);
  command.add_option("--test", options.test_data, "File whose rows are the test part")->group(group);
  command
      .add_option("--rows", options.rows, "Use a random sample of so many rows of --data")
      ->default_str("all")
      ->group(group);
  command
      .add_option("--split", flags.split, "Ratios of training, validation and test rows, e.g. 8,1,1")
      ->delimiter(',')
      ->expected(3)
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--shift", flags.shift,
                  "column=NAME[,side=low]: train on one part of the column's range, validate and test "
                  "on what lies beyond, in that order; inputs are not clipped")
      ->group(group);
  command.add_option("--seed", options.split.seed, "Seed of everything random")
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--scaling", flags.scaling, "Of inputs: auto, standard, minmax ([0,1]), "
                                              "minmax-signed ([-1,1]) or none")
      ->capture_default_str()
      ->group(group);
  command.add_option("--target-scaling", flags.target_scaling, "Of a regression target, likewise")
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--one-hot-limit", options.one_hot_limit,
                  "Text columns of up to so many values become one input a value")
      ->capture_default_str()
      ->group(group);
  command.add_flag("--no-clip", flags.no_clip, "Let inputs go beyond what training rows span")
      ->group(group);
  command
      .add_flag("--drop-missing-target", options.drop_missing_target,
                "Leave out rows whose target is missing")
      ->group(group);
  add_file_flags(command, flags.file);
}

void note_rows(const Context& context,
               const experiment::DataOptions& options,
               std::size_t n_table_rows) {
  if (!options.rows || *options.rows <= n_table_rows) return;
  context.note(
      "--rows {}: {} has {} rows, all are taken", *options.rows, options.data, n_table_rows);
}

}  // namespace neuronsmith::cli
