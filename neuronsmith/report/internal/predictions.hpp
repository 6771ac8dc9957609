#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace neuronsmith::report::internal {

/// What is true of a row and what was predicted, as texts.
using LabelPair = std::pair<std::string, std::string>;

/// Columns "true" and "prediction" of a CSV. Rows that lack one are left out; absent when the
/// header lacks one.
[[nodiscard]] std::optional<std::vector<LabelPair>> read_predictions(std::string_view csv);

/// A finite number, when the whole text is one.
[[nodiscard]] std::optional<double> number_of(std::string_view text);

}  // namespace neuronsmith::report::internal
