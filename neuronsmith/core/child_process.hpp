#pragma once

#include <string>
#include <vector>

namespace neuronsmith {

/// How a child process ended.
struct ChildOutcome {
  bool started = false;
  bool timed_out = false;  ///< it was killed
  int status = -1;         ///< exit status; 128 + signal when one ended it
  std::string out;
  std::string err;

  [[nodiscard]] bool succeeded() const { return started && !timed_out && status == 0; }
};

/// Runs a program found on PATH, without a shell and in the C locale, with `input` as its standard
/// input, and kills it after `seconds`. A program that is not there is an ordinary outcome.
[[nodiscard]] ChildOutcome run_child(std::vector<std::string> words,
                                     const std::string& input,
                                     double seconds);

}  // namespace neuronsmith
