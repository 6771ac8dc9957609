#include "neuronsmith/data/internal/synthetic_table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::internal {
namespace {

constexpr std::size_t kMaxRows = std::numeric_limits<std::uint32_t>::max();

Column numeric_column(std::string name, std::size_t n_rows) {
  Column column;
  column.name = std::move(name);
  column.numbers.resize(n_rows);
  return column;
}

}  // namespace

Table empty_table(std::string source, std::size_t rows, std::size_t features) {
  Table table;
  table.source = std::move(source);
  table.n_rows = rows;
  for (std::size_t j = 0; j < features; ++j) {
    table.columns.push_back(numeric_column(fmt::format("x{}", j), rows));
  }
  table.columns.push_back(numeric_column("y", rows));
  return table;
}

double power(double x, int exponent) {
  double result = 1.0;
  for (int i = 0; i < exponent; ++i) result *= x;
  return result;
}

void round_to(std::span<float> rounded, std::span<const double> y, std::string_view options) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    rounded[i] = static_cast<float>(y[i]);
    if (!std::isfinite(rounded[i])) {
      throw ConfigError(
          fmt::format("{}: the law's values leave float32; make them smaller", options));
    }
  }
}

void require_noise(double noise) {
  if (!(noise >= 0.0) || !std::isfinite(noise)) {
    throw ConfigError(fmt::format("--noise: a number of at least 0 is wanted, not {}", noise));
  }
}

void require_rows(std::size_t rows) {
  if (rows == 0 || rows > kMaxRows) {
    throw ConfigError(fmt::format("--rows: 1 to {} are possible, not {}", kMaxRows, rows));
  }
}

void require_size(std::size_t rows, std::size_t features) {
  require_rows(rows);
  if (features == 0) throw ConfigError("--features: at least 1 is wanted, not 0");
}

}  // namespace neuronsmith::internal
