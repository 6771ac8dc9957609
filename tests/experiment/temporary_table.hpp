#pragma once

#include <string>

#include "support/files.hpp"

namespace neuronsmith::experiment::testing {

/// A table's file that lives as long as this object.
class TemporaryTable {
 public:
  explicit TemporaryTable(const std::string& content) : path_(folder_.write("table.csv", content)) {}

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  neuronsmith::testing::TemporaryFolder folder_;
  std::string path_;
};

}  // namespace neuronsmith::experiment::testing
