// Writes a table to read: write_table FILE ROWS COLUMNS. Columns are normal, six significant
// digits; the last one, y, is a polynomial of the others.
#include <fmt/compile.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include "neuronsmith/core/random.hpp"

namespace {

void append_header(std::string& text, std::size_t columns) {
  for (std::size_t j = 0; j + 1 < columns; ++j) text += fmt::format("x{},", j);
  text += "y\n";
}

// Values are drawn from a list: a normal number takes longer than its text.
void append_row(std::string& text,
                std::size_t columns,
                std::span<const double> values,
                neuronsmith::Random& random) {
  double sum = 0.0;
  for (std::size_t j = 0; j + 1 < columns; ++j) {
    const double x = values[random() % values.size()];
    sum += x * x * x - x;
    fmt::format_to(std::back_inserter(text), FMT_COMPILE("{:.6g},"), x);
  }
  fmt::format_to(std::back_inserter(text), FMT_COMPILE("{:.6g}\n"), sum);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return EXIT_FAILURE;
  std::FILE* const file = std::fopen(argv[1], "wb");
  if (file == nullptr) return EXIT_FAILURE;
  const auto rows = std::stoull(argv[2]);
  const auto columns = static_cast<std::size_t>(std::stoull(argv[3]));
  neuronsmith::Random random(1, neuronsmith::Purpose::Synthetic);
  std::vector<double> values(std::size_t{1} << 16);
  for (double& value : values) value = random.normal();
  std::string text;
  append_header(text, columns);
  for (unsigned long long i = 0; i < rows; ++i) {
    append_row(text, columns, values, random);
    if (text.size() < (std::size_t{1} << 20) && i + 1 < rows) continue;
    if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) return EXIT_FAILURE;
    text.clear();
  }
  return std::fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
