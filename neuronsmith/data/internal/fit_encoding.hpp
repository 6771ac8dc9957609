#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "neuronsmith/data/preprocess.hpp"
#include "neuronsmith/data/table.hpp"

namespace neuronsmith::internal {

/// Fits one column on training rows; nothing when it is constant there. Throws DataError when it
/// has no value in the whole table.
[[nodiscard]] std::optional<ColumnEncoding> fit_encoding(
    const Table& table,
    const Column& column,
    std::span<const std::uint32_t> training_rows,
    const PreprocessOptions& options);

}  // namespace neuronsmith::internal
