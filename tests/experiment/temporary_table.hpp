#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "neuronsmith/core/file.hpp"

namespace neuronsmith::experiment::testing {

/// A file that lives as long as this object.
class TemporaryTable {
 public:
  explicit TemporaryTable(const std::string& content) {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    static int count = 0;
    path_ = (std::filesystem::temp_directory_path() /
             ("neuronsmith-" + std::string(info->test_suite_name()) + "-" + info->name() +
              std::to_string(count++) + ".csv"))
                .string();
    write_file_atomically(path_, content);
  }
  TemporaryTable(const TemporaryTable&) = delete;
  TemporaryTable& operator=(const TemporaryTable&) = delete;
  ~TemporaryTable() { std::filesystem::remove(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace neuronsmith::experiment::testing
