#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/json.hpp"

namespace neuronsmith::report::internal {

/// Text as it may stand in HTML, MathML and SVG, between tags and in quoted attributes. Control
/// characters and what is not UTF-8 become U+FFFD.
[[nodiscard]] std::string escape(std::string_view text);

/// At most `width` characters, the last one an ellipsis where some are left out.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

/// For people: "12,345", "0.01235", "−3.2".
[[nodiscard]] std::string number_text(double value);
/// The same as markup: powers of ten are raised.
[[nodiscard]] std::string number_html(double value);

/// What the JSON of a run holds; absent or empty when it is not there or of another type.
[[nodiscard]] std::optional<double> number_at(const Json& object, std::string_view key);
[[nodiscard]] std::string text_at(const Json& object, std::string_view key);
[[nodiscard]] const Json& value_at(const Json& object, std::string_view key);

/// A table that scrolls by itself where the page is narrow. Cells are markup.
struct HtmlTable {
  std::string label;
  std::vector<std::string> heads;
  std::vector<bool> is_number;  ///< per column: to the right
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row_attributes = {};  ///< per row, e.g. " id=\"a\""; may be shorter

  [[nodiscard]] std::string html() const;
};

}  // namespace neuronsmith::report::internal
