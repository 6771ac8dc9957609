#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "neuronsmith/data/table.hpp"

/// What the generators of synthetic tables have in common.
namespace neuronsmith::internal {

/// Columns x0, x1, ... and y, all 0.
[[nodiscard]] Table empty_table(std::string source, std::size_t rows, std::size_t features);

/// x^exponent by multiplication, exponent >= 0.
[[nodiscard]] double power(double x, int exponent);

/// Rounds y. Throws ConfigError naming `options` where it leaves float32.
void round_to(std::span<float> rounded, std::span<const double> y, std::string_view options);

// Throw ConfigError naming --noise, --rows or --features.
void require_noise(double noise);
void require_rows(std::size_t rows);
void require_size(std::size_t rows, std::size_t features);

}  // namespace neuronsmith::internal
