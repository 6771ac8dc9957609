// Tables of the shared folder of real data; skipped where it is absent.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/data/read_table.hpp"
#include "support/files.hpp"

namespace neuronsmith {
namespace {

using testing::shared_data;

using Texts = std::vector<std::string>;

struct RealFile {
  const char* name;
  std::size_t n_rows, n_columns, n_text, n_missing;
};

class ReadRealFile : public ::testing::TestWithParam<RealFile> {};

TEST_P(ReadRealFile, HasTheKnownShape) {
  const RealFile& expected = GetParam();
  const std::string path = shared_data(expected.name);
  NEURONSMITH_SKIP_WITHOUT(path);
  const Table table = read_table(path, {.label_column = ""});
  std::size_t n_text = 0;
  std::size_t n_missing = 0;
  for (const Column& column : table.columns) {
    n_text += column.kind == ColumnKind::Text;
    n_missing += column.n_missing;
  }
  EXPECT_EQ(table.n_rows, expected.n_rows);
  EXPECT_EQ(table.columns.size(), expected.n_columns);
  EXPECT_EQ(n_text, expected.n_text);
  EXPECT_EQ(n_missing, expected.n_missing);
}

INSTANTIATE_TEST_SUITE_P(Known,
                         ReadRealFile,
                         ::testing::Values(RealFile{"airfoil_self_noise.csv.gz", 1503, 6, 0, 0},
                                           RealFile{"abalone.csv.gz", 4177, 9, 1, 0},
                                           RealFile{"vehicle.csv.gz", 846, 19, 0, 0},
                                           RealFile{"diamonds.csv.gz", 53940, 10, 3, 0},
                                           RealFile{"airlines_depdelay.csv.gz", 42892, 11, 3, 35}),
                         [](const auto& info) {
                           const std::string_view name = info.param.name;
                           return std::string(name.substr(0, name.find('.')));
                         });

TEST(ReadRealFiles, VehicleHasFourClassesAndAbaloneThreeSexes) {
  const std::string vehicle = shared_data("vehicle.csv.gz");
  const std::string abalone = shared_data("abalone.csv.gz");
  NEURONSMITH_SKIP_WITHOUT(vehicle);
  NEURONSMITH_SKIP_WITHOUT(abalone);
  EXPECT_EQ(read_table(vehicle, {.label_column = ""}).columns.back().texts.size(), 4u);
  EXPECT_EQ(read_table(abalone).columns.front().texts, (Texts{"M", "F", "I"}));
}

}  // namespace
}  // namespace neuronsmith
