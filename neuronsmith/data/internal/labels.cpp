#include "neuronsmith/data/internal/labels.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "neuronsmith/data/internal/number.hpp"

namespace neuronsmith::internal {
namespace {

Labels labels_of_numbers(const Column& column) {
  std::map<float, std::uint32_t> places;  // in order of value
  for (const float value : column.numbers) {
    if (!std::isnan(value)) places.try_emplace(value, 0u);
  }
  Labels labels;
  for (auto& [value, place] : places) {
    place = static_cast<std::uint32_t>(labels.texts.size());
    labels.texts.push_back(number_text(value));
  }
  for (const float value : column.numbers) {
    labels.of_row.push_back(std::isnan(value) ? kMissingCode : places.at(value));
  }
  return labels;
}

/// The words of the file instead of the number's shortest text.
void use_original_texts(Labels& labels, const Column& column) {
  std::vector<bool> done(labels.texts.size());
  for (std::size_t row = 0; row < labels.of_row.size(); ++row) {
    const std::uint32_t label = labels.of_row[row];
    if (label == kMissingCode || done[label]) continue;
    labels.texts[label] = column.texts[column.codes[row]];
    done[label] = true;
  }
}

bool comes_before(const std::string& a, const std::string& b) {
  const Number left = parse_number(a);
  const Number right = parse_number(b);
  const bool left_is_number = left.kind != NumberKind::None;
  const bool right_is_number = right.kind != NumberKind::None;
  if (left_is_number != right_is_number) return left_is_number;
  if (left_is_number && left.value != right.value) return left.value < right.value;
  return a < b;
}

Labels labels_of_texts(const Column& column) {
  std::vector<std::uint32_t> order(column.texts.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return comes_before(column.texts[a], column.texts[b]);
  });
  Labels labels;
  std::vector<std::uint32_t> place_of_code(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    labels.texts.push_back(column.texts[order[i]]);
    place_of_code[order[i]] = static_cast<std::uint32_t>(i);
  }
  for (const std::uint32_t code : column.codes) {
    labels.of_row.push_back(code == kMissingCode ? kMissingCode : place_of_code[code]);
  }
  return labels;
}

}  // namespace

Labels find_labels(const Column& column) {
  if (column.kind == ColumnKind::Text) return labels_of_texts(column);
  Labels labels = labels_of_numbers(column);
  if (column.has_labels()) use_original_texts(labels, column);
  return labels;
}

}  // namespace neuronsmith::internal
