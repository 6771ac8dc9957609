#include "neuronsmith/data/synthetic/laws.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/data/internal/synthetic_table.hpp"

namespace neuronsmith {
namespace {

struct Law {
  std::array<PowerSum, 4> sums;
  std::size_t n_sums;
};

constexpr std::array<Law, kLawCount> kLaws = {{
    {{{{2, 6.0}}}, 1},
    {{{{4, 3.0}}}, 1},
    {{{{2, 4.0}, {1, 5.0}}}, 2},
    {{{{4, 2.0}, {1, 6.0}}}, 2},
    {{{{4, 2.0}, {2, 3.0}, {1, 6.0}}}, 3},
    {{{{4, 3.0}, {3, 4.0}, {2, 2.0}, {1, 3.0}}}, 4},
    {{{{4, 4.0}, {2, 2.0}}}, 2},
    {{{{4, 2.0}, {3, 3.0}}}, 2},
    {{{{3, 2.0}, {1, 3.0}}}, 2},
    {{{{5, 3.0}, {4, 4.0}, {1, 5.0}}}, 3},
}};

double law_at(std::span<const PowerSum> sums, std::span<const float> x) {
  double y = 0.0;
  for (const PowerSum& sum : sums) {
    double total = 0.0;
    for (const float value : x) total += internal::power(static_cast<double>(value), sum.exponent);
    y += sum.coefficient * total;
  }
  return y;
}

double root_mean_square(std::span<const double> values) {
  double squares = 0.0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

void add_noise(std::span<double> y, const SyntheticOptions& options) {
  if (options.noise == 0.0) return;
  const double deviation = options.noise * root_mean_square(y);
  Random random(options.seed, Purpose::Noise);
  for (double& value : y) value += deviation * random.normal();
}

}  // namespace

std::span<const PowerSum> law(int number) {
  if (number < 1 || number > kLawCount) {
    throw ConfigError(fmt::format("--law: 1 to {} are known, not {}", kLawCount, number));
  }
  const Law& law = kLaws[static_cast<std::size_t>(number - 1)];
  return std::span(law.sums).first(law.n_sums);
}

std::string law_text(int number) {
  std::string text;
  for (const PowerSum& sum : law(number)) {
    text += fmt::format("{}{}*S{}", text.empty() ? "" : " + ", sum.coefficient, sum.exponent);
  }
  return text;
}

void SyntheticOptions::validate() const {
  static_cast<void>(neuronsmith::law(law));
  internal::require_noise(noise);
  if (!(range > 0.0) || range > static_cast<double>(std::numeric_limits<float>::max())) {
    throw ConfigError(fmt::format("--range: a number above 0 is wanted, not {}", range));
  }
  internal::require_size(rows, features);
}

Table synthesize(const SyntheticOptions& options) {
  options.validate();
  Table table =
      internal::empty_table(fmt::format("law {}", options.law), options.rows, options.features);
  Random random(options.seed, Purpose::Synthetic);
  std::vector<float> x(options.features);
  std::vector<double> y(options.rows);
  for (std::size_t i = 0; i < options.rows; ++i) {
    for (std::size_t j = 0; j < options.features; ++j) {
      x[j] = static_cast<float>(random.uniform(-options.range, options.range));
      table.columns[j].numbers[i] = x[j];
    }
    y[i] = law_at(law(options.law), x);
  }
  add_noise(y, options);
  internal::round_to(table.columns.back().numbers, y, "--range, --noise");
  return table;
}

}  // namespace neuronsmith
