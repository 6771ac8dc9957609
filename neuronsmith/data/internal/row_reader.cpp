#include "neuronsmith/data/internal/row_reader.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cstring>
#include <map>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/internal/arff_reader.hpp"
#include "neuronsmith/data/internal/csv_reader.hpp"
#include "neuronsmith/data/internal/number.hpp"
#include "neuronsmith/data/internal/utf8.hpp"

namespace neuronsmith::internal {

std::unique_ptr<RowReader> make_row_reader(ByteSource& source, const ReadOptions& options) {
  if (has_suffix(source.path(), ".arff")) return std::make_unique<ArffReader>(source);
  return std::make_unique<CsvReader>(source, options);
}

bool has_suffix(const std::string& path, std::string_view suffix) {
  std::string name = path;
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return name.ends_with(suffix);
}

void add_plain_fields(TableBuilder& builder, std::string_view row, char delimiter) {
  const char* at = row.data();
  const char* const end = at + row.size();
  for (;; ++at) {
    if (!builder.take_number(at, end, delimiter)) {
      const auto left = static_cast<std::size_t>(end - at);
      const void* const found = std::memchr(at, delimiter, left);
      const char* const stop = found == nullptr ? end : static_cast<const char*>(found);
      builder.field(trim({at, stop}));
      at = stop;
    }
    if (at == end) return;
  }
}

void require_distinct_names(const std::vector<ColumnPlan>& columns,
                            const std::string& path,
                            std::size_t line) {
  std::map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& name = columns[i].name;
    if (name.empty()) {
      throw DataError(fmt::format("{}: line {}: column {} has no name", path, line, i + 1));
    }
    if (!is_utf8(name)) {
      throw DataError(
          fmt::format("{}: line {}: the name of column {} is not in UTF-8", path, line, i + 1));
    }
    const auto [first, is_new] = seen.try_emplace(name, i);
    if (!is_new) {
      throw DataError(fmt::format("{}: line {}: the name \"{}\" stands twice, in columns {} and {}",
                                  path,
                                  line,
                                  printable(name),
                                  first->second + 1,
                                  i + 1));
    }
  }
}

}  // namespace neuronsmith::internal
