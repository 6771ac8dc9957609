#include "neuronsmith/data/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith {
namespace {

constexpr std::size_t kMaxListed = 20;

template <typename T>
void update(Hasher& hasher, std::span<const T> values) {
  hasher.update(std::as_bytes(values));
}

void update(Hasher& hasher, std::size_t number) {
  update(hasher, std::span<const std::size_t>(&number, 1));
}

/// The length goes first, so that ("ab", "c") and ("a", "bc") differ.
void update(Hasher& hasher, std::string_view text) {
  update(hasher, text.size());
  update(hasher, std::span<const char>(text));
}

void update(Hasher& hasher, const Column& column) {
  update(hasher, column.name);
  update(hasher, static_cast<std::size_t>(column.kind));
  if (column.kind == ColumnKind::Numeric) {
    update(hasher, std::span<const float>(column.numbers));
    return;
  }
  update(hasher, column.texts.size());
  for (const std::string& text : column.texts) update(hasher, text);
  update(hasher, std::span<const std::uint32_t>(column.codes));
}

}  // namespace

std::optional<std::size_t> Table::find(std::string_view name) const {
  const auto found = std::ranges::find(columns, name, &Column::name);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

std::size_t Table::require(std::string_view name, std::string_view option) const {
  if (const auto place = find(name)) return *place;
  throw DataError(fmt::format("{}: {} has no column \"{}\"; its columns are {}",
                              option,
                              source.empty() ? "the table" : source,
                              name,
                              list_names(columns)));
}

std::string Table::hash() const {
  Hasher hasher;
  update(hasher, n_rows);
  update(hasher, columns.size());
  for (const Column& column : columns) update(hasher, column);
  return hasher.hex();
}

std::string list_names(const std::vector<Column>& columns) {
  std::string list;
  for (std::size_t i = 0; i < std::min(columns.size(), kMaxListed); ++i) {
    list += fmt::format("{}{}", i == 0 ? "" : ", ", columns[i].name);
  }
  if (columns.size() > kMaxListed) list += fmt::format(", ... ({} in all)", columns.size());
  return list;
}

}  // namespace neuronsmith
