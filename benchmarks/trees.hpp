#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "neuronsmith/formula/formula.hpp"

namespace neuronsmith::benchmarks {

/// What the trees are made of, beside columns.
enum class TreeKind : std::uint8_t {
  Arithmetic,      ///< + - *
  Transcendental,  ///< these and sin cos exp tanh, one function for about four nodes
};

inline constexpr std::size_t kTreeNodes = 49;
inline constexpr std::size_t kTreeCount = 50;
inline constexpr std::size_t kTreeColumns = 10;

/// kTreeCount random formulas of kTreeNodes nodes each over kTreeColumns columns; always the same.
[[nodiscard]] std::vector<formula::Formula> random_trees(TreeKind kind);

}  // namespace neuronsmith::benchmarks
