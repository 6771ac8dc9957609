#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace neuronsmith {

/// The items of a list that a user wrote, "a,max(0,x),c": parted at the commas outside parentheses,
/// in order, empty ones included. A text without commas is one item.
[[nodiscard]] std::vector<std::string> comma_list(std::string_view text);

}  // namespace neuronsmith
